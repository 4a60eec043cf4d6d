"""The trial: stands everything up in one state folder, gives the tour, stays, and cleans up."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from . import dovecot, pam, postern
from .certificates import Authority
from .tour import Tour


class Stopped(Exception):
    """Ctrl-C, or another signal that asks to end."""


def _stop(*_):
    # A second signal must not interrupt the cleaning up.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


class Trial:
    """The parts of one trial, all below `folder`."""

    def __init__(self, folder, stack):
        self.folder = Path(folder)
        self.authority = Authority(self.folder / "ca")
        # Beside the authority's folder, which is its owner's alone: a mail client must reach it.
        self.root = Path(shutil.copy(self.authority.certificate, self.folder / "ca.pem"))
        server = self.authority.server()
        self.certificate = self.authority.client("ann", "ann@example.org")
        service = pam.Service(self.folder / "pam", dovecot.PASSWORDS)
        self.dovecot = dovecot.Dovecot(self.folder / "dovecot", server)
        stack.callback(self.dovecot.stop)
        self.ports = postern.Ports()
        policy = self.folder / "policy.yaml"
        shutil.copy(postern.ROOT / "Policies/sample.yaml", policy)
        settings = postern.configuration(
            self.folder, self.ports, server, self.authority, service,
            postern.master_backend(self.folder, self.dovecot.port), policy,
        )
        self.postern = postern.Postern(self.folder / "postern", settings)
        stack.callback(self.postern.stop)

    def start(self):
        self.dovecot.start()
        self.postern.start()


def _how_to_connect(trial):
    print(f"""
Postern is up. To look at it with a mail client of your own:

    server      localhost, port {trial.ports.tls} (TLS), or {trial.ports.starttls} (STARTTLS)
    users       {", ".join(f'{user} ("{word}")' for user, word in dovecot.PASSWORDS.items())}
    authority   {trial.root}
    policy      {trial.folder / "policy.yaml"}
                change it and say: kill -HUP {trial.postern.child.pid}
    audit       {postern.program()} audit tail -f --trail {trial.postern.settings["audit"]["folder"]}
    log         {trial.postern.log}

Ctrl-C stops everything and removes {trial.folder}.""", flush=True)


def _stay(trial):
    """Waits for a signal; a part that ends by itself ends the trial."""
    while trial.postern.child.alive() and trial.dovecot.child.alive():
        time.sleep(0.5)
    print("a part ended by itself; the last that Postern said:", file=sys.stderr)
    print(trial.postern.child.output()[-2000:], file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(prog="Deploy/try")
    parser.add_argument("--tour", action="store_true")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    status = 1
    try:
        with ExitStack() as stack:
            folder = tempfile.mkdtemp(prefix="postern-try.")
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            # Other users' processes pass through to their own folders, and can list nothing.
            os.chmod(folder, 0o711 if os.getuid() == 0 else 0o700)
            trial = Trial(folder, stack)
            trial.start()
            passed = Tour(trial).run()
            status = 0 if passed else 1
            if not options.tour:
                _how_to_connect(trial)
                _stay(trial)
                status = 1
    except Stopped:
        print("\nstopped")
        status = 130 if options.tour else status
    except (RuntimeError, TimeoutError, OSError) as error:
        print(f"Deploy/try: {error}", file=sys.stderr)
        status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
