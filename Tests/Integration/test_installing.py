"""Postern installed as the README says, under a systemd of its own, with its unit's hardening."""

import json
import re
import unittest

from parts.postern import ROOT, program
from parts.processes import wait_until
from postern_support.machine import Machine

README = (ROOT / "README.md").read_text()

# Dovecot as mail.example.org, with the users of the sample store, until the machine ends.
BACKEND = """\
import signal, sys
sys.path.insert(0, "Deploy/lib")
from parts.certificates import Authority
from parts.dovecot import Dovecot
authority = Authority("/srv/ca")
names = {name: authority.server(name, f"DNS:{name}.example.org") for name in ("imap", "mail")}
dovecot = Dovecot("/srv/dovecot", names["mail"], port=143)
dovecot.start()
print("ready", flush=True)
signal.pause()
"""


def block(language, after):
    """The README's first block of that language behind the words `after`."""
    return re.search(rf"{re.escape(after)}.*?\n```{language}\n(.*?)```", README, re.S)[1]


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = Machine(clone=ROOT, programs=program().parent.resolve())
        cls.addClassCleanup(cls.machine.stop)
        cls.machine.start()
        if cls.machine.why_not:
            raise unittest.SkipTest(cls.machine.why_not)
        run = cls.machine.run
        run(f"cat > backend.py <<'X'\n{BACKEND}X\n"
            f"systemd-run --quiet --unit=backend --working-directory=/srv/clone "
            "/usr/bin/python3 /srv/home/backend.py")
        wait_until(
            lambda: "ready" in run("journalctl -u backend").stdout, 30, "Dovecot in the machine")
        run("echo '127.0.0.1 imap.example.org mail.example.org' >> /etc/hosts\n"
            "cp /srv/ca/ca.pem /etc/ssl/certs/$(openssl x509 -hash -noout -in /srv/ca/ca.pem).0\n"
            "id ann > /dev/null 2>&1 || useradd ann\n"
            "echo \"ann:ann's secret\" | chpasswd\n"
            "mkdir .build && ln -s /srv/programs .build/release && ln -s /srv/clone/Deploy .\n"
            "cp /srv/ca/imap.pem fullchain.pem && cp /srv/ca/imap.key key.pem")
        run(block("sh", "Install, as root."))
        for name in ("postern", "policy"):
            text = block("yaml", f"`/etc/postern/{name}.yaml`")
            run(f"cat > /etc/postern/{name}.yaml <<'X'\n{text}X")
        run(block("sh", "Check, start, try:").splitlines()[0])

    def setUp(self):
        self.run_in = self.machine.run
        self.run_in("systemctl start postern")

    def curl(self, path="", *options, password="ann's secret"):
        more = " ".join(f"'{option}'" for option in options)
        return self.run_in(
            f'curl -sS --max-time 20 --cacert /srv/ca/ca.pem -u "ann:{password}" {more} '
            f"'imaps://imap.example.org/{path}'", check=False)

    def wait_for_service(self):
        wait_until(lambda: self.curl().returncode == 0, 20, "a login")

    def log(self):
        return self.run_in("journalctl -u postern").stdout

    def records(self):
        lines = self.run_in("cat /var/log/postern/trail-*.jsonl").stdout.splitlines()
        return [json.loads(line) for line in lines]

    def test_an_account_of_the_system_reads_and_keeps_to_the_policy(self):
        listed = self.curl()
        self.assertIn("INBOX", listed.stdout, listed.stderr)
        self.assertIn("Subject:", self.curl("INBOX/;UID=1;SECTION=HEADER").stdout)
        self.assertEqual(self.curl(password="wrong").returncode, 67)
        refused = self.curl("Archive/2019", "-X", "STORE 1 +FLAGS (\\Seen)")
        self.assertEqual(refused.returncode, 21, refused.stderr)
        events = {(record["event"], record.get("verdict")) for record in self.records()}
        for expected in (("auth.ok", "allow"), ("auth.fail", "deny"), ("msg.store", "deny")):
            self.assertIn(expected, events)

    def test_the_trail_is_read_and_verified_and_the_reading_stands_in_it(self):
        self.curl()
        found = self.run_in("postern audit search --trail /var/log/postern --user ann").stdout
        self.assertIn("auth.ok", found)
        self.assertIn("audit.search", [record["event"] for record in self.records()])
        self.run_in("postern audit key /var/log/postern > first.pub\n"
                    "postern audit verify /var/log/postern --key first.pub")

    def test_a_reload_takes_a_good_policy_and_keeps_the_old_one_before_a_bad_one(self):
        good = self.run_in("cat /etc/postern/policy.yaml").stdout
        self.addCleanup(lambda: self.run_in(
            f"cat > /etc/postern/policy.yaml <<'X'\n{good}X\nsystemctl reload postern"))
        for text, sign in (
            (good.replace("read-only }", "read-mostly }"), "policy.yaml:3:"),
            (good.replace("read-only }", "deny }"), "in force"),
        ):
            before = self.log().count(sign)
            self.run_in(f"cat > /etc/postern/policy.yaml <<'X'\n{text}X\nsystemctl reload postern")
            wait_until(lambda: self.log().count(sign) > before, 10, sign)
        self.assertNotIn("Archive", self.curl().stdout)

    def test_parts_that_are_killed_come_back(self):
        for part in ("postern gateway", "postern recorder", "postern-pam"):
            with self.subTest(part):
                self.run_in(f"pkill -KILL -f '^{part}'")
                self.wait_for_service()
        self.assertEqual(self.run_in("systemctl is-active postern").stdout, "active\n")

    def test_a_stop_ends_all_of_it_in_order(self):
        self.curl()
        self.run_in("systemctl stop postern")
        self.assertEqual(
            self.run_in("systemctl show -P Result -P NRestarts postern").stdout.split(),
            ["success", "0"])
        self.assertEqual(self.run_in("pgrep -f ^postern", check=False).stdout, "")
        self.assertEqual(self.records()[-1]["event"], "audit.stop")

    def set_audit(self, text):
        """Exchanges the configuration of the audit until the test is over."""
        file = "/etc/postern/postern.yaml"
        before = self.run_in(f"cat {file}").stdout
        self.addCleanup(lambda: self.run_in(
            f"cat > {file} <<'X'\n{before}X\nsystemctl restart postern"))
        self.run_in(f"sed -i '/^audit:/d' {file}\n"
                    f"cat >> {file} <<'X'\naudit:\n  folder: /var/log/postern\n{text}X\n"
                    "systemctl restart postern")

    def test_the_trail_may_hide_people_and_be_sent_on(self):
        state = "/var/lib/postern-ship/collector"
        self.run_in(f"install -d -o postern-ship -m 700 {state}")
        self.set_audit("  privacy: { people: encrypt, mailboxes: encrypt }\n"
                       "  syslog: /dev/log\n"
                       f"  ship: [{{ to: \"file:{state}/records\", state: {state} }}]\n")
        self.assertEqual(self.curl().returncode, 0)
        found = self.run_in(
            "postern audit search --trail /var/log/postern --user ann --last 1 --reveal").stdout
        self.assertIn("ann", found)
        logins = [record for record in self.records() if record["event"] == "auth.ok"]
        self.assertNotIn("ann", json.dumps(logins[-1]))
        wait_until(lambda: "auth.ok" in self.run_in(f"cat {state}/records", check=False).stdout,
                   30, "what was sent on")
        wait_until(lambda: "checkpoint" in self.run_in("journalctl SYSLOG_FACILITY=10").stdout,
                   30, "a checkpoint in the system's log")
        self.run_in("postern audit forget ann --trail /var/log/postern --because 'a test'")

    def test_the_nightly_expiry_runs(self):
        self.set_audit("  retention: { operation: 1 year, identity: 1 year }\n")
        timer = block("sh", "## How long records are kept").splitlines()[1]
        self.run_in(f"{timer}\nsystemctl start postern-expire.service")
        self.assertIn("segments went", self.run_in("journalctl -u postern-expire").stdout)
        self.assertIn("postern-expire.timer", self.run_in("systemctl list-timers").stdout)
