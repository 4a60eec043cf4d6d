"""A real Cyrus of one's own: own folder, own ports, own users, nothing of the system's."""

import os
import shutil
import subprocess
from pathlib import Path

from parts.postern import ROOT
from parts.processes import Child, answers, free_port, unprivileged_user

from .wire import Wire

ADMINISTRATOR, GATEWAY = "cyrus", "gateway"
PASSWORD = "gateway's secret"
REALM = "postern.test"

_UNPACKED = ROOT / ".build/packages/cyrus-imapd/usr/lib/cyrus/bin"

_IMAPD = """\
configdirectory: {folder}/config
partition-default: {folder}/mail
defaultpartition: default
proc_path: {folder}/proc
mboxname_lockpath: {folder}/lock
lmtpsocket: {folder}/run/lmtp
idlesocket: {folder}/run/idle
notifysocket: {folder}/run/notify
servername: {realm}
cyrus_user: {user}
admins: {administrator}
proxyservers: {gateway}
unixhierarchysep: {slashes}
altnamespace: {alternative}
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
loginrealms: {realm}
defaultdomain: {realm}
specialusealways: no
syslog_prefix: postern-private
"""

_MASTER = """\
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{imapd} -U 30 -C {folder}/imapd.conf" listen="127.0.0.1:{port}" prefork=1
}}
EVENTS {{
}}
"""

_PROGRAMS = Path("/usr/lib/cyrus/bin")


def _imapd(folder):
    """Cyrus' IMAP program: the system's, or a copy in `folder`, which Cyrus' user can reach."""
    if (_PROGRAMS / "imapd").exists():
        return _PROGRAMS / "imapd"
    if (_UNPACKED / "imapd").exists():
        return shutil.copy(_UNPACKED / "imapd", folder)
    raise RuntimeError("Cyrus' IMAP program is missing: run Deploy/test --only install")


class Cyrus:
    """One private Cyrus with an empty INBOX for each user."""

    def __init__(self, folder, users, slashes=True):
        self.folder = Path(folder)
        self.users = users
        self.port = free_port()
        self.child = None
        self._lay(slashes)

    def _lay(self, slashes):
        user = unprivileged_user()
        self.folder.mkdir(mode=0o755)
        for name in ("config", "mail", "proc", "lock", "run"):
            (self.folder / name).mkdir()
        names = {
            "folder": self.folder, "realm": REALM, "user": user.pw_name,
            "administrator": ADMINISTRATOR, "gateway": GATEWAY, "port": self.port,
            "slashes": "yes" if slashes else "no", "alternative": "yes" if slashes else "no",
            "programs": _PROGRAMS, "imapd": _imapd(self.folder),
        }
        (self.folder / "imapd.conf").write_text(_IMAPD.format(**names))
        (self.folder / "cyrus.conf").write_text(_MASTER.format(**names))
        passwords = {ADMINISTRATOR: PASSWORD, GATEWAY: PASSWORD, **self.users}
        for name, word in passwords.items():
            subprocess.run(
                ["saslpasswd2", "-p", "-c", "-f", self.folder / "sasldb2", "-u", REALM, name],
                input=word.encode(), check=True, capture_output=True,
            )
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                shutil.chown(path, user.pw_uid, user.pw_gid)

    def start(self):
        options = {}
        if os.getuid() == 0:
            user = unprivileged_user()
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.child = Child(
            "cyrus",
            [
                str(_PROGRAMS / "master"), "-C", str(self.folder / "imapd.conf"),
                "-M", str(self.folder / "cyrus.conf"), "-p", str(self.folder / "run/master.pid"),
            ],
            str(self.folder / "cyrus.output"),
            cwd="/",
            **options,
        )
        self.child.wait_for(lambda: answers(self.port), 20)
        with Wire(self.port) as administrator:
            administrator.login(ADMINISTRATOR, PASSWORD)
            for name in self.users:
                separator = "/" if "unixhierarchysep: yes" in self._settings() else "."
                answer = administrator.answer(f"CREATE user{separator}{name}")
                if not answer.startswith("OK"):
                    raise RuntimeError(f"Cyrus made no mailbox for {name}: {answer}")
        return self

    def _settings(self):
        return (self.folder / "imapd.conf").read_text()

    def stop(self):
        if self.child:
            self.child.stop()
            self.child = None
