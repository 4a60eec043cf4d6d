"""The proxies that are compared: their configurations, their processes, what those use."""
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
START_SECONDS = 15


class Surroundings:
    """What every proxy needs: a folder, a certificate, the stub backend, a core to run on."""

    def __init__(self, folder, options):
        self.folder = folder
        self.options = options
        # Workers that give up root still reach their part of it.
        folder.chmod(0o755)

    def start(self):
        self.make_certificate()
        self.stub = subprocess.Popen(
            self.pinned(self.options.load_core, str(self.options.binaries / "Benchmarks"), "stub"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        words = self.stub.stdout.readline().split()
        if len(words) != 4:
            raise SystemExit("the stub backend did not start")
        self.imap_port, self.auth_port = int(words[1]), int(words[3])

    def stop(self):
        if not hasattr(self, "stub"):
            return
        self.stub.stdin.close()
        self.stub.wait()
        self.stub.stdout.close()

    def make_certificate(self):
        """ECDSA P-256, as a server of today has."""
        self.key, self.certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.key, "-out", self.certificate],
            check=True, capture_output=True,
        )
        self.both = self.folder / "both.pem"
        self.both.write_text(self.certificate.read_text() + self.key.read_text())

    def load_command(self, mode, port, connections, seconds):
        program = str(self.options.binaries / "Benchmarks")
        return self.pinned(
            self.options.load_core, program, mode, str(port), str(connections), str(seconds)
        )

    @staticmethod
    def pinned(core, *command):
        return ["taskset", "-c", str(core), *command]


class Proxy:
    """A proxy on one core; `command` writes its configuration and says how it is started."""

    name = ""
    _count = 0

    def __init__(self, around):
        Proxy._count += 1
        self.around = around
        self.folder = around.folder / f"{self.name}-{Proxy._count}"
        self.folder.mkdir()
        self.port = free_port()
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(
            around.pinned(around.options.proxy_core, *self.command()),
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )
        self.await_port()

    def await_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise SystemExit(f"{self.name} did not start:\n{(self.folder / 'log').read_text()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def cpu_seconds(self):
        """User and system time of all its processes, and of those that have ended, by row."""
        return {self.name: seconds_of(family(self.process.pid))}

    def resident_kib(self):
        return sum(resident_pages(process) for process in family(self.process.pid)) * PAGE_KIB


class HAProxy(Proxy):
    name = "haproxy"

    def command(self):
        path = self.folder / "haproxy.cfg"
        path.write_text(f"""\
global
    nbthread 1
    maxconn 8000
    ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
    mode tcp
    timeout connect 5s
    timeout client 600s
    timeout server 600s
frontend imaps
    bind 127.0.0.1:{self.port} ssl crt {self.around.both}
    default_backend stub
backend stub
    server stub 127.0.0.1:{self.around.imap_port}
""")
        return ["haproxy", "-db", "-f", str(path)]


class Nginx(Proxy):
    name = "nginx"
    module = Path("/usr/lib/nginx/modules/ngx_mail_module.so")

    def command(self):
        path = self.folder / "nginx.conf"
        load = f"load_module {self.module};\n" if self.module.exists() else ""
        path.write_text(f"""\
{load}daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
error_log stderr warn;
pid {self.folder}/nginx.pid;
events {{ worker_connections 4096; }}
mail {{
    server_name localhost;
    auth_http 127.0.0.1:{self.around.auth_port}/;
    imap_capabilities IMAP4rev1 SASL-IR ID IDLE NAMESPACE LITERAL+ UIDPLUS;
    ssl_certificate {self.around.certificate};
    ssl_certificate_key {self.around.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    timeout 600s;
    server {{
        listen 127.0.0.1:{self.port} ssl;
        protocol imap;
    }}
}}
""")
        return ["nginx", "-e", "stderr", "-p", str(self.folder), "-c", str(path)]


class Postern(Proxy):
    """All of it: one reactor, PAM helpers, a policy that is asked, a trail on the disk."""

    name = "postern"
    # Whom the gateway and the recorder become where the benchmark runs as root.
    user = "nobody"
    # The gateway with its PAM helpers and the supervisor: all that answers clients.
    gateway = "gateway"

    def cpu_seconds(self):
        processes = family(self.process.pid)
        rest = [process for process in processes if not is_recorder(process)]
        return {self.name: seconds_of(processes), self.gateway: seconds_of(rest)}

    def command(self):
        self.write_pam_service()
        self.write_policy()
        trail = self.folder / "trail"
        trail.mkdir()
        if os.geteuid() == 0:
            shutil.chown(trail, self.user)
        path = self.folder / "postern.yaml"
        path.write_text(f"""\
postern: 1
listeners:
  - name: benchmark
    address: ["127.0.0.1:{self.port}"]
    tls: implicit
    certificates:
      - {{ chain: "{self.around.certificate}", key: "{self.around.key}" }}
authentication:
  password: true
  pam: {{ service: postern, confdir: "{self.folder / 'pam.d'}", helpers: 4 }}
  certificate: {{ use: "off" }}
backends:
  - name: stub
    address: ["127.0.0.1:{self.around.imap_port}"]
    tls: none
    login: password
routes:
  - {{ users: ["*"], backend: stub }}
policy: policy.yaml
audit: {{ folder: "{trail}" }}
processes: {{ user: {self.user}, audit-user: {self.user}, reactors: 1 }}
log: {{ level: warning }}
""")
        return [str(self.around.options.binaries / "postern"), "serve", "--config", str(path)]

    def write_pam_service(self):
        services = self.folder / "pam.d"
        services.mkdir()
        (services / "postern").write_text(
            "auth required pam_permit.so\naccount required pam_permit.so\n"
        )
        # As in /etc/pam.d: libpam complains to syslog at each login where there is none.
        (services / "other").write_text("auth required pam_deny.so\naccount required pam_deny.so\n")

    def write_policy(self):
        (self.folder / "policy.yaml").write_text("""\
policy: 1
groups:
  planners: [bob]
rules:
  - id: nothing-is-deleted
    who: everyone
    mailboxes: ["INBOX"]
    limit: no-delete
    because: "every mailbox of the benchmark has a rule to be weighed"
  - id: archive-is-read-only
    who: everyone
    mailboxes: ["Archive/**"]
    limit: read-only
    because: "records are kept unchanged"
  - id: secret-is-for-planners
    who: { except: { groups: [planners] } }
    mailboxes: ["Secret/**"]
    limit: deny
    because: "plans are known to those who make them"
""")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def family(process):
    """A process with its living descendants."""
    found = [process]
    for member in found:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def is_recorder(process):
    return Path(f"/proc/{process}/cmdline").read_bytes().startswith(b"postern\0recorder\0")


def seconds_of(processes):
    return sum(cpu_ticks(process) for process in processes) / TICKS_PER_SECOND


def cpu_ticks(process):
    # Behind the name in parentheses: utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15])


def resident_pages(process):
    return int(Path(f"/proc/{process}/statm").read_text().split()[1])
