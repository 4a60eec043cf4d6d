"""What the policy takes away: read-only mailboxes cannot be changed, denied ones do not exist."""

from postern_support.stage import StageCase

MESSAGE = b"Subject: no\r\n\r\nNo.\r\n"
NOWHERE = 'NO [NONEXISTENT] Mailbox does not exist'


class ReadOnly(StageCase):
    """ann's Archive may be read and not changed."""

    def setUp(self):
        self.client = self.session("ann")

    def test_selecting_opens_it_read_only(self):
        responses = self.client.command("SELECT Archive/2019")
        whole = b"".join(responses)
        self.assertIn(b"* 5 EXISTS\r\n", responses)
        self.assertIn(b"[PERMANENTFLAGS ()]", whole)
        self.assertRegex(responses[-1], rb"^w\d+ OK \[READ-ONLY\]")
        self.await_record(event="mbox.select", verdict="rewrite", user="ann")

    def test_every_write_is_refused(self):
        self.client.command("SELECT Archive/2019")
        for command in (
            "STORE 1 +FLAGS (\\Seen)", "UID STORE 1:* FLAGS (\\Flagged)",
            "STORE 1 -FLAGS.SILENT (\\Draft)", "EXPUNGE", "UID EXPUNGE 1:*", "MOVE 1 INBOX",
            "UID MOVE 1 INBOX", "COPY 1 Archive/2019", "CREATE Archive/2020",
            "DELETE Archive/2019", "RENAME Archive/2019 Mine", "RENAME INBOX/x Archive/x",
        ):
            with self.subTest(command):
                answer = self.client.answer(command)
                self.assertRegex(answer, r"^NO \[(NOPERM|INUSE)\]")
                self.assertNotIn("TRYCREATE", answer)

    def test_appending_is_refused_before_the_message_is_sent(self):
        self.client.send(b"a APPEND Archive/2019 {20}\r\n")
        self.assertRegex(self.client.line(), rb"^a NO \[NOPERM\]")
        self.assert_ok(self.client.answer("NOOP"))

    def test_appending_with_an_eager_literal_is_refused_and_the_literal_skipped(self):
        body = b"b NOOP\r\nc LOGOUT\r\n"
        whole = self.client.command(f"APPEND Archive/2019 {{{len(body)}+}}\r\n".encode() + body)
        self.assertRegex(whole[-1], rb" NO \[NOPERM\]")
        self.assertEqual(len(whole), 1)
        self.assert_ok(self.client.answer("NOOP"))

    def test_reading_leaves_no_mark(self):
        self.client.command("SELECT Archive/2019")
        for items in ("BODY[]", "RFC822", "RFC822.TEXT", "BODY[TEXT]<0.10>", "(UID BODY[1])"):
            with self.subTest(items):
                response = self.client.command(f"FETCH 2 {items}")[0]
                self.assertIn(b"FETCH (", response)
        response = self.client.command("FETCH 2 RFC822")[0]
        self.assertIn(b"RFC822 {", response)
        real = self.behind("ann")
        real.command("EXAMINE Archive/2019")
        self.assertNotIn(b"\\Seen", real.command("FETCH 2 FLAGS")[0])

    def test_closing_expunges_nothing(self):
        real = self.behind("ann")
        real.command("SELECT Archive/2019")
        self.assert_ok(real.answer("STORE 5 +FLAGS (\\Deleted)"))
        self.client.command("SELECT Archive/2019")
        self.assert_ok(self.client.answer("CLOSE"))
        self.assertIn(b"* 5 EXISTS\r\n", real.command("EXAMINE Archive/2019"))
        real.command("SELECT Archive/2019")
        real.command("STORE 5 -FLAGS (\\Deleted)")

    def test_copying_out_is_allowed(self):
        self.client.command("SELECT Archive/2019")
        self.assert_ok(self.client.answer("COPY 1 Sent"))

    def test_another_user_is_not_limited(self):
        self.assertIn("READ-WRITE", self.session("bob").answer("SELECT Archive/2019"))

    def test_the_refusal_names_its_rule_in_the_trail(self):
        self.client.command("SELECT Archive/2019")
        self.client.command("STORE 1 +FLAGS (\\Seen)", tag="marking")
        record = self.await_record(event="msg.store", verdict="deny", tag="marking")
        self.assertEqual(record["mailbox"]["rules"], ["archive-is-read-only"])


