"""A day's work in a real Dovecot through Postern: reading, searching, filing, waiting, pipelining."""

import imaplib

from parts import sample
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import trusting

MESSAGE = b"From: bob@example.org\r\nSubject: filed\r\n\r\nA line.\r\n"


class Mail(StageCase):
    """bob, whom no rule of the policy limits."""

    def setUp(self):
        self.client = self.session("bob")

    def fresh(self, name):
        """A mailbox of this test's own, with two messages of INBOX in it."""
        self.assert_ok(self.client.answer(f'CREATE "{name}"'))
        self.assert_ok(self.client.answer("EXAMINE INBOX"))
        self.assert_ok(self.client.answer(f'COPY 1:2 "{name}"'))
        self.assert_ok(self.client.answer(f'SELECT "{name}"'))

    def test_the_mailboxes_are_listed_as_the_backend_names_them(self):
        listed = b"".join(self.client.command('LIST "" *'))
        for name in ["INBOX", *sample.FOLDERS]:
            self.assertIn(sample.modified_utf7(name).encode(), listed)

    def test_selecting_tells_the_state_of_the_mailbox(self):
        responses = b"".join(self.client.command("SELECT INBOX"))
        for part in (b"* 12 EXISTS", b"[UIDVALIDITY ", b"[UIDNEXT ", b"[PERMANENTFLAGS ("):
            self.assertIn(part, responses)
        self.assertIn(b"OK [READ-WRITE]", responses)

    def test_a_mailbox_with_a_foreign_name_is_opened(self):
        name = sample.modified_utf7("Rechnungen/März")
        self.assertIn(b"* 2 EXISTS\r\n", self.client.command(f'SELECT "{name}"'))

    def test_a_message_arrives_byte_for_byte(self):
        self.client.command("EXAMINE INBOX")
        response = self.client.command("FETCH 3 (UID BODY.PEEK[])")[0]
        self.assertIn(sample.message("INBOX", 3), response)

    def test_an_attachment_of_megabytes_arrives_byte_for_byte(self):
        self.client.command("EXAMINE INBOX")
        response = self.client.command("FETCH 7 BODY.PEEK[]")[0]
        self.assertIn(sample.message("INBOX", 7, attachment=True), response)

    def test_items_and_sections(self):
        self.client.command("EXAMINE INBOX")
        for items in (
            "ALL", "FAST", "FULL", "(FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)", "BODYSTRUCTURE",
            "BODY.PEEK[HEADER.FIELDS (SUBJECT DATE)]", "BODY.PEEK[1]<0.20>", "RFC822.HEADER",
            "BODY.PEEK[TEXT]", "(UID MODSEQ)",
        ):
            with self.subTest(items):
                responses = self.client.command(f"FETCH 1:2 {items}")
                self.assertRegex(responses[-1], rb"^w\d+ OK ")
                self.assertEqual(len([r for r in responses if b" FETCH (" in r]), 2)

    def test_searching(self):
        self.client.command("EXAMINE INBOX")
        for keys, found in (
            ("ALL", b"* SEARCH 1 2 3 4 5 6 7 8 9 10 11 12\r\n"),
            ("1:3 NOT 2", b"* SEARCH 1 3\r\n"),
            ('SUBJECT "horse"', b"* SEARCH 4 10\r\n"),
            ("LARGER 1000000", b"* SEARCH 7\r\n"),
            ('OR FROM "nobody" (HEADER Message-ID "INBOX.2@" UID 1:*)', b"* SEARCH 2\r\n"),
        ):
            with self.subTest(keys):
                self.assertIn(found, self.client.command(f"SEARCH {keys}"))
        response = self.client.command("SEARCH RETURN (MIN MAX COUNT) ALL", tag="mine")[0]
        self.assertIn(b'(TAG "mine")', response)
        self.assertIn(b"COUNT 12", response)

    def test_flags_are_stored(self):
        self.fresh("Flags")
        self.assertIn(b"\\Flagged", self.client.command("STORE 1 +FLAGS (\\Flagged)")[0])
        self.assert_ok(self.client.answer("UID STORE 1:* FLAGS.SILENT (\\Seen $Label1)"))
        flags = self.client.command("FETCH 1 FLAGS")[0]
        self.assertIn(b"\\Seen", flags)
        self.assertIn(b"$Label1", flags)
        self.assertNotIn(b"\\Flagged", flags)

    def test_messages_are_copied_moved_and_expunged(self):
        self.fresh("From here")
        self.assert_ok(self.client.answer("CREATE There"))
        self.assertRegex(self.client.answer("COPY 1 There"), r"^OK \[COPYUID ")
        moved = b"".join(self.client.command("UID MOVE 1 There"))
        self.assertIn(b"[COPYUID ", moved)
        self.assertIn(b"* 1 EXPUNGE", moved)
        self.assert_ok(self.client.answer("STORE 1 +FLAGS (\\Deleted)"))
        self.assertIn(b"* 1 EXPUNGE\r\n", self.client.command("EXPUNGE"))
        self.assertIn(b"* 2 EXISTS\r\n", self.client.command("SELECT There"))

    def test_a_synchronising_literal_waits_for_its_continuation(self):
        self.assert_ok(self.client.answer("CREATE Synchronous"))
        line = f"a APPEND Synchronous (\\Seen) {{{len(MESSAGE)}}}\r\n"
        self.client.send(line.encode())
        self.assertTrue(self.client.line().startswith(b"+ "))
        self.client.send(MESSAGE + b"\r\n")
        self.assertRegex(self.client.until("a")[-1], rb"^a OK \[APPENDUID \d+ 1\]")
        self.client.command("EXAMINE Synchronous")
        self.assertIn(MESSAGE, self.client.command("FETCH 1 BODY.PEEK[]")[0])

    def test_a_literal_that_does_not_wait(self):
        self.assert_ok(self.client.answer("CREATE Eager"))
        line = f'APPEND Eager "01-Apr-2020 08:00:00 +0200" {{{len(MESSAGE)}+}}\r\n'.encode()
        self.assertRegex(self.client.command(line + MESSAGE)[-1], rb" OK \[APPENDUID ")
        self.client.command("EXAMINE Eager")
        fetched = self.client.command("FETCH 1 (INTERNALDATE BODY.PEEK[])")[0]
        self.assertIn(b"1-Apr-2020", fetched)
        self.assertIn(MESSAGE, fetched)

    def test_a_message_of_megabytes_is_appended(self):
        message = MESSAGE + b"A goose is a goose is a goose.\r\n" * 200_000
        self.assert_ok(self.client.answer("CREATE Large"))
        self.client.send(f"a APPEND Large {{{len(message)}}}\r\n".encode())
        self.client.line()
        self.client.send(message + b"\r\n")
        self.assertRegex(self.client.until("a")[-1], rb"^a OK ")
        self.client.command("EXAMINE Large")
        self.assertIn(message, self.client.command("FETCH 1 BODY.PEEK[]")[0])

    def test_mailboxes_are_created_renamed_subscribed_and_deleted(self):
        for command in (
            "CREATE Old/Papers", "SUBSCRIBE Old/Papers", "RENAME Old/Papers Old/Letters",
            "STATUS Old/Letters (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)",
            "UNSUBSCRIBE Old/Papers", "DELETE Old/Letters",
        ):
            with self.subTest(command):
                self.assert_ok(self.client.answer(command))

    def test_pipelined_commands_are_answered_under_their_own_tags(self):
        self.client.send(
            b"a SELECT INBOX\r\nb FETCH 1 UID\r\nc SEARCH ALL\r\nd NOOP\r\ne CLOSE\r\n"
            b"f STATUS INBOX (MESSAGES)\r\n"
        )
        for tag in "abcdef":
            with self.subTest(tag):
                self.assertTrue(self.client.until(tag)[-1].startswith(tag.encode() + b" OK"))

    def test_idle_hears_of_a_new_message(self):
        self.assert_ok(self.client.answer("CREATE Bell"))
        self.client.command("SELECT Bell")
        self.client.send(b"a IDLE\r\n")
        self.assertTrue(self.client.line().startswith(b"+ "))
        other = self.session("bob")
        other.command(f"APPEND Bell {{{len(MESSAGE)}+}}\r\n".encode() + MESSAGE)
        while b"1 EXISTS" not in self.client.line():
            pass
        self.client.send(b"DONE\r\n")
        self.assertTrue(self.client.until("a")[-1].startswith(b"a OK"))

    def test_idle_ended_by_anything_but_done_is_bad(self):
        self.client.command("SELECT INBOX")
        self.client.send(b"a IDLE\r\n")
        self.client.line()
        self.client.send(b"b NOOP\r\n")
        self.assertTrue(self.client.until("a")[-1].startswith(b"a BAD"))
        self.assert_ok(self.client.answer("NOOP"))

    def test_resynchronisation_with_qresync(self):
        self.assertIn(b"QRESYNC", self.client.command("ENABLE QRESYNC")[0])
        selected = b"".join(self.client.command("SELECT INBOX"))
        self.assertIn(b"[HIGHESTMODSEQ ", selected)
        validity = selected.partition(b"UIDVALIDITY ")[2].partition(b"]")[0].decode()
        self.assert_ok(self.client.answer(f"SELECT INBOX (QRESYNC ({validity} 1))"))
        self.assert_ok(self.client.answer("FETCH 1:* FLAGS (CHANGEDSINCE 1)"))

    def test_the_rest_of_the_offer_works(self):
        self.assertIn(b"* NAMESPACE ", self.client.command("NAMESPACE")[0])
        self.assertIn(b"* ID ", b"".join(self.client.command('ID ("name" "tester")')))
        listed = b"".join(self.client.command('LIST "" "%" RETURN (SPECIAL-USE STATUS (MESSAGES))'))
        self.assertIn(b"\\Sent", listed)
        self.assertIn(b"* STATUS ", listed)
        self.client.command("SELECT INBOX")
        self.assert_ok(self.client.answer("CHECK"))
        self.assert_ok(self.client.answer("UNSELECT"))

    def test_nothing_that_cannot_be_policed_is_offered_or_done(self):
        offered = self.client.command("CAPABILITY")[0]
        for capability in (b"URLAUTH", b"MULTISEARCH",
                           b"CONTEXT", b"METADATA", b"LOGIN-REFERRALS"):
            self.assertNotIn(capability, offered)
        for command in ("COMPRESS LZ", "UNAUTHENTICATE", "XYZZY",
                        "GETURLAUTH x", "UID XYZZY 1"):
            with self.subTest(command):
                self.assertRegex(self.client.answer(command), r"^BAD\b")

    def test_what_was_read_is_in_the_trail(self):
        self.client.command("EXAMINE INBOX")
        self.client.command("UID FETCH 3 BODY.PEEK[]", tag="reading")
        decision = self.await_record(event="msg.fetch", phase="decision", tag="reading")
        outcome = self.await_record(
            phase="outcome", session=decision["session"], command=decision["command"])
        self.assertLess(decision["seq"], outcome["seq"])
        self.assertEqual((decision["user"], decision["verdict"]), ("bob", "allow"))
        self.assertEqual(decision["mailbox"]["name"], "INBOX")
        self.assertEqual((outcome["result"], outcome["messages"]), ("OK", 1))
        self.assertEqual(outcome["bytes"], len(sample.message("INBOX", 3)))


class OrdinaryClient(StageCase):
    def test_imaplib_reads_searches_and_files(self):
        context = trusting(self.authority)
        with imaplib.IMAP4_SSL("127.0.0.1", self.ports.tls, ssl_context=context) as client:
            client.login("carl", PASSWORDS["carl"])
            self.assertEqual(client.select("INBOX"), ("OK", [b"12"]))
            self.assertEqual(client.search(None, "SUBJECT", '"horse"'), ("OK", [b"4 10"]))
            data = client.fetch("5", "(RFC822)")[1]
            self.assertEqual(data[0][1], sample.message("INBOX", 5))
            self.assertEqual(client.append("INBOX", "", None, MESSAGE)[0], "OK")
            self.assertEqual(client.noop()[0], "OK")
            self.assertEqual(client.copy("1", "Archive/2019")[0], "OK")
            self.assertEqual(client.store("1", "+FLAGS", "\\Seen")[0], "OK")
