"""`postern policy`: what the commands print, and that the documentation's own lines work."""

import csv
import io
import json
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import yaml

from parts.postern import ROOT, program
from postern_support.stage import StageCase

POLICIES = ROOT / "Policies"
WORKED = sorted(path.parent for path in POLICIES.glob("*/policy.yaml"))


def run(*arguments, status=0, folder=ROOT):
    """What `postern policy` prints; fails when it ends with another status."""
    done = subprocess.run(
        [program("postern"), "policy", *map(str, arguments)],
        cwd=folder, capture_output=True, text=True, timeout=60,
    )
    if done.returncode != status:
        raise AssertionError(f"{arguments}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class PlainLoader(yaml.SafeLoader):
    """YAML as the policy's reader and editors take it: dates and `no` are texts."""


PlainLoader.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern) for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Schema(unittest.TestCase):
    """The JSON Schema for editors."""

    def setUp(self):
        schema = json.loads((POLICIES / "postern-policy.schema.json").read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        self.validator = jsonschema.Draft7Validator(schema)

    def errors(self, text):
        return [error.message for error in self.validator.iter_errors(yaml.load(text, PlainLoader))]

    def test_the_worked_policies_are_valid(self):
        self.assertGreaterEqual(len(WORKED), 7)
        for file in [POLICIES / "sample.yaml", *(folder / "policy.yaml" for folder in WORKED)]:
            with self.subTest(file.name):
                self.assertEqual(self.errors(file.read_text()), [])

    def test_what_the_reader_refuses_is_invalid(self):
        good = "{ id: a, who: everyone, mailboxes: x, limit: deny }"
        self.assertEqual(self.errors(f"policy: 1\nrules: [{good}]"), [])
        for rule in (
            "{ who: everyone, mailboxes: x, limit: deny }",
            "{ id: a, who: all, mailboxes: x, limit: deny }",
            "{ id: a, who: {}, mailboxes: x, limit: deny }",
            "{ id: a, who: everyone, mailboxes: [], limit: deny }",
            "{ id: a, who: everyone, mailboxes: x, limit: readonly }",
            "{ id: a, who: everyone, mailboxes: x, limit: { rights: lq } }",
            "{ id: a, who: everyone, mailboxes: x }",
            "{ id: a, who: everyone, mailbox: x, limit: deny }",
            "{ id: a, who: everyone, mailboxes: x, limit: deny, when: { from: soon } }",
        ):
            with self.subTest(rule):
                self.assertNotEqual(self.errors(f"policy: 1\nrules: [{rule}]"), [])
                with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                    file.write(f"policy: 1\nrules:\n  - {rule}\n")
                    file.flush()
                    run("check", file.name, status=1)


class Cases(unittest.TestCase):
    """`postern policy test`."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="postern-test."))
        self.addCleanup(shutil.rmtree, self.folder)
        for file in (POLICIES / "legal-hold").iterdir():
            shutil.copy(file, self.folder)

    def test_every_worked_policy_does_what_its_cases_say(self):
        printed = run("test", POLICIES, "--require-coverage")
        for folder in WORKED:
            self.assertRegex(printed, rf"{folder.name}/: \d+ cases, as expected\n")
        self.assertNotIn("no case has to do with", printed)

    def test_a_case_that_fails_is_shown_with_its_place_and_ends_with_1(self):
        cases = self.folder / "policy.cases.yaml"
        cases.write_text(cases.read_text().replace("expect: deny", "expect: allow", 1))
        report = self.folder / "report.xml"
        printed = run("test", self.folder, "--junit", report, status=1)
        self.assertRegex(printed, r"policy\.cases\.yaml:\d+:5: a person under hold can.t mark for deletion")
        self.assertIn("expected allow, got deny: NO [NOPERM]", printed)
        suite = ElementTree.parse(report).getroot().find("testsuite")
        self.assertEqual(suite.get("failures"), "1")
        self.assertEqual(len(suite.findall("testcase")), int(suite.get("tests")))
        self.assertEqual(len(suite.findall("testcase/failure")), 1)

    def test_a_rule_without_a_case_is_named(self):
        policy = self.folder / "policy.yaml"
        policy.write_text(
            policy.read_text() + "\n  - { id: lonely, who: everyone, mailboxes: Z, limit: deny }\n"
        )
        self.assertIn("no case has to do with rule lonely", run("test", self.folder))
        run("test", self.folder, "--require-coverage", status=1)

    def test_a_file_has_its_cases_beside_it(self):
        self.assertIn("as expected", run("test", self.folder / "policy.yaml"))


class Differences(unittest.TestCase):
    """`postern policy diff` and `report`."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="postern-test."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.strict = self.write("strict", "limit: deny")
        self.wide = self.write("wide", "when: { networks: [192.0.2.0/24] }, limit: read-only")

    def write(self, name, terms):
        file = self.folder / f"{name}.yaml"
        file.write_text(
            "policy: 1\nrules:\n"
            f"  - {{ id: {name}, who: {{ users: [ann] }}, mailboxes: [\"<b>&/**\"], {terms} }}\n"
        )
        return file

    def test_each_difference_has_a_witness_and_both_verdicts(self):
        printed = run("diff", self.strict, self.wide)
        self.assertIn('wider: ann in "<b>&"', printed)
        self.assertIn("before: nothing", printed)
        self.assertIn("after:  lr", printed)
        self.assertRegex(printed, r'ann in "<b>&", from 192\.0\.2\.\d+')

    def test_the_gate_closes_only_for_what_becomes_permitted(self):
        self.assertIn("wider", run("diff", "--only-widening", self.strict, self.wide, status=1))
        self.assertEqual(run("diff", "--only-widening", self.wide, self.strict), "")
        self.assertEqual(run("diff", self.strict, self.strict), "no difference\n")

    def test_the_report_is_a_table(self):
        rows = list(csv.reader(io.StringIO(run("report", self.strict, "--format", "csv"))))
        self.assertEqual(rows[0], ["user", "mailbox", "way", "rights", "rules"])
        self.assertIn(["ann", "<b>&", "", "nothing", "strict"], rows)
        self.assertIn("ann", run("report", self.strict))

    def test_the_page_needs_nothing_from_the_network(self):
        page = run("report", self.wide, "--format", "html")
        outside = []

        class Links(HTMLParser):
            def handle_starttag(self, tag, attributes):
                names = {"src", "href", "srcset", "action", "data", "background"}
                outside.extend((tag, name) for name, _ in attributes if name in names)
                if tag in ("script", "link", "iframe", "object", "embed", "img"):
                    outside.append((tag, ""))

        Links().feed(page)
        self.assertEqual(outside, [])
        self.assertNotRegex(page, r"url\(|@import|https?:")
        self.assertIn("&lt;b&gt;&amp;", page)


class Replay(StageCase):
    """`postern policy replay` over the trail of real sessions, and `explain` beside one."""

    def setUp(self):
        client = self.session("ann")
        client.command("SELECT INBOX")
        client.command("UID FETCH 1:3 (FLAGS BODY[])")
        client.command("UID STORE 1 +FLAGS (\\Flagged)")
        client.command("SELECT Secret")
        self.await_record(event="msg.store", phase="outcome")
        self.stricter = self.folder / "stricter.yaml"
        self.stricter.write_text(
            "policy: 1\nrules:\n"
            "  - { id: inbox, who: everyone, mailboxes: INBOX, limit: read-only }\n"
        )
        self.trail = self.folder / "audit"

    def test_what_was_done_would_have_been_refused_by_a_stricter_policy(self):
        result = json.loads(
            run("replay", self.trail, "--policy", self.stricter, "--format", "json")
        )
        self.assertGreaterEqual(result["commands"], 3)
        self.assertEqual(set(result["byRule"]), {"inbox"})
        self.assertEqual(result["byUser"], {"ann": result["refused"]})
        self.assertEqual({case["verb"] for case in result["first"]}, {"UID STORE"})
        self.assertGreaterEqual(result["changed"]["SELECT to EXAMINE"], 1)
        printed = run("replay", self.trail, "--policy", self.stricter)
        self.assertIn("by rule", printed)
        self.assertIn('UID STORE "INBOX" 1 +FLAGS (\\Flagged)', printed)

    def test_the_policy_in_force_would_refuse_nothing(self):
        result = json.loads(
            run("replay", self.trail, "--policy", self.policy_file, "--format", "json")
        )
        self.assertEqual(result["refused"], 0)
        self.assertEqual(result["unread"], 0)

    def test_explain_says_what_the_gateway_answers(self):
        client = self.session("ann")
        client.command("SELECT Archive/2019")
        for command in (
            "STORE 1 +FLAGS (\\Seen)", "EXPUNGE", "MOVE 1 INBOX", "COPY 1 Secret",
            'CREATE "Archive/2020"', "STATUS Secret (MESSAGES)", "SELECT Secret/Plans",
        ):
            with self.subTest(command):
                printed = run(
                    "explain", "ann", "Archive/2019", command, "--policy", self.policy_file
                )
                self.assertIn(": " + client.answer(command), printed)
            client.command("SELECT Archive/2019")


class Documentation(unittest.TestCase):
    """The commands of Policies/README.md."""

    def test_every_command_runs_as_it_is_written(self):
        folder = Path(tempfile.mkdtemp(prefix="postern-test."))
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(POLICIES, folder / "Policies")
        text = (POLICIES / "README.md").read_text()
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        joined = [block.replace("\\\n", "") for block in blocks]
        lines = [line.split("  #")[0] for block in joined for line in block.splitlines()]
        commands = [shlex.split(line) for line in lines if line.startswith("postern policy ")]
        self.assertGreaterEqual(len(commands), 6)
        (folder / "trail-00000000000000000001.jsonl").write_text("")
        for command in commands:
            with self.subTest(shlex.join(command)):
                command = [word.replace("/var/log/postern", str(folder)) for word in command]
                run(*command[2:], folder=folder)
