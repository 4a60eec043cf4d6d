"""An old server behind: bare IMAP4rev1 with UIDPLUS, and clients that count on more."""

import imaplib
import ssl

import test_clients
from postern_support.stage import PASSWORDS, StageCase


class Old:
    """Dovecot that says it can no more than servers of twenty years ago."""

    @classmethod
    def prepare(cls, backend):
        with open(backend.configuration, "a") as configuration:
            configuration.write("imap_capability = IMAP4rev1 UIDPLUS\n")

    @classmethod
    def configure(cls, settings):
        settings["backends"][0]["emulate"] = {"move": True, "idle-interval": "5 s"}


class SyncWithAnOldServer(Old, test_clients.TwoWaySync):
    """mbsync finds nothing missing."""


class OldServer(Old, StageCase):
    def test_offers_what_it_emulates(self):
        offered = self.session("bob").command("CAPABILITY")[0].decode().split()
        for name in ("IDLE", "UNSELECT", "NAMESPACE", "LIST-STATUS", "ESEARCH", "MOVE", "ENABLE"):
            self.assertIn(name, offered)
        for name in ("SPECIAL-USE", "CONDSTORE", "BINARY"):
            self.assertNotIn(name, offered)

    def test_news_come_while_the_client_idles(self):
        client = self.session("bob")
        client.command("SELECT INBOX")
        client.send(b"i IDLE\r\n")
        self.assertTrue(client.line().startswith(b"+"))
        behind = self.behind("bob")
        behind.send(b"a APPEND INBOX {4}\r\n")
        behind.line()
        behind.send(b"new\n\r\n")
        behind.until("a")
        self.assertRegex(client.line(), rb"^\* \d+ (EXISTS|RECENT)\r\n")
        client.send(b"DONE\r\n")
        self.assertTrue(client.until("i")[-1].startswith(b"i OK"))

    def test_imaplib_counts_moves_and_leaves(self):
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        with imaplib.IMAP4_SSL("localhost", self.ports.tls, ssl_context=context) as client:
            client.login("bob", PASSWORDS["bob"])
            before = int(client.select("INBOX")[1][0])
            found = client.uid("SEARCH", "RETURN", "(MIN COUNT)", "ALL")
            self.assertEqual(found[0], "OK")
            client.create("Moved")
            self.assertEqual(client._simple_command("MOVE", "1:2", "Moved")[0], "OK")
            self.assertEqual(client.unselect()[0], "OK")
            self.assertEqual(int(client.select("Moved")[1][0]), 2)
            self.assertEqual(int(client.select("INBOX")[1][0]), before - 2)

    def test_listed_mailboxes_come_with_their_status(self):
        told = self.session("bob").command('LIST "" % RETURN (SUBSCRIBED STATUS (MESSAGES))')
        self.assertTrue(told[-1].split(b" ", 1)[1].startswith(b"OK"))
        self.assertTrue(any(line.startswith(b'* STATUS "INBOX" (MESSAGES ') for line in told))
