"""PAM through real modules: what an account's state and a module's trouble lead to."""

import os
import re
import signal
import subprocess
import threading
import unittest

from parts import pam
from parts.postern import program
from parts.processes import children_of, command_of, descendants_of, wait_until
from postern_support.stage import PASSWORDS, StageCase


class AccountState(StageCase):
    def test_an_expired_account_is_told_so(self):
        self.assert_refused(self.wire().login(pam.EXPIRED, "secret"), "EXPIRED")

    def test_an_expired_password_is_told_so(self):
        self.assert_refused(self.wire().login(pam.STALE, "secret"), "EXPIRED")

    def test_a_locked_account_looks_like_a_wrong_password_or_asks_for_the_administrator(self):
        answer = self.wire().login(pam.LOCKED, "secret")
        self.assert_refused(answer, "(AUTHENTICATIONFAILED|CONTACTADMIN)")

    def test_a_wrong_password_does_not_tell_that_the_account_is_expired(self):
        self.assert_refused(self.wire().login(pam.EXPIRED, "wrong"), "AUTHENTICATIONFAILED")

    def test_a_changed_password_counts_at_once(self):
        changed = {**PASSWORDS, "carl": "new secret"}
        self.service.set_passwords(changed)
        self.addCleanup(self.service.set_passwords, PASSWORDS)
        self.assert_refused(
            self.wire().login("carl", PASSWORDS["carl"]), "AUTHENTICATIONFAILED")
        self.assert_ok(self.wire().login("carl", "new secret"))


class HelperTrouble(StageCase):
    # Long enough for another login beside the one that hangs, however busy the machine is.
    deadline = 8

    @classmethod
    def configure(cls, settings):
        settings["authentication"]["pam"]["deadline"] = f"{cls.deadline} s"
        # Each reactor has helpers of its own: where one hangs, another one must be left.
        settings["processes"]["reactors"] = 1

    def test_a_hung_module_is_killed_and_the_others_still_log_in(self):
        answers = []
        hung = self.wire()
        before = self.postern.children("postern-pam")
        waiting = threading.Thread(target=lambda: answers.append(hung.login(pam.HANGING, "secret")))
        waiting.start()
        self.assert_ok(self.wire().login("ann", PASSWORDS["ann"]))
        self.assertTrue(waiting.is_alive(), "the hung login was answered before ann's")
        waiting.join(60)
        self.assertFalse(waiting.is_alive())
        self.assert_refused(answers[0], "UNAVAILABLE")
        # It was the helpers' deadline: at the session's own, a little later, comes BYE.
        self.assert_ok(hung.answer("NOOP"))
        wait_until(
            lambda: set(self.postern.children("postern-pam")) - set(before), 60, "new helper")
        self.assert_ok(self.wire().login("bob", PASSWORDS["bob"]))

    def test_what_a_module_has_started_ends_with_its_helper(self):
        # pam_exec gives it a session of its own, and it has others in turn.
        mark = "36061.5"
        script = self.folder / "sleepers"
        script.write_text(f"#!/bin/sh\nsleep {mark} &\nsetsid sleep {mark} &\nwait\n")
        script.chmod(0o755)
        service = self.service.folder / self.service.name
        before = service.read_text()
        self.addCleanup(service.write_text, before)
        service.write_text(before.replace("/bin/sleep 16", str(script)))
        self.assertNotEqual(service.read_text(), before)

        def sleepers():
            return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
                    if command_of(pid)[:2] in (["sleep", mark], ["/bin/sh", str(script)])]

        self.addCleanup(lambda: [os.kill(pid, signal.SIGKILL) for pid in sleepers()])
        hung = self.wire()
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(hung.login(pam.HANGING, "secret")))
        waiting.start()
        found = wait_until(lambda: len(sleepers()) == 3 and sleepers(), 10, "three sleepers")
        self.assertTrue(set(found) < set(descendants_of(self.postern.child.pid)))
        waiting.join(60)
        self.assert_refused(answers[0], "UNAVAILABLE")
        wait_until(lambda: not sleepers(), 10, "end of what the module has started")
        self.assert_ok(self.wire().login("bob", PASSWORDS["bob"]))

    def test_what_a_module_leaves_running_leaves_no_zombie(self):
        script = self.folder / "leaver"
        script.write_text("#!/bin/sh\nsleep 0.3 &\n")
        script.chmod(0o755)
        service = self.service.folder / self.service.name
        before = service.read_text()
        self.addCleanup(service.write_text, before)
        service.write_text(f"auth optional pam_exec.so quiet {script}\n" + before)
        wait_until(lambda: len(self.postern.children("postern-pam")) == 3, 60, "three helpers")
        own = set(children_of(self.postern.child.pid))
        self.assert_ok(self.wire().login("ann", PASSWORDS["ann"]))
        orphan = wait_until(
            lambda: set(children_of(self.postern.child.pid)) - own, 10, "an orphan")
        self.assertEqual(len(orphan), 1)
        wait_until(
            lambda: not orphan & set(children_of(self.postern.child.pid)), 10, "end of the orphan")
        self.assertEqual(set(children_of(self.postern.child.pid)), own)

    def test_killed_helpers_are_replaced(self):
        before = self.postern.children("postern-pam")
        self.assertTrue(before)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: len(set(self.postern.children("postern-pam")) - set(before)) == len(before),
            60, "as many new helpers",
        )
        self.assert_ok(self.wire().login("ann", PASSWORDS["ann"]))


class Symbols(unittest.TestCase):
    def test_libaudit_looks_addresses_up_with_the_function_of_postern_pam(self):
        helper = program("postern-pam")
        # The dynamic linker tells whose function it takes for whom.
        told = subprocess.run(
            [helper, "--help"], env={"LD_DEBUG": "bindings", "LD_BIND_NOW": "1"},
            capture_output=True, text=True, check=True).stderr
        takers = dict(re.findall(
            r"binding file (\S+) .* to (\S+) .*: normal symbol `getaddrinfo'", told))
        audit = [file for taker, file in takers.items() if "/libaudit." in taker]
        if not audit:
            self.skipTest("this machine's libpam knows no kernel audit")
        self.assertEqual(audit, [str(helper)])
