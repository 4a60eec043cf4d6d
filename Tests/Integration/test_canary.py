"""The oracle: a backend sees only what our encoder wrote, a client never a denied name."""

import os
import random
import re

from postern_support.canary import Canary, answer
from postern_support.stage import PASSWORDS, StageCase

# One command as the encoder writes it: our tag, a verb in capitals, single spaces, CRLF.
# Strings are quoted with only \" and \\ escaped, or literals.
COMMAND = re.compile(
    rb"""g\d+\ (?:UID\ )?[A-Z]+
    (?:(?:\ |\(|\)|\[|\])|[!#$&'+,\-./0-9:;<=>?@A-Z\\^_`a-z|}~*%]+
       |"(?:[^"\\\r\n\0]|\\["\\])*"|\{\d+\+?\}\r\n(?s:.*))*\r\n""",
    re.VERBOSE,
)

DENIED = (b"Secret", b"Plans")


class Encoder(StageCase):
    backend = "canary"

    def judge(self):
        """Every byte that the canary saw must be the encoder's."""
        for command in self.canary.commands():
            head = command.partition(b"\r\n")[0] + b"\r\n"
            self.assertRegex(command, rb"\Ag\d+ [A-Z]")
            self.assertTrue(COMMAND.fullmatch(command) or head == b"DONE\r\n", command[:300])
            self.assertNotIn(b"  ", head.partition(b'"')[0])
        for visit in self.canary.visits:
            self.assertNotRegex(bytes(visit.received), rb"(?<!\r)\n|\r(?!\n)|\0")

    def test_what_is_allowed_is_written_anew(self):
        client = self.session("ann")
        for command in (
            "select inbox", "Uid fEtCh 1:* (flags uid)", 'fetch 1 body.peek[header.fields (from)]',
            'search charset utf-8 subject "x\\"y"', "noop", "store 1 +flags (\\seen)",
            'list "" "*"', "status inbox (messages)", "lsub \"\" *", "copy 1 Sent", "close",
            "create New", "rename New Old", "delete Old",
        ):
            client.command(command)
        self.judge()
        seen = b"".join(self.canary.commands())
        self.assertNotIn(b"inbox", seen)
        self.assertNotIn(b"w1 ", seen)

    def test_messages_are_announced_anew_and_counted(self):
        client = self.session("ann")
        for command in (
            b"append inbox (\\seen) {5+}\r\nhello (\\flagged) {4+}\r\na\r\nb",
            b"append inbox catenate (url /archive/;uid=1 text {3+}\r\na b url /x/;uid=1)",
            b"append inbox catenate (url ;uid=1)", b"append inbox catenate (url /secret/;uid=1)",
        ):
            client.command(command)
        self.judge()
        seen = b"".join(self.canary.commands())
        self.assertIn(b' APPEND "INBOX" (\\Seen) {5}\r\nhello (\\Flagged) {4}\r\na\r\nb\r\n', seen)
        self.assertNotIn(b"inbox", seen)

    def test_what_servers_disagree_about_never_gets_there(self):
        # Each row is what one server takes and another does not.
        rows = (
            b"a  SELECT INBOX\r\n", b"a SELECT  INBOX\r\n", b"a SELECT\tINBOX\r\n",
            b"a SELECT INBOX \r\n", b'a SELECT "IN\\BOX"\r\n', b'a SELECT "a\\nb"\r\n',
            b'a SELECT "INBOX\r\n', b"a SELECT {05}\r\nINBOX\r\n", b"a SELECT { 5}\r\n",
            b"a SELECT {5 }\r\n", b"a SELECT {}\r\n", b"a SELECT {+}\r\n", b"a SELECT {5-}\r\n",
            b"a SELECT ~{5+}\r\nINBOX\r\n", b"a SELECT {5+}\r\nINBOXx\r\n",
            b"a SELECT IN%BOX\r\n", b"a SELECT IN*BOX\r\n", b"a SELECT IN(BOX\r\n",
            b"a SELECT &AOl-\r\n", b"a SELECT caf\xc3\xa9\r\n", b'a SELECT "caf\xe9"\r\n',
            b"a FETCH 0 FLAGS\r\n", b"a FETCH 4294967296 FLAGS\r\n", b"a FETCH 1 (X-MAILBOX)\r\n",
            b"a FETCH 1 X-GM-LABELS\r\n", b"a SEARCH X-MAILBOX Secret\r\n", b"a SEARCH FOLDER x\r\n",
            b"a SEARCH IN (mailboxes Secret) ALL\r\n", b"a STORE 1 +X-GM-LABELS (Secret)\r\n",
            b'a LIST (REMOTE) "" *\r\n', b'a LIST "" * RETURN (MYRIGHTS)\r\n',
            b"a XYZZY {20+}\r\nb DELETE Secret/Plan\r\n", b"a GETMETADATA Secret /x\r\n",
            b"a SETACL Secret anyone lr\r\n", b"a LISTRIGHTS Secret ann\r\n",
            b"a URLFETCH imap://x/Secret\r\n", b"a NOTIFY SET (subtree Secret (MessageNew))\r\n",
            b"a APPEND INBOX CATENATE (URL /Secret;uid=1)\r\n", b"a MUPDATEPUSH Secret\r\n",
            b"a LOCALDELETE Secret\r\n", b"a COMPRESS LZ\r\n", b"a UNAUTHENTICATE\r\n",
            b"a AUTHENTICATE PLAIN AGJvYgBi\r\n", b"a ENABLE UTF8=ACCEPT XCANARY\r\n",
            b"* NOOP\r\n", b"+ NOOP\r\n", b"a+b NOOP\r\n", b"\r\n", b" NOOP\r\n", b"a\r\n",
            b"a NOOP\n", b"a NOOP\rb NOOP\r\n", b"a SELECT IN\0BOX\r\n", b"a NOOP x\r\n",
            b"a UID NOOP\r\n", b"a UID  FETCH 1 UID\r\n", b"a " + b"(" * 200 + b"\r\n",
            b"a SEARCH " + b"(" * 200 + b"ALL" + b")" * 200 + b"\r\n",
        )
        for row in rows:
            with self.subTest(row[:60]):
                self.canary.visits.clear()
                client = self.session("bob")
                client.command("SELECT INBOX")
                client.send(row)
                client.send(b"end LOGOUT\r\n")
                client.rest()
                self.judge()
                late = b"".join(self.canary.commands()).partition(b"SELECT")[2]
                for word in (b"Secret", b"XYZZY", b"XCANARY", b"UTF8", b"DELETE"):
                    self.assertNotIn(word, late)

    def test_random_bytes_of_a_logged_in_client_never_get_there(self):
        seed = int(os.environ.get("POSTERN_SEED", "20"))
        chance = random.Random(seed)
        alphabet = [
            b"a", b"SELECT", b"FETCH", b"UID", b"INBOX", b"Secret", b"{5+}\r\nINBOX", b"{3}", b"1:*",
            b"FLAGS", b"(", b")", b'"', b"\\", b" ", b" ", b" ", b"\r\n", b"\r\n", b"\n", b"\0", b"*",
            b"%", b"APPEND", b"{9+}\r\nb NOOP x\r\n", b"\xff", b"BODY[", b"]", b"STORE", b"+",
        ]
        for _ in range(60):
            client = self.session("bob")
            garbage = b"".join(chance.choice(alphabet) for _ in range(60))
            try:
                client.send(garbage + b"\r\nend LOGOUT\r\n")
                client.socket.settimeout(3)
                client.rest()
            except OSError:
                pass
            client.close()
        self.judge()


