"""A whole stage for one test class: CA, PAM, backend and Postern, built once and torn down."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from parts import dovecot, pam, postern
from parts.certificates import Authority
from parts.processes import wait_until

from .canary import Canary
from .records import check_trail
from .wire import Wire, trusting

PASSWORDS = {
    **dovecot.PASSWORDS,
    **{name: "secret" for name in (pam.EXPIRED, pam.LOCKED, pam.STALE, pam.HANGING)},
}

# The policy most classes run under.
POLICY = """\
policy: 1
rules:
  - id: archive-is-read-only
    who: { users: [ann] }
    mailboxes: ["Archive/**"]
    limit: read-only
  - id: secret-is-secret
    who: { users: [ann] }
    mailboxes: ["Secret/**"]
    limit: deny
"""


class StageCase(unittest.TestCase):
    """Tests that share one Postern; subclasses say what is behind it and what differs."""

    policy = POLICY
    backend = "dovecot"
    # See Postern.wrapper.
    wrapper = ()

    @classmethod
    def configure(cls, settings):
        """Changes the configuration before it is written."""

    @classmethod
    def prepare(cls, backend):
        """Changes Dovecot's configuration before it starts."""

    @classmethod
    def make_canary(cls):
        return Canary()

    @classmethod
    def setUpClass(cls):
        # A process of another user must be able to pass through, and nobody to list it.
        cls.folder = Path(tempfile.mkdtemp(prefix="postern-test."))
        os.chmod(cls.folder, 0o711)
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.authority = Authority(cls.folder / "ca")
        cls.certificate = cls.authority.server()
        cls.service = pam.Service(cls.folder / "pam", PASSWORDS, troubles=True)
        cls.policy_file = cls.folder / "policy.yaml"
        cls.policy_file.write_text(cls.policy)
        cls.ports = postern.Ports()
        settings = postern.configuration(
            cls.folder, cls.ports, cls.certificate, cls.authority, cls.service,
            postern.master_backend(cls.folder, cls._start_backend()), cls.policy_file,
        )
        # Failures are slowed down per address, and all these tests come from one.
        settings["authentication"]["throttle"] = {
            "free-failures-per-address": 1000, "free-failures-per-user": 1000,
        }
        cls.configure(settings)
        cls.postern = postern.Postern(cls.folder / "postern", settings)
        cls.postern.wrapper = cls.wrapper
        cls.addClassCleanup(lambda: check_trail(cls.postern.settings["audit"]["folder"]))
        cls.addClassCleanup(cls.postern.stop)
        cls.postern.start()

    @classmethod
    def _start_backend(cls):
        if cls.backend == "canary":
            cls.canary = cls.make_canary()
            cls.addClassCleanup(lambda: cls.canary.close())
            return cls.canary.port
        cls.dovecot = dovecot.Dovecot(cls.folder / "dovecot", cls.certificate)
        cls.prepare(cls.dovecot)
        cls.addClassCleanup(cls.dovecot.stop)
        cls.dovecot.start()
        return cls.dovecot.port

    def wire(self, certificate=None, **options):
        """A TLS connection that has read the greeting."""
        context = trusting(self.authority, certificate)
        wire = Wire(self.ports.tls, context, **options)
        self.addCleanup(wire.close)
        return wire

    def plain(self, **options):
        """A connection to the STARTTLS listener, still in the clear."""
        wire = Wire(self.ports.starttls, **options)
        self.addCleanup(wire.close)
        return wire

    def session(self, user="ann"):
        """A session that is logged in."""
        wire = self.wire()
        self.assert_ok(wire.login(user, PASSWORDS[user]))
        return wire

    def behind(self, user="ann"):
        """A session at Dovecot itself, past Postern, to see what is true there."""
        wire = Wire(self.dovecot.port)
        self.addCleanup(wire.close)
        self.assert_ok(wire.login(user, PASSWORDS[user]))
        return wire

    def assert_ok(self, answer):
        self.assertRegex(answer, r"^OK\b")

    def assert_refused(self, answer, code):
        self.assertRegex(answer, rf"^NO \[{code}\]")

    def await_record(self, seconds=10, **fields):
        """The first record in which all `fields` are as given; event_ stands for event."""

        def found():
            for record in self.postern.records():
                if all(record.get(name) == value for name, value in fields.items()):
                    return record
            return None

        return wait_until(found, seconds, f"audit record with {fields}")