class Denied(StageCase):
    """ann's Secret does not exist for her."""

    # What exists behind a denied name, what does not, and other spellings of both.
    NAMES = ("Secret", "Secret/Plans", "Secret/Nothing", "Secret/Plans/More")

    def setUp(self):
        self.client = self.session("ann")

    def commands(self, name):
        yield from (
            f'SELECT "{name}"', f'EXAMINE "{name}"', f'STATUS "{name}" (MESSAGES)',
            f'DELETE "{name}"', f'RENAME "{name}" Elsewhere', f'SUBSCRIBE "{name}"',
            f'UNSUBSCRIBE "{name}"',
        )

    def test_every_verb_says_the_same_of_what_is_there_and_what_is_not(self):
        for name in self.NAMES:
            for command in self.commands(name):
                with self.subTest(command):
                    self.assertEqual(self.client.answer(command), NOWHERE)

    def test_copying_moving_and_appending_there_say_the_same(self):
        for name in self.NAMES:
            for verb in ("COPY", "MOVE", "UID COPY", "UID MOVE"):
                with self.subTest(f"{verb} {name}"):
                    self.client.command("SELECT INBOX")
                    self.assertEqual(self.client.answer(f'{verb} 1 "{name}"'), NOWHERE)
            with self.subTest(f"APPEND {name}"):
                line = f'APPEND "{name}" {{{len(MESSAGE)}+}}\r\n'.encode()
                answer = self.client.command(line + MESSAGE)[-1]
                self.assertIn(NOWHERE.encode(), answer)

    def test_creating_and_renaming_into_it_are_refused_without_an_oracle(self):
        answers = {self.client.answer(f'CREATE "{name}"') for name in self.NAMES}
        answers |= {self.client.answer(f'RENAME Sent "{name}"') for name in self.NAMES}
        self.assertEqual(answers, {NOWHERE})

    def test_no_listing_shows_it(self):
        for command in (
            'LIST "" *', 'LIST "" %', 'LIST "" Secret', 'LIST "" "Secret/%"', 'LIST Secret/ *',
            'LIST "" "Sec*"', 'LIST "" "%/Plans"', 'LSUB "" *', 'LSUB "" %',
            'LIST (SUBSCRIBED) "" *', 'LIST (SUBSCRIBED RECURSIVEMATCH) "" %',
            'LIST "" * RETURN (STATUS (MESSAGES))', 'LIST "" ("Secret*" "INBOX")',
        ):
            with self.subTest(command):
                responses = self.client.command(command)
                self.assertRegex(responses[-1], rb"^w\d+ OK ")
                for response in responses[:-1]:
                    self.assertNotIn(b"secret", response.lower())
                    self.assertNotIn(b"plans", response.lower())

    def test_a_listing_shows_the_rest(self):
        listed = b"".join(self.client.command('LIST "" *'))
        for name in (b"INBOX", b"Archive/2019", b"Sent"):
            self.assertIn(name, listed)

    def test_a_parent_with_only_denied_children_says_it_has_none(self):
        for response in self.client.command('LIST "" * RETURN (CHILDREN)')[:-1]:
            if b'"/" Sent' in response or b'"/" "Sent"' in response:
                self.assertNotIn(b"\\HasChildren", response)

    def test_other_spellings_of_the_name_do_not_open_it(self):
        for name in (
            "Secret/Plans/", "/Secret/Plans", "Secret//Plans", "./Secret/Plans",
            "Archive/../Secret/Plans", "&AFM-ecret/Plans", "Secret/&AFA-lans", "~/Secret/Plans",
            "INBOX/../Secret/Plans", "Secre%/Plans", "Secret/*",
        ):
            with self.subTest(name):
                self.assertRegex(self.client.answer(f'SELECT "{name}"'), r"^(NO|BAD)\b")

    def test_a_refused_selection_leaves_nothing_selected(self):
        self.client.command("SELECT INBOX")
        self.assertEqual(self.client.answer("SELECT Secret/Plans"), NOWHERE)
        self.assertRegex(self.client.answer("FETCH 1 FLAGS"), r"^BAD\b")

    def test_a_pipelined_write_behind_a_refused_selection_hits_nothing(self):
        self.client.command("SELECT INBOX")
        self.client.send(b"a SELECT Secret/Plans\r\nb STORE 1 +FLAGS (\\Deleted)\r\nc EXPUNGE\r\n")
        self.assertTrue(self.client.until("c")[-1].startswith(b"c BAD"))
        real = self.behind("ann")
        self.assertIn(b"* 12 EXISTS\r\n", real.command("EXAMINE INBOX"))

    def test_the_refusal_is_in_the_trail_with_the_name_and_the_rule(self):
        self.client.answer("STATUS Secret/Plans (MESSAGES)", tag="peeking")
        record = self.await_record(event="mbox.status", verdict="deny", tag="peeking")
        self.assertEqual(record["mailbox"]["name"], "Secret/Plans")
        self.assertEqual(record["mailbox"]["rules"], ["secret-is-secret"])


