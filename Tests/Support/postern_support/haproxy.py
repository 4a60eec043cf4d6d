"""A private HAProxy in front of Postern: a balancer that passes TLS on and says who the client is."""

import shutil
import tempfile
from pathlib import Path

from parts.processes import Child, answers, free_port

# Where it connects from: nobody else of this machine does.
SOURCE = "127.0.0.80"

_DEFAULTS = """\
global
    maxconn 200
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout check 5s
"""

_LISTEN = """\
listen {name}
    bind {address}
    server postern 127.0.0.1:{target} source {source} {options}
"""

# A health check of its own begins with a header, too, which says that it speaks for itself (LOCAL).
CHECKED = "send-proxy-v2 check check-send-proxy check-ssl verify none inter 300ms"


class HAProxy:
    """Listens on a port for each of `lines`: name, port of Postern, options of its server line."""

    def __init__(self, *lines, host="127.0.0.1"):
        self.folder = Path(tempfile.mkdtemp(prefix="postern-haproxy."))
        self.ports = {name: free_port() for name, _, _ in lines}
        text = _DEFAULTS
        for name, target, options in lines:
            address = f"::1:{self.ports[name]}" if name == "six" else f"{host}:{self.ports[name]}"
            text += _LISTEN.format(
                name=name, address=address, target=target, source=SOURCE, options=options)
        path = self.folder / "haproxy.cfg"
        path.write_text(text)
        program = shutil.which("haproxy") or "/usr/sbin/haproxy"
        self.child = Child("haproxy", [program, "-db", "-f", str(path)],
                           str(self.folder / "haproxy.log"))
        for name, port in self.ports.items():
            there = "::1" if name == "six" else host
            self.child.wait_for(lambda: answers(port, there), 15)

    def stop(self):
        self.child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