class Talkative(StageCase):
    """A backend that names what it should not, wherever it can."""

    backend = "canary"

    @classmethod
    def make_canary(cls):
        unasked = (
            b'* LIST (\\HasNoChildren) "/" Secret/Plans\r\n'
            b'* LIST () "/" "Secret"\r\n* LIST () "/" {12}\r\nSecret/Plans\r\n'
            b'* LIST () "/" Secret/Plans ("OLDNAME" ("Secret"))\r\n'
            b'* LIST () "/" Sent ("CHILDINFO" ("SUBSCRIBED") "OLDNAME" ("Secret/Plans"))\r\n'
            b'* LSUB () "/" Secret/Plans\r\n'
            b'* STATUS Secret/Plans (MESSAGES 3)\r\n* STATUS "Secret" (MESSAGES 0)\r\n'
            b"* OK [ALERT] Secret/Plans has grown\r\n* NO Secret/Plans\r\n* BAD Secret\r\n"
            b'* ACL Secret/Plans ann lr\r\n* MYRIGHTS Secret/Plans lr\r\n'
            b'* QUOTAROOT Secret/Plans ""\r\n* METADATA Secret/Plans (/private/comment "x")\r\n'
            b"* XSECRET Secret/Plans\r\n* OK [REFERRAL imap://x/Secret/Plans] go\r\n"
            b"* OK [BADURL \"Secret/Plans\"] bad\r\n"
            b"* CAPABILITY IMAP4rev1 XSecret NOTIFY\r\n"
        )

        def act(visit, tag, verb, rest):
            visit.send(unasked)
            if verb in (b"COPY", b"CREATE", b"NOOP"):
                visit.send(tag + b" NO [TRYCREATE] Secret/Plans and Secret exist\r\n")
            else:
                answer(visit, tag, verb, rest)

        verbs = (b"LIST", b"LSUB", b"STATUS", b"NOOP", b"CREATE", b"COPY", b"SELECT", b"SEARCH")
        return Canary(acts={verb: act for verb in verbs})

    def test_no_denied_name_reaches_the_client(self):
        for command in (
            'LIST "" *', 'LIST "" "Sec%"', 'LSUB "" *', "STATUS INBOX (MESSAGES)", "NOOP",
            "CREATE New", "SELECT INBOX", "CAPABILITY",
        ):
            with self.subTest(command):
                client = self.session("ann")
                client.send(b"a " + command.encode() + b"\r\nb LOGOUT\r\n")
                client.socket.settimeout(10)
                client.rest()
                for name in DENIED:
                    self.assertNotIn(name.lower(), bytes(client.seen).lower())
                self.assertNotIn(b"canary-host", bytes(client.seen))

    def test_without_a_rule_the_names_do_come_through(self):
        listed = b"".join(self.session("bob").command('LIST "" *'))
        self.assertIn(b"Secret/Plans", listed)