class PartialRights(StageCase):
    policy = """\
policy: 1
rules:
  - {id: marks-only, who: {users: [ann]}, mailboxes: ["INBOX"], limit: read-and-mark}
  - {id: into-the-box, who: {users: [ann]}, mailboxes: ["Sent"], limit: drop-box}
  - {id: seen-from-afar, who: {users: [ann]}, mailboxes: ["Archive/**"], limit: list-only}
  - {id: nobody-deletes, who: {except: {users: [bob]}}, mailboxes: ["**"], limit: no-delete}
"""

    def setUp(self):
        self.client = self.session("ann")

    def test_marking_as_read_is_allowed_and_other_flags_are_dropped(self):
        self.assertIn("READ-WRITE", self.client.answer("SELECT INBOX"))
        self.assert_ok(self.client.answer("STORE 1 +FLAGS (\\Seen \\Flagged)"))
        flags = self.client.command("FETCH 1 FLAGS")[0]
        self.assertIn(b"\\Seen", flags)
        self.assertNotIn(b"\\Flagged", flags)
        self.assert_refused(self.client.answer("STORE 1 +FLAGS (\\Deleted)"), "NOPERM")

    def test_closing_does_not_expunge_without_the_right(self):
        real = self.behind("ann")
        real.command("SELECT INBOX")
        real.command("STORE 12 +FLAGS (\\Deleted)")
        self.client.command("SELECT INBOX")
        self.assert_refused(self.client.answer("EXPUNGE"), "NOPERM")
        self.assert_ok(self.client.answer("CLOSE"))
        self.assertIn(b"* 12 EXISTS\r\n", real.command("EXAMINE INBOX"))

    def test_a_drop_box_takes_mail_and_shows_none(self):
        whole = self.client.command(f"APPEND Sent {{{len(MESSAGE)}+}}\r\n".encode() + MESSAGE)
        self.assertRegex(whole[-1], rb"^w\d+ OK ")
        self.assertNotIn(b"APPENDUID", whole[-1])
        self.assert_refused(self.client.answer("SELECT Sent"), "NOPERM")
        self.assert_refused(self.client.answer("STATUS Sent (MESSAGES)"), "NOPERM")

    def test_list_only_is_listed_and_not_opened(self):
        self.assertIn(b"Archive/2019", b"".join(self.client.command('LIST "" *')))
        self.assert_refused(self.client.answer("SELECT Archive/2019"), "NOPERM")

    def test_no_delete_holds_for_all_but_the_exception(self):
        carl, bob = self.session("carl"), self.session("bob")
        carl.command("SELECT INBOX")
        self.assert_refused(carl.answer("MOVE 1 Sent"), "NOPERM")
        bob.command("SELECT INBOX")
        self.assert_ok(bob.answer("MOVE 1 Sent"))
