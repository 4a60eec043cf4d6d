"""Rights, quota, notes and extended lists of a real Dovecot with its plugins, under a policy."""

from parts import dovecot
from postern_support.stage import StageCase

NOWHERE = "NO [NONEXISTENT] Mailbox does not exist"
DENIED = "NO [NOPERM] Access denied by policy"


class Extended(StageCase):
    """Dovecot with access control lists, quota and METADATA behind the gateway."""

    permit = {}

    @classmethod
    def _start_backend(cls):
        cls.dovecot = dovecot.Dovecot(cls.folder / "dovecot", cls.certificate, extensions=True)
        cls.addClassCleanup(cls.dovecot.stop)
        cls.dovecot.start()
        return cls.dovecot.port

    @classmethod
    def configure(cls, settings):
        settings["permit"] = cls.permit

    def setUp(self):
        self.client = self.session("ann")
        self.real = self.behind("ann")

    def lines(self, command):
        """The untagged responses to a command that succeeds, as text without CRLF."""
        *untagged, last = self.client.command(command)
        self.assertRegex(last, rb"^w\d+ OK ")
        return [response.decode().strip() for response in untagged]

    def make(self, name):
        """Makes a mailbox that is gone after the test."""
        self.assert_ok(self.real.answer(f"CREATE {name}"))
        self.addCleanup(lambda: self.real.answer(f"DELETE {name}"))


class Offered(Extended):
    def test_what_can_be_policed_is_offered_and_the_rest_is_not(self):
        offered = self.lines("CAPABILITY")[0].split()
        for name in ("ACL", "RIGHTS=texk", "QUOTA", "METADATA", "LIST-EXTENDED", "SPECIAL-USE"):
            self.assertIn(name, offered)
        for name in ("LIST-MYRIGHTS", "URLAUTH", "LOGIN-REFERRALS", "SNIPPET=FUZZY"):
            self.assertNotIn(name, offered)

    def test_lists_hide_what_is_denied_and_whether_there_is_more(self):
        self.make("Work/2020")
        self.assert_ok(self.real.answer("SUBSCRIBE Secret"))
        self.assert_ok(self.real.answer("SUBSCRIBE Work/2020"))
        for command in (
            'LIST "" *', 'LIST (SUBSCRIBED) "" *', 'LIST (SUBSCRIBED RECURSIVEMATCH) "" %',
            'LIST "" ("Secret*" "Work*") RETURN (SUBSCRIBED CHILDREN SPECIAL-USE)',
            'LIST "" * RETURN (STATUS (MESSAGES UIDNEXT UNSEEN))', 'LSUB "" *',
        ):
            with self.subTest(command):
                whole = "\n".join(self.lines(command))
                self.assertNotIn("Secret", whole)
                self.assertNotIn("Children", whole)
        self.assertIn('* LIST (\\Subscribed) "/" "Work/2020"', self.lines('LIST (SUBSCRIBED) "" *'))
        self.assertIn('\\Sent) "/" "Sent"', "".join(self.lines('LIST (SPECIAL-USE) "" *')))
        self.assertNotIn(b"Secret", self.client.seen)


class Rights(Extended):
    def test_own_rights_are_what_the_policy_leaves(self):
        self.make("Box")
        self.assertEqual(self.lines("MYRIGHTS Box"), ['* MYRIGHTS "Box" lrswipkxtecd'])
        self.assertEqual(self.lines("MYRIGHTS Archive"), ['* MYRIGHTS "Archive" lr'])
        self.assertEqual(self.client.answer("MYRIGHTS Secret"), NOWHERE)
        self.assert_ok(self.real.answer("SETACL Box ann lrsa"))
        self.assertEqual(self.lines("MYRIGHTS Box"), ['* MYRIGHTS "Box" lrs'])
        self.assert_ok(self.real.answer("SETACL Box ann lrswipkxtea"))

    def test_lists_of_others_are_neither_told_nor_changed(self):
        self.make("Box")
        before = self.real.command("GETACL Box")[0]
        for command in ("GETACL Box", "LISTRIGHTS Box bob", "SETACL Box bob lr", "DELETEACL Box ann"):
            self.assertEqual(self.client.answer(command), DENIED)
        self.assertEqual(self.real.command("GETACL Box")[0], before)


