"""Running it: check, reload, drain, and a gateway that dies."""

import os
import re
import signal
import subprocess
import threading
import time

from parts import postern
from parts.processes import command_of, descendants_of, wait_until
from postern_support.stage import PASSWORDS, POLICY, StageCase

LOOSE = "policy: 1\nrules: []\n"


class Operation(StageCase):
    def check(self, file=None):
        return subprocess.run(
            [str(postern.program()), "check", "--config", str(file or self.postern.file)],
            capture_output=True, text=True, timeout=20,
        )

    def edited(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def set_policy(self, text):
        self.policy_file.write_text(text)
        return self.postern.reload()

    def test_a_good_configuration_passes_the_check(self):
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_configuration_s_errors_name_their_place(self):
        text = self.postern.file.read_text()
        for name, broken in (
            ("unknown.yaml", text.replace('"listeners"', '"listners"')),
            ("kind.yaml", text.replace('"implicit"', '"explicit"')),
            ("yaml.yaml", text.replace('"postern": 1,', '"postern": [1,')),
            ("version.yaml", text.replace('"postern": 1', '"postern": 9')),
            ("port.yaml", text.replace(f"127.0.0.1:{self.ports.tls}", "127.0.0.1:99999")),
        ):
            with self.subTest(name):
                path = self.edited(name, broken)
                done = self.check(path)
                self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
                self.assertRegex(done.stdout + done.stderr, rf"{name}:\d+:\d+: ")

    def test_a_policy_s_errors_name_their_place(self):
        text = self.postern.file.read_text()
        for name, policy, place in (
            ("level.policy", POLICY.replace("read-only", "read-mostly", 2), r"level.policy:6:\d+"),
            ("key.policy", POLICY.replace("who:", "whom:"), r"key.policy:4:\d+"),
            ("name.policy", POLICY.replace("Secret/**", "Secret//**"), r"name.policy:9:\d+"),
        ):
            with self.subTest(name):
                path = self.edited(name, policy)
                file = self.edited(name + ".yaml", text.replace(str(self.policy_file), str(path)))
                done = self.check(file)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stdout + done.stderr, place)

    def test_version_and_help(self):
        for arguments in (["version"], ["--help"], ["serve", "--help"], ["check", "--help"]):
            with self.subTest(arguments):
                done = subprocess.run(
                    [str(postern.program()), *arguments], capture_output=True, timeout=20)
                self.assertEqual(done.returncode, 0)
                self.assertTrue(done.stdout)

    def test_a_bad_policy_keeps_the_old_one_and_says_why(self):
        self.addCleanup(self.set_policy, POLICY)
        said = self.set_policy("policy: 1\nrules:\n  - limit: nonsense\n")
        self.assertRegex(said, r"policy\.yaml:3:\d+")
        self.assertRegex(self.session("ann").answer("SELECT Secret/Plans"), "NONEXISTENT")
        self.assert_refusal_recorded("has errors", r"policy\.yaml:3:\d+")

    def assert_refusal_recorded(self, reason, detail):
        """Both kinds of reload stand in the trail as refused, with who has asked."""
        for event in ("policy.reload", "config.reload"):
            def found():
                return [r for r in self.postern.records() if r["event"] == event
                        and r.get("verdict") == "deny" and reason in r["reason"]
                        and re.search(detail, r["args"])]
            last = wait_until(found, 10, f"{event} that is refused")[-1]
            self.assertRegex(last["args"], f"^user ID {os.getuid()}, process {os.getpid()}; ")

    def test_a_value_in_the_wrong_place_does_not_get_into_the_trail(self):
        good = self.postern.file.read_text()
        self.addCleanup(self.postern.reload)
        self.addCleanup(self.postern.file.write_text, good)
        self.postern.file.write_text(good.replace(
            '"drain-timeout": "3 s"', '"drain-timeout": "swordfish"'))
        self.assertIn("swordfish", self.postern.reload())
        self.assert_refusal_recorded("has errors", r"postern\.yaml:\d+:\d+")
        self.assertNotIn("swordfish", self.postern.trail())

    def test_what_needs_a_restart_is_refused_and_recorded(self):
        good = self.postern.file.read_text()
        self.addCleanup(self.postern.file.write_text, good)
        self.postern.file.write_text(good.replace('"helpers": 3', '"helpers": 4'))
        self.postern.reload()
        self.assert_refusal_recorded("needs a restart", "the number of PAM helpers")

    def test_a_key_that_is_not_the_certificate_s_is_refused_and_recorded(self):
        key = self.certificate.key
        good = key.read_text()
        self.addCleanup(self.postern.reload)
        self.addCleanup(key.write_text, good)
        key.write_text(self.authority.key.read_text())
        self.postern.reload()
        self.assert_refusal_recorded("can't be used", "the private key is not the certificate's")
        self.session("ann")

    def test_an_expired_certificate_is_shown_with_a_warning(self):
        # Clients refuse it; a service that doesn't start would help nobody.
        expired = self.authority.issue("old", "localhost", "DNS:localhost", "serverAuth", days=0)
        self.addCleanup(self.postern.reload)
        for file, other in zip(self.certificate, expired):
            self.addCleanup(file.write_bytes, file.read_bytes())
            file.write_bytes(other.read_bytes())
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"postern\.yaml:\d+:\d+: warning: .* has expired")
        self.assertRegex(self.postern.reload(), r"postern\.yaml:\d+:\d+: .* has expired")

    def test_a_good_policy_is_taken_and_holds_for_open_sessions(self):
        self.addCleanup(self.set_policy, POLICY)
        client = self.session("ann")
        self.assertRegex(client.answer("SELECT Secret/Plans"), "NONEXISTENT")
        self.set_policy(LOOSE)
        wait_until(lambda: client.answer("SELECT Secret/Plans").startswith("OK"), 10, "new policy")
        self.set_policy(POLICY)

        def shut():
            try:
                return not client.answer("FETCH 1 FLAGS").startswith("OK")
            except EOFError:
                return True

        wait_until(shut, 10, "end of the reading of a mailbox that is now denied")
        self.await_record(event="policy.reload")

    def test_a_killed_gateway_is_replaced_and_the_listeners_survive(self):
        first = self.postern.child_of("gateway")
        client = self.session("ann")
        os.kill(first, signal.SIGKILL)
        client.rest()
        self.session("ann")
        self.assertNotIn(first, self.postern.children("gateway"))


