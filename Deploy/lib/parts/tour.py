"""The guided tour: real clients ask, Postern answers, and each step says whether that was right."""

import subprocess
from pathlib import Path

from . import dovecot, sample
from .processes import wait_until

PASSWORD = dovecot.PASSWORDS["ann"]


def _line(record):
    """What a person looks for in a record; the trail holds more."""
    names = ("seq", "client", "user", "method", "event", "verdict", "verb", "rewrite", "code")
    words = [str(record[name]) for name in names if name in record]
    mailbox = record.get("mailbox", {})
    words += [f"in {mailbox['name']}"] if "name" in mailbox else []
    words += [f"because of {', '.join(mailbox['rules'])}"] if "rules" in mailbox else []
    return " ".join([record["time"][11:19], *words])


class Tour:
    """Steps in order; every one is given, also behind one that failed."""

    def __init__(self, trial):
        self.trial = trial
        self.number = 0
        self.failed = 0

    def run(self):
        for step in (
            self.login_by_pam, self.wrong_password, self.login_by_certificate, self.reading,
            self.read_only, self.invisible, self.the_trail,
        ):
            try:
                step()
            except (AssertionError, TimeoutError, subprocess.TimeoutExpired, OSError) as error:
                self._verdict(False, str(error))
        print(f"\n{self.number - self.failed} passed, {self.failed} failed", flush=True)
        return self.failed == 0

    # Clients

    def _openssl(self, commands, certificate=None):
        """A conversation through openssl s_client, shown as it went."""
        for command in commands:
            print(f"    C: {command.replace(PASSWORD, '********')}")
        words = [
            "openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{self.trial.ports.tls}",
            "-CAfile", self.trial.authority.certificate, "-verify_return_error",
        ]
        if certificate:
            words += ["-cert", certificate.chain, "-key", certificate.key]
        return self._run(words, "".join(line + "\r\n" for line in commands))

    def _curl(self, path, *options):
        words = [
            "curl", "-sS", "--cacert", self.trial.authority.certificate,
            f"imaps://localhost:{self.trial.ports.tls}/{path}", *options,
        ]
        shown = " ".join(str(word) for word in words).replace(PASSWORD, "********")
        print(f"    $ {shown.replace(str(self.trial.folder), '…')}")
        return self._run(words, "")

    def _run(self, words, text):
        done = subprocess.run(
            [str(word) for word in words], input=text.encode(), capture_output=True, timeout=60
        )
        output = done.stdout.decode(errors="replace").replace("\r", "")
        self._show(output or done.stderr.decode(errors="replace"))
        return output

    # What is said

    def _title(self, text):
        self.number += 1
        print(f"\n{self.number}. {text}")

    def _show(self, text, lines_max=14):
        lines = text.splitlines()
        for line in lines[:lines_max]:
            print("    S: " + (line if len(line) < 110 else line[:109] + "…"))
        if len(lines) > lines_max:
            print(f"    … {len(lines) - lines_max} more lines")

    def _verdict(self, right, sentence):
        self.failed += not right
        print(f"   {'PASS' if right else 'FAIL'}: {sentence}", flush=True)

    # Steps

    def login_by_pam(self):
        self._title("ann logs in with her password, which PAM judges (openssl s_client)")
        output = self._openssl([f'a LOGIN ann "{PASSWORD}"', "b LOGOUT"])
        self._verdict("\na OK" in output, "she is let in")

    def wrong_password(self):
        self._title("somebody else tries with a guess")
        output = self._openssl(['a LOGIN ann "guess"', "b LOGOUT"])
        right = "a NO [AUTHENTICATIONFAILED]" in output
        self._verdict(right, "refused, and not told whether there is an ann")

    def login_by_certificate(self):
        self._title("ann logs in with her certificate and no password (EXTERNAL)")
        output = self._openssl(
            ["a AUTHENTICATE EXTERNAL =", "b STATUS INBOX (MESSAGES)", "c LOGOUT"],
            self.trial.certificate,
        )
        right = "\na OK" in output and f"MESSAGES {sample.INBOX_MESSAGES}" in output
        self._verdict(right, "the certificate's mail address is her name")

    def reading(self):
        self._title("she reads the third message of her INBOX (curl)")
        output = self._curl("INBOX;MAILINDEX=3", "-u", f"ann:{PASSWORD}")
        expected = sample.message("INBOX", 3).decode().replace("\r", "")
        self._verdict(output == expected, "it arrives as it lies in the store")

    def read_only(self):
        self._title("she may read the Archive, and tries to mark and to throw away what is there")
        output = self._openssl([
            f'a LOGIN ann "{PASSWORD}"', "b SELECT Archive/2019", "c STORE 1 +FLAGS (\\Deleted)",
            "d EXPUNGE", "e LOGOUT",
        ])
        right = (
            "\nb OK [READ-ONLY]" in output
            and "\nc NO [NOPERM]" in output
            and "\nd NO [NOPERM]" in output
        )
        self._verdict(right, "it opens read-only, and each write is refused")

    def invisible(self):
        self._title("Secret is denied to her: she lists everything, and asks for it by name")
        output = self._openssl([
            f'a LOGIN ann "{PASSWORD}"', 'b LIST "" *', "c SELECT Secret/Plans",
            "d SELECT Secret/There/is/no/such/mailbox", "e LOGOUT",
        ])
        answers = dict(line.split(" ", 1) for line in output.splitlines() if " " in line)
        listed = [line for line in output.splitlines() if line.startswith("* LIST")]
        right = (
            len(listed) >= 4
            and not any("Secret" in line for line in listed)
            and answers.get("c", "").startswith("NO [NONEXISTENT]")
            and answers.get("c") == answers.get("d")
        )
        self._verdict(right, "what is denied and what never existed look the same")

    def the_trail(self):
        self._title("all of this stands in the audit trail")
        wanted = [
            {"event": "auth.ok", "user": "ann"},
            {"event": "auth.fail"},
            {"event": "auth.ok", "user": "ann@example.org"},
            {"event": "msg.fetch", "phase": "outcome", "user": "ann"},
            {"event": "mbox.select", "verdict": "rewrite", "user": "ann"},
            {"event": "msg.store", "verdict": "deny", "user": "ann"},
            {"event": "mbox.select", "verdict": "deny", "user": "ann"},
        ]

        def all_found():
            found = [self._record(fields) for fields in wanted]
            return found if all(found) else None

        try:
            found = wait_until(all_found, 5, "audit line for every step")
        except TimeoutError:
            found = [self._record(fields) for fields in wanted]
        for fields, record in zip(wanted, found):
            print("    " + (_line(record) if record else f"MISSING: {fields}"))
        secret = PASSWORD in self.trial.postern.trail()
        where = Path(self.trial.postern.settings["audit"]["folder"])
        self._verdict(all(found) and not secret, f"each step left its line in {where}, no password")

    def _record(self, fields):
        for record in self.trial.postern.records():
            if all(record.get(name) == value for name, value in fields.items()):
                return record
        return None
