"""A private rsyslog that takes messages over TLS and writes them to a file."""

import subprocess
from pathlib import Path

from parts.processes import Child, answers, free_port

CONFIGURATION = """\
global(
    workDirectory="{folder}" maxMessageSize="256k" parser.escapeControlCharactersOnReceive="off"
    defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="{ca}"
    defaultNetstreamDriverCertFile="{chain}" defaultNetstreamDriverKeyFile="{key}"
)
# What was read from a connection is written before more is read, and before its end is answered.
main_queue(queue.type="direct")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="line" type="string"
    string="%pri%\\t%timestamp:::date-rfc3339%\\t%hostname%\\t%app-name%\\t%msgid%\\t%structured-data%\\t%msg%\\n")
ruleset(name="file" queue.type="direct") {{
    action(type="omfile" file="{received}" template="line")
}}
input(type="imtcp" address="127.0.0.1" port="{port}" ruleset="file")
"""


class Rsyslog:
    """One rsyslogd; it can be killed and started again."""

    def __init__(self, folder, certificate, authority):
        self.folder = Path(folder)
        self.folder.mkdir()
        self.port = free_port()
        self.received = self.folder / "received"
        self.file = self.folder / "rsyslog.conf"
        self.file.write_text(
            CONFIGURATION.format(
                folder=self.folder, ca=authority.certificate, chain=certificate.chain,
                key=certificate.key, received=self.received, port=self.port))
        self.child = None

    def start(self):
        (self.folder / "pid").unlink(missing_ok=True)
        self.child = Child(
            "rsyslogd",
            ["/usr/sbin/rsyslogd", "-n", "-f", str(self.file), "-i", str(self.folder / "pid")],
            str(self.folder / "log"))
        self.child.wait_for(lambda: answers(self.port), 20)

    def kill(self):
        self.child.process.kill()
        self.child.process.wait()

    def stop(self):
        if self.child:
            self.child.stop()

    def lines(self):
        """What was received, one message a line, split at tabs."""
        if not self.received.exists():
            return []
        text = self.received.read_bytes().decode()
        return [line.split("\t", 6) for line in text.split("\n")[:-1]]


def is_installed():
    return Path("/usr/sbin/rsyslogd").exists() and subprocess.run(
        ["find", "/usr/lib", "-name", "lmnsd_gtls.so"], capture_output=True).stdout != b""
