"""Mailbox names that are not ASCII: modified UTF-7, UTF8=ACCEPT and IMAP4rev2 before one Dovecot."""

import imaplib

from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import trusting

NAME = "Rechnungen/März"


class Names(StageCase):
    """The backend keeps its names in modified UTF-7 throughout."""

    policy = """\
policy: 1
rules:
  - id: drafts-are-closed
    who: everyone
    mailboxes: ["Entwürfe/**"]
    limit: deny
"""

    def python(self):
        client = imaplib.IMAP4_SSL(
            "localhost", self.ports.tls, ssl_context=trusting(self.authority), timeout=20
        )
        self.addCleanup(client.shutdown)
        client.login("bob", PASSWORDS["bob"])
        # It asks once, before the login.
        client.capabilities = tuple(client.capability()[1][0].decode().upper().split())
        return client

    def test_python_reads_and_writes_them_in_utf_8(self):
        client = self.python()
        self.assertEqual(client.enable("UTF8=ACCEPT")[0], "OK")
        self.assertEqual(client.select(f'"{NAME}"', readonly=True), ("OK", [b"2"]))
        self.assertEqual(client.create('"Été & Winter"')[0], "OK")
        self.addCleanup(lambda: self.session("bob").answer('DELETE "&AMk-t&AOk- &- Winter"'))
        listed = b"".join(client.list()[1]).decode()
        self.assertIn('"Été & Winter"', listed)
        self.assertIn(f'"{NAME}"', listed)
        self.assertNotIn("&AMk-", listed)
        behind = b"".join(self.behind("bob").command('LIST "" *'))
        self.assertIn(b"&AMk-t&AOk- &- Winter", behind)

    def test_a_denied_one_is_denied_in_either_encoding(self):
        client = self.python()
        for name in ('"Entw&APw-rfe"', '"entw&APw-rfe"'):
            self.assertEqual(client.select(name)[0], "NO")
        client.enable("UTF8=ACCEPT")
        self.assertIn(b"NONEXISTENT", client.select('"Entwürfe"')[1][0])
        self.assertNotIn("Entw", b"".join(client.list()[1]).decode())

    def test_words_in_utf_8_are_searched_for(self):
        client = self.session("bob")
        self.assert_ok(client.answer("ENABLE UTF8=ACCEPT"))
        self.assert_ok(client.answer("EXAMINE INBOX"))
        self.assert_ok(client.answer('SEARCH BODY "für"'.encode()))
        self.assertRegex(client.answer("SEARCH CHARSET UTF-8 BODY x"), r"^BAD")

    def test_revision_2_is_spoken_though_the_backend_knows_it_not(self):
        client = self.session("bob")
        self.assertIn(b"* ENABLED IMAP4rev2\r\n", client.command("ENABLE IMAP4rev2"))
        selected = b"".join(client.command(f'SELECT "{NAME}"'.encode()))
        self.assertIn(f'* LIST () "/" "{NAME}"\r\n'.encode(), selected)
        self.assertNotIn(b"RECENT", selected)
        self.assertIn(b"* ESEARCH (TAG ", client.command("SEARCH ALL")[0])
        self.assertNotIn(b"Recent", b"".join(client.command("FETCH 1:* FLAGS")))
        again = b"".join(client.command("EXAMINE INBOX"))
        self.assertEqual(again.count(b"[CLOSED]"), 1)
