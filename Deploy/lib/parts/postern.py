"""Starts Postern on a folder of its own: writes its configuration, waits, stops, reads the trail."""

import json
import os
import shutil
import signal
import socket
from pathlib import Path

from . import dovecot
from .processes import Child, answers, command_of, descendants_of, free_port, wait_until

ROOT = Path(__file__).resolve().parents[3]


def program(name="postern"):
    """A built program; POSTERN_BIN names the folder when it is not the debug build's."""
    return Path(os.environ.get("POSTERN_BIN", ROOT / ".build/debug")) / name


def program_for_all(folder):
    """A copy of `postern` in a folder that every user can reach, as this clone may be root's alone."""
    copy = Path(folder) / "postern-for-all"
    if not copy.exists():
        shutil.copy(program(), copy)
    return copy


GATEWAY_USER, RECORDER_USER = "nobody", "daemon"


class Ports:
    """Where one Postern listens."""

    def __init__(self):
        self.tls, self.starttls = free_port(), free_port()


def configuration(folder, ports, server, authority, service, backend, policy):
    """The configuration as a value; a test changes what it is about before it is written."""
    folder = Path(folder)
    certificates = [{"chain": str(server.chain), "key": str(server.key)}]
    clients = {"ca": str(authority.certificate), "crl": [str(authority.crl)]}
    settings = {
        "postern": 1,
        "listeners": [
            {
                "name": name, "address": [f"127.0.0.1:{port}"], "tls": kind,
                "certificates": certificates, "client-certificates": clients,
            }
            for name, port, kind in (
                ("imaps", ports.tls, "implicit"), ("imap", ports.starttls, "starttls"))
        ],
        "authentication": {
            "pam": {"service": service.name, "confdir": str(service.folder), "helpers": 3},
            "certificate": {"use": "alone", "identity": "rfc822-name"},
        },
        "backends": [backend],
        "routes": [{"users": ["*"], "backend": backend["name"]}],
        "policy": str(policy),
        "audit": {"folder": str(folder / "audit")},
        "processes": {"drain-timeout": "3 s"},
    }
    if os.getuid() == 0:
        # Accounts that every Debian has; an installation makes its own (Deploy/sysusers.d).
        settings["processes"] |= {"user": GATEWAY_USER, "audit-user": RECORDER_USER}
    return settings


def master_backend(folder, port):
    """A backend that is entered as `user*master`, so that certificate logins work too."""
    password = Path(folder) / "master-password"
    password.write_text(dovecot.MASTER_PASSWORD + "\n")
    password.chmod(0o600)
    return {
        "name": "dovecot", "address": [f"127.0.0.1:{port}"], "tls": "none", "login": "master",
        "master": {"user": dovecot.MASTER, "password-file": str(password)},
    }


def lay_audit_folder(path):
    """The folder that the recorder writes to, its own and nobody else's."""
    path = Path(path)
    path.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(path, RECORDER_USER)


class Postern:
    """One running `postern serve` and its children."""

    def __init__(self, folder, settings):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o755, exist_ok=True)
        self.settings = settings
        self.file = self.folder / "postern.yaml"
        self.log = self.folder / "postern.log"
        self.child = None
        # A program that executes the rest of its arguments, for example with other limits.
        self.wrapper = ()

    def write(self):
        # JSON is YAML too, and Python's own library writes it.
        self.file.write_text(json.dumps(self.settings, indent=2) + "\n")
        self.file.chmod(0o600)

    def start(self, seconds=20, early=None):
        """Returns when Postern serves; `early` is called with its process as soon as there is one."""
        self.write()
        if not Path(self.settings["audit"]["folder"]).exists():
            lay_audit_folder(self.settings["audit"]["folder"])
        arguments = [*self.wrapper, str(program()), "serve", "--config", str(self.file)]
        self.child = Child("postern", arguments, str(self.log))
        if early:
            early(self.child)
        self.child.wait_for(
            lambda: all(answers(port, host) for host, port in self.addresses()), seconds)
        # The sockets are the supervisor's; that the gateway serves them shows in its greeting.
        self.child.wait_for(self._greets, seconds)
        # A reload counts once the supervisor knows of it, too, which the log tells at this level.
        if self.settings.get("log", {}).get("level", "info") in ("debug", "info"):
            self.child.wait_for(lambda: "serving on" in self.child.output(), seconds)
        return self

    def _greets(self):
        for listener in self.settings["listeners"]:
            if listener["tls"] == "starttls":
                port = int(listener["address"][0].rpartition(":")[2])
                try:
                    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                        return client.recv(4) == b"* OK"
                except ConnectionError:
                    # Taken by the socket that only asks whether the port is free.
                    return False
        return True

    def addresses(self):
        for listener in self.settings["listeners"]:
            for address in listener["address"]:
                host, _, port = address.rpartition(":")
                yield host.strip("[]"), int(port)

    def stop(self):
        """SIGTERM; returns the exit status and takes what a lost child would leave with it."""
        if not self.child:
            return None
        family = descendants_of(self.child.pid)
        status = self.child.stop()
        self.left = [pid for pid in family if _is_ours(pid)]
        for pid in self.left:
            os.kill(pid, signal.SIGKILL)
        self.child = None
        return status

    def reload(self, seconds=15):
        """SIGHUP; returns what the log said of it, once it has said how it ended."""
        before = len(self.child.output())
        os.kill(self.child.pid, signal.SIGHUP)
        return wait_until(lambda: _judged(self.child.output()[before:]), seconds, "word of a reload")

    def children(self, duty):
        """The pids of the children of one kind: gateway, recorder or postern-pam."""
        return [
            pid for pid in descendants_of(self.child.pid)
            if duty in [Path(word).name for word in command_of(pid)[:3]]
        ]

    def child_of(self, duty, other_than=(), seconds=10):
        """One living child of a kind, waited for, that is none of `other_than`."""
        found = wait_until(
            lambda: [pid for pid in self.children(duty) if pid not in other_than],
            seconds, f"new {duty}",
        )
        return found[0]

    def records(self):
        """Every complete line of the trail, parsed."""
        return [json.loads(line) for line in self.trail().splitlines() if line.endswith("}")]

    def trail(self):
        files = sorted(path for path in self._segments())
        return "".join(path.read_text() for path in files)

    def _segments(self):
        folder = Path(self.settings["audit"]["folder"])
        return [path for path in folder.iterdir() if path.suffix in (".jsonl", ".log", ".json")]

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def _judged(text):
    return text if any(word in text for word in ("in force", "not reloading", "refused")) else ""


def _is_ours(pid):
    return any("postern" in Path(word).name for word in command_of(pid)[:1])