class PermittedRights(Extended):
    permit = {"acl-changes": True}

    def test_single_users_are_given_rights(self):
        self.make("Box")
        self.assert_ok(self.client.answer("SETACL Box bob lrs"))
        self.assertIn(b" bob lrs", self.real.command("GETACL Box")[0])
        self.assertIn('"bob" lrs', self.lines("GETACL Box")[0])
        self.assert_ok(self.client.answer("SETACL Box bob -s"))
        self.assert_ok(self.client.answer("DELETEACL Box bob"))
        self.assertNotIn(b"bob", self.real.command("GETACL Box")[0])
        self.await_record(event="acl.set", verdict="allow", args="bob lrs")

    def test_nobody_else_is(self):
        self.make("Box")
        for who in ("anyone", "authenticated", "-bob", "$staff", "#bob", "owner"):
            self.assertEqual(self.client.answer(f'SETACL Box "{who}" lr'), DENIED)
        self.assertEqual(self.client.answer("SETACL Archive bob lr"), DENIED)
        self.assertEqual(self.client.answer("GETACL Secret"), NOWHERE)
        self.assertNotIn(b"any", self.real.command("GETACL Box")[0])


class Quota(Extended):
    def test_it_is_told_and_not_changed(self):
        root, usage = self.lines("GETQUOTAROOT INBOX")
        self.assertEqual(root, '* QUOTAROOT "INBOX" "User quota"')
        self.assertRegex(usage, r'^\* QUOTA "User quota" \(STORAGE \d+ 10240 MESSAGE \d+ 1000\)$')
        self.assertEqual(self.lines('GETQUOTA "User quota"'), [usage])
        self.assertEqual(self.client.answer('SETQUOTA "User quota" (STORAGE 99999)'), DENIED)
        self.assertEqual(self.client.answer("GETQUOTAROOT Secret"), NOWHERE)
        self.assertEqual(self.client.answer("GETQUOTA Secret"), NOWHERE)


class Notes(Extended):
    def test_comments_pass(self):
        self.make("Box")
        self.assert_ok(self.client.answer('SETMETADATA Box (/private/comment "my box")'))
        for command in (
            "GETMETADATA Box /private/comment", "GETMETADATA (DEPTH infinity) Box (/private/comment)",
            "GETMETADATA Box (MAXSIZE 100) (/private/comment)",
        ):
            with self.subTest(command):
                self.assertEqual(
                    self.lines(command), ['* METADATA "Box" (/private/comment "my box")'])
        value = b"two\r\nlines"
        self.assert_ok(self.client.answer(
            f"SETMETADATA Box (/private/comment {{{len(value)}+}}\r\n".encode() + value + b")"))
        self.assertIn(value, self.client.command("GETMETADATA Box /private/comment")[0])
        self.assert_ok(self.client.answer("SETMETADATA Box (/private/comment NIL)"))
        self.assertEqual(
            self.lines("GETMETADATA Box /private/comment"),
            ['* METADATA "Box" (/private/comment NIL)'])

    def test_all_else_is_refused(self):
        for command, answer in (
            ('SETMETADATA INBOX (/shared/imapsieve/script "x")', DENIED),
            ('SETMETADATA INBOX (/private/specialuse "\\\\Sent")', DENIED),
            ('SETMETADATA "" (/shared/comment "x")', DENIED),
            ('GETMETADATA "" /shared/comment', DENIED),
            ("GETMETADATA INBOX /private/vendor", DENIED),
            ('SETMETADATA Archive (/private/comment "x")', DENIED),
            ("GETMETADATA Secret /private/comment", NOWHERE),
            ("GETMETADATA Nowhere /private/comment", NOWHERE),
            ('SETMETADATA "*" (/private/comment "x")', "NO [CANNOT] Invalid mailbox name"),
        ):
            with self.subTest(command):
                self.assertEqual(self.client.answer(command), answer)
