"""Clients as people use them: curl, openssl s_client, mbsync."""

import subprocess

from parts import sample
from postern_support.stage import PASSWORDS, StageCase


def run(*arguments, **options):
    return subprocess.run(
        [str(word) for word in arguments], capture_output=True, timeout=60, **options
    )


class Curl(StageCase):
    def curl(self, path, *options, user="ann"):
        credentials = ["-u", f"{user}:{PASSWORDS[user]}"] if user else []
        return run(
            "curl", "-sS", "--cacert", self.authority.certificate, *credentials, *options,
            f"imaps://localhost:{self.ports.tls}/{path}",
        )

    def test_lists_and_reads(self):
        listed = self.curl("")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn(b"Archive/2019", listed.stdout)
        self.assertNotIn(b"Secret", listed.stdout)
        read = self.curl("INBOX;MAILINDEX=2")
        self.assertEqual(read.stdout, sample.message("INBOX", 2))

    def test_a_wrong_password_is_a_login_error(self):
        wrong = run(
            "curl", "-sS", "--cacert", self.authority.certificate, "-u", "ann:nonsense",
            f"imaps://localhost:{self.ports.tls}/",
        )
        self.assertEqual(wrong.returncode, 67)

    def test_uploads(self):
        message = self.folder / "upload.eml"
        message.write_bytes(b"Subject: up\r\n\r\nUp.\r\n")
        self.assertEqual(self.curl("INBOX", "-T", message, user="bob").returncode, 0)
        self.assertNotEqual(self.curl("Archive/2019", "-T", message).returncode, 0)

    def test_logs_in_with_a_certificate(self):
        ann = self.authority.client("curl", "ann@example.org")
        done = self.curl(
            "INBOX;MAILINDEX=1", "--cert", ann.chain, "--key", ann.key,
            "--login-options", "AUTH=EXTERNAL", "-u", "ann@example.org:", user=None,
        )
        self.assertEqual(done.stdout, sample.message("INBOX", 1), done.stderr)

    def test_starts_tls(self):
        done = run(
            "curl", "-sS", "--ssl-reqd", "--cacert", self.authority.certificate,
            "-u", f"ann:{PASSWORDS['ann']}", f"imap://localhost:{self.ports.starttls}/",
        )
        self.assertEqual(done.returncode, 0, done.stderr)


class OpenSSL(StageCase):
    def s_client(self, *options, commands):
        return run(
            "openssl", "s_client", "-quiet", "-CAfile", self.authority.certificate,
            "-verify_return_error", "-verify_hostname", "localhost", *options,
            input="".join(line + "\r\n" for line in commands).encode(),
        ).stdout

    def test_external_with_a_certificate(self):
        ann = self.authority.client("s_client", "ann@example.org")
        output = self.s_client(
            "-connect", f"127.0.0.1:{self.ports.tls}", "-cert", ann.chain, "-key", ann.key,
            commands=["a AUTHENTICATE EXTERNAL =", "b STATUS INBOX (MESSAGES)", "c LOGOUT"],
        )
        self.assertIn(b"a OK", output)
        self.assertIn(b"MESSAGES 12", output)
        self.assertIn(b"c OK", output)

    def test_starttls(self):
        output = self.s_client(
            "-connect", f"127.0.0.1:{self.ports.starttls}", "-starttls", "imap",
            commands=[f'a LOGIN "bob" "{PASSWORDS["bob"]}"', "b LOGOUT"],
        )
        self.assertIn(b"a OK", output)


MBSYNC = """\
IMAPStore far
Host localhost
Port {port}
User bob
Pass "{password}"
SSLType IMAPS
CertificateFile {ca}

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel both
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
"""


class TwoWaySync(StageCase):
    def sync(self):
        own = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        done = run("mbsync", "-V", "-c", self.rc, "-a", env=own)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])

    def test_the_second_run_has_nothing_to_do(self):
        self.home = self.folder / "mbsync"
        (self.home / "mail").mkdir(parents=True)
        self.rc = self.home / "mbsyncrc"
        self.rc.write_text(MBSYNC.format(
            port=self.ports.tls, password=PASSWORDS["bob"], folder=self.home,
            ca=self.authority.certificate,
        ))
        self.sync()
        self.assertEqual(len(list((self.home / "mail/INBOX").glob("*/*,*"))), 12)
        self.change_both_sides()
        self.sync()
        behind = self.behind("bob")
        behind.command("EXAMINE INBOX")
        self.assertIn(b"* SEARCH 13\r\n", behind.command('SEARCH SUBJECT "from near"'))
        self.assertIn(b"\\Flagged", behind.command("FETCH 1 FLAGS")[0])
        near, far = self.near(), self.far()
        self.sync()
        self.assertTrue(self.near() == near, "the run changed local files")
        self.assertEqual(self.far(), far)

    def change_both_sides(self):
        new = self.home / "mail/INBOX/new/1700000000.1.here"
        new.write_bytes(b"Subject: from near\n\nNear.\n")
        behind = self.behind("bob")
        behind.command("SELECT INBOX")
        behind.command("STORE 1 +FLAGS (\\Flagged)")

    def near(self):
        """Every local file with its contents, the sync state among them."""
        files = sorted(path for path in (self.home / "mail").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in files}

    def far(self):
        """What changes with any write in any mailbox of the backend."""
        behind = self.behind("bob")
        items = "(MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)"
        responses = behind.command(f'LIST "" * RETURN (STATUS {items})')
        return sorted(line for line in responses if line.startswith(b"* STATUS "))