class HastyReload(StageCase):
    """Asked for before Postern serves, or while its gateway is being replaced: done afterwards."""

    backend = "canary"

    def assert_loose(self):
        def is_loose():
            return self.session("ann").answer("SELECT Secret/Plans").startswith("OK")
        wait_until(is_loose, 15, "the new policy")

    def test_before_it_serves(self):
        self.postern.stop()
        self.policy_file.write_text(POLICY)

        def hurry(child):
            # From then on the signal waits to be read, and the files of before are read already.
            child.wait_for(lambda: blocks(child.pid, signal.SIGHUP), 20)
            self.policy_file.write_text(LOOSE)
            os.kill(child.pid, signal.SIGHUP)

        self.postern.start(early=hurry)
        self.assert_loose()

    def test_while_the_gateway_is_replaced(self):
        self.policy_file.write_text(POLICY)
        self.postern.reload()
        first = self.postern.child_of("gateway")
        os.kill(first, signal.SIGKILL)
        # Else it would be asked, and its end be laid to what it was asked.
        wait_until(lambda: not command_of(first), 10, "end of the gateway")
        self.policy_file.write_text(LOOSE)
        os.kill(self.postern.child.pid, signal.SIGHUP)
        self.postern.child_of("gateway", other_than=[first])
        self.assert_loose()


def blocks(pid, number):
    with open(f"/proc/{pid}/status") as file:
        masks = [int(line.split()[1], 16) for line in file if line.startswith("SigBlk:")]
    return bool(masks and masks[0] >> (number - 1) & 1)


class Stopping(StageCase):
    def test_sigterm_drains_and_leaves_nothing(self):
        client = self.session("ann")
        client.command("SELECT INBOX")
        family = descendants_of(self.postern.child.pid)
        self.assertTrue(family)
        said = []
        reader = threading.Thread(target=lambda: said.append(client.rest()))
        reader.start()
        began = time.monotonic()
        status = self.postern.stop()
        reader.join(10)
        self.assertEqual(status, 0)
        self.assertLess(time.monotonic() - began, 15)
        self.assertIn(b"* BYE", said[0])
        self.assertEqual(self.postern.left, [])
        last = self.postern.records()
        self.assertEqual(last[-1]["event"], "audit.stop")
        self.assertTrue([r for r in last if r["event"] == "conn.close" and r.get("user") == "ann"])
        drain = [r for r in last if r["event"] == "control.drain"]
        self.assertEqual(len(drain), 1)
        self.assertRegex(
            drain[0]["args"],
            rf"^gateway within \d s, user ID {os.getuid()}, process {os.getpid()}$")


def unit_capabilities():
    """What the shipped unit leaves root, as setpriv takes it; nothing more for others than root."""
    unit = (postern.ROOT / "Deploy/systemd/postern.service").read_text()
    names = " ".join(re.findall(r"^CapabilityBoundingSet=(.*)$", unit, re.M)).split()
    kept = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in names)
    return ("setpriv", f"--bounding-set=-all,{kept}") if os.getuid() == 0 else ()


class Privileges(StageCase):
    wrapper = unit_capabilities()

    def status_of(self, pid):
        with open(f"/proc/{pid}/status") as file:
            return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)

    def test_the_parts_that_read_strangers_bytes_are_confined(self):
        for duty in ("gateway", "recorder"):
            with self.subTest(duty):
                status = self.status_of(self.postern.child_of(duty))
                self.assertEqual(status["NoNewPrivs"], "1")
                self.assertEqual(status["Seccomp"], "2")
                self.assertEqual(int(status["CapEff"], 16), 0)

    def test_only_the_helper_links_pam(self):
        for duty, links in (("gateway", False), ("recorder", False), ("postern-pam", True)):
            with self.subTest(duty):
                with open(f"/proc/{self.postern.child_of(duty)}/maps") as file:
                    self.assertEqual("libpam.so" in file.read(), links)

    def test_the_gateway_cannot_open_the_trail(self):
        gateway = self.postern.child_of("gateway")
        folder = os.path.realpath(self.postern.settings["audit"]["folder"])
        for entry in os.listdir(f"/proc/{gateway}/fd"):
            try:
                target = os.readlink(f"/proc/{gateway}/fd/{entry}")
            except OSError:
                continue
            self.assertFalse(target.startswith(folder), target)
