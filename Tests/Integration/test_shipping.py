"""Records reach their receivers, each at least once and in their order, whichever side ends when."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from parts.certificates import Authority
from parts.postern import RECORDER_USER, lay_audit_folder, program
from parts.processes import Child, wait_until
from postern_support.feed import FedRecorder, text_of
from postern_support.rsyslog import Rsyslog, is_installed
from postern_support.stage import StageCase


class ShipCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="postern-test."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.recorder = FedRecorder(self.folder / "trail")
        self.addCleanup(self.recorder.stop)
        self.state = self.folder / "state"
        self.state.mkdir()

    def command(self, to, *options):
        return [
            str(program()), "audit", "ship", str(self.recorder.folder), "--to", to,
            "--state", str(self.state), *map(str, options)]

    def ship(self, to, *options):
        """Sends what is signed, and ends; returns status and words."""
        done = subprocess.run(
            self.command(to, "--once", *options), capture_output=True, text=True, timeout=120)
        return done.returncode, done.stderr

    def assert_ships(self, to, *options):
        status, text = self.ship(to, *options)
        self.assertEqual(status, 0, text)

    def ending(self):
        """Ends the recorder, so that all is signed; returns its lines."""
        self.recorder.stop()
        return self.recorder.lines()


class Receiver:
    """A collector that only listens; what came over each connection, once it ended in order."""

    def __init__(self, family=socket.AF_INET, address=("127.0.0.1", 0), answers_the_end=True):
        self.listener = socket.socket(family)
        self.listener.bind(address)
        self.listener.listen()
        self.batches, self.answers_the_end = [], answers_the_end
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            data = b""
            with connection:
                while more := connection.recv(65536):
                    data += more
                if not self.answers_the_end:
                    # Dies with the data in its hands.
                    linger = b"\1\0\0\0\0\0\0\0"
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.batches.append(data)

    @property
    def to(self):
        return f"tcp:127.0.0.1:{self.listener.getsockname()[1]}"

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Files(ShipCase):
    def test_lines_are_appended_as_they_are_and_each_once(self):
        out = self.folder / "out"
        self.recorder.fill(100)
        wait_until(lambda: self.recorder.signed() >= 101, 20, "signature")
        self.assert_ships(f"file:{out}", "--format", "json")
        self.assertEqual(out.read_text().splitlines(), self.recorder.lines()[:101])
        self.recorder.fill(100)
        lines = self.ending()
        self.assert_ships(f"file:{out}", "--format", "json")
        self.assertEqual(out.read_text().splitlines(), lines)
        self.assertEqual((self.state / "position").read_text().split("\n")[2], str(len(lines) + 1))

    def test_what_is_not_signed_is_not_sent(self):
        out = self.folder / "out"
        # The start is signed at once, what follows within five seconds.
        wait_until(lambda: self.recorder.signed() == 1, 20, "first signature")
        self.recorder.fill(10)
        self.assert_ships(f"file:{out}")
        self.assertEqual(len(out.read_text().splitlines()), self.recorder.signed())

    def test_an_unfinished_line_that_a_crash_left_is_removed(self):
        out = self.folder / "out"
        self.recorder.fill(10)
        lines = self.ending()
        self.assert_ships(f"file:{out}", "--format", "json")
        with open(out, "a") as file:
            file.write('{"seq":99')
        (self.state / "position").unlink()
        self.assert_ships(f"file:{out}", "--format", "json", "--from", 5)
        self.assertEqual(out.read_text().splitlines(), lines + lines[4:])

    def test_a_position_is_of_one_trail(self):
        out = self.folder / "out"
        self.recorder.fill(10)
        self.ending()
        self.assert_ships(f"file:{out}")
        other = FedRecorder(self.folder / "other")
        other.fill(10)
        other.stop()
        self.recorder = other
        status, text = self.ship(f"file:{out}")
        self.assertEqual(status, 1)
        self.assertIn("give it a state folder of its own", text)

    def test_wrong_options_are_refused(self):
        for to, options in (
            ("ftp:x", ()), ("tcp:host", ()), ("tcp:host:0", ()), ("tls:::1:6514", ()),
            ("file:x", ("--ca", "x")), ("tls:h:1", ("--certificate", "x")), ("file:", ()),
        ):
            with self.subTest(to):
                self.assertEqual(self.ship(to, *options)[0], 64)


class Announced(ShipCase):
    def test_each_start_says_in_the_trail_where_records_go_before_they_do(self):
        out = self.folder / "out"
        self.recorder.fill(3)
        for _ in range(2):
            self.assert_ships(f"file:{out}")
        said = [json.loads(line) for line in self.ending() if "audit.export" in line]
        self.assertEqual(len(said), 2)
        self.assertEqual(said[0]["args"], f"ship to file:{out} from record 1 on")
        self.assertEqual(said[0].get("uid", 0), os.getuid())

    def test_a_recorder_that_does_not_answer_lets_nothing_leave(self):
        out = self.folder / "out"
        self.recorder.fill(3)
        wait_until(lambda: self.recorder.signed() >= 4, 20, "signature")
        os.kill(self.recorder.process.pid, signal.SIGSTOP)
        self.addCleanup(os.kill, self.recorder.process.pid, signal.SIGCONT)
        status, text = self.ship(f"file:{out}")
        self.assertEqual(status, 1, text)
        self.assertIn("doesn't say that it is recorded", text)
        self.assertFalse(out.exists())


class Mappings(ShipCase):
    def shipped(self, format):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        self.assert_ships(receiver.to, "--format", format)
        [batch] = receiver.batches
        return batch

    def setUp(self):
        super().setUp()
        self.recorder.append(
            text_of(1, event='"auth.ok"', verdict='"allow"', user='"ann"'),
            text_of(2, verdict='"deny"', reason='"no = right | here"', mailbox=(
                '{"raw":"41","name":"Archive/\\u00fc]\\u005c","rules":["archive-is-read-only"]}')),
            text_of(3, client='"2001:db8::7"', later='{"unknown":["field"]}'),
            text_of(4, event='"msg.fetch"', phase='"outcome"', result='"OK"', bytes="4096",
                    messages="2", duration_us="1500"),
        )
        self.lines = self.ending()

    def test_syslog(self):
        rest, messages = self.shipped("syslog"), []
        while rest:
            count, _, rest = rest.partition(b" ")
            messages.append(rest[:int(count)].decode())
            rest = rest[int(count):]
        self.assertEqual(len(messages), len(self.lines))
        for message, line in zip(messages, self.lines):
            record = json.loads(line)
            self.assertTrue(message.endswith(" " + line))
            self.assertRegex(
                message,
                rf'^<1\d\d>1 {record["time"]} \S+ postern - {record["event"]} '
                rf'\[postern@32473 seq="{record["seq"]}" trail="\S+" event=')
        self.assertIn('mailbox="Archive/\u00fc\\]\\\\"]', messages[2])
        self.assertTrue(messages[2].startswith("<108>1 "))

    def test_cef(self):
        text = self.shipped("cef").decode()
        self.assertIn(
            r"|msg.store|UID STORE deny|6|", text)
        self.assertIn(r"reason=no \= right | here ", text)
        self.assertIn("cs2Label=rules cs2=archive-is-read-only", text)
        self.assertIn("c6a2=2001:db8::7 ", text)
        self.assertEqual(
            re.findall(r" externalId=(\d+)", text),
            [str(number + 1) for number in range(len(self.lines))])

    def test_ecs(self):
        documents = [json.loads(line) for line in self.shipped("ecs").splitlines()]
        self.assertEqual([each["event"]["sequence"] for each in documents], [
            json.loads(line)["seq"] for line in self.lines])
        self.assertEqual([each["postern"] for each in documents], list(map(json.loads, self.lines)))
        login, denied, other, fetched = documents[1:5]
        self.assertEqual(login["event"]["category"], ["authentication"])
        self.assertEqual((login["event"]["outcome"], login["user"]["name"]), ("success", "ann"))
        self.assertEqual(denied["event"]["outcome"], "failure")
        self.assertEqual(denied["rule"]["id"], ["archive-is-read-only"])
        self.assertEqual(other["source"]["ip"], "2001:db8::7")
        self.assertEqual(fetched["event"]["duration"], 1_500_000)
        self.assertEqual(fetched["tls"]["version"], "1.3")

    def test_ocsf(self):
        events = [json.loads(line) for line in self.shipped("ocsf").splitlines()]
        self.assertEqual([each["unmapped"] for each in events], list(map(json.loads, self.lines)))
        for event in events:
            self.assertEqual(event["type_uid"], event["class_uid"] * 100 + event["activity_id"])
            for name in ("time", "severity_id", "metadata", "category_uid"):
                self.assertIn(name, event)
        login, denied, _, fetched = events[1:5]
        self.assertEqual((login["class_uid"], login["status_id"]), (3002, 1))
        self.assertEqual(login["user"]["name"], "ann")
        self.assertEqual((denied["class_uid"], denied["disposition_id"]), (6005, 2))
        self.assertEqual(denied["databucket"]["name"], "Archive/\u00fc]\\")
        self.assertEqual((fetched["type_uid"], fetched["status_id"]), (600501, 1))


class Receivers(ShipCase):
    def test_a_receiver_that_dies_with_a_batch_gets_it_again(self):
        receiver = Receiver(answers_the_end=False)
        self.addCleanup(receiver.close)
        self.recorder.fill(50)
        lines = self.ending()
        status, text = self.ship(receiver.to, "--format", "json")
        self.assertEqual(status, 1, text)
        self.assertFalse((self.state / "position").exists())
        receiver.answers_the_end = True
        self.assert_ships(receiver.to, "--format", "json")
        self.assertEqual(receiver.batches[-1].decode().splitlines(), lines)

    def test_a_local_socket(self):
        path = str(self.folder / "socket")
        receiver = Receiver(socket.AF_UNIX, path)
        self.addCleanup(receiver.close)
        self.recorder.fill(50)
        lines = self.ending()
        self.assert_ships(f"unix:{path}", "--format", "json")
        self.assertEqual(receiver.batches[-1].decode().splitlines(), lines)


@unittest.skipUnless(is_installed(), "rsyslog and rsyslog-gnutls are not installed")
class OverTLS(ShipCase):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "ca")
        self.rsyslog = Rsyslog(
            self.folder / "rsyslog", self.authority.server(), self.authority)
        self.addCleanup(self.rsyslog.stop)
        self.rsyslog.start()
        self.to = f"tls:localhost:{self.rsyslog.port}"

    def test_a_real_rsyslog_reads_every_field(self):
        self.recorder.fill(300)
        lines = self.ending()
        self.assert_ships(self.to, "--ca", self.authority.certificate)
        received = self.rsyslog.lines()
        self.assertEqual([each[6].lstrip(" ") for each in received], lines)
        record = json.loads(lines[5])
        self.assertEqual(received[5][0], "110")
        self.assertEqual(received[5][1], record["time"])
        self.assertEqual(received[5][3:5], ["postern", "msg.store"])
        self.assertIn(f'seq="{record["seq"]}"', received[5][5])

    def test_a_receiver_that_is_not_believed_gets_nothing(self):
        other = Authority(self.folder / "other")
        self.recorder.fill(10)
        self.ending()
        status, text = self.ship(self.to, "--ca", other.certificate)
        self.assertEqual(status, 1)
        self.assertIn("certificate", text)
        status, text = self.ship(
            self.to, "--ca", self.authority.certificate, "--server-name", "example.net")
        self.assertEqual(status, 1)
        self.assertEqual(self.rsyslog.lines(), [])

    def test_every_record_arrives_whoever_is_killed_when(self):
        chance = random.Random(6)
        command = self.command(self.to, "--ca", self.authority.certificate)
        log = str(self.folder / "ship.log")
        shipper = Child("ship", command, log)
        self.addCleanup(lambda: shipper.stop())
        for _ in range(6):
            for _ in range(4):
                self.recorder.fill(chance.randint(500, 1500))
            at = self.recorder.signed()
            wait_until(lambda: self.recorder.signed() > at, 20, "signature")
            # Amid a batch, mostly: a signature is what sets one off.
            threading.Event().wait(chance.uniform(0, 1.2))
            if chance.random() < 0.5:
                shipper.process.send_signal(signal.SIGKILL)
                shipper.process.wait()
                shipper = Child("ship", command, log)
            else:
                self.rsyslog.kill()
                threading.Event().wait(chance.uniform(0, 0.5))
                self.rsyslog.start()
        lines = self.ending()

        def all_arrived():
            numbers = [re.search(r' seq="(\d+)"', each[5]) for each in self.rsyslog.lines()]
            return {int(number[1]) for number in numbers if number} >= set(
                range(1, len(lines) + 1))

        wait_until(all_arrived, 60, "arrival of all records")
        self.assertEqual(shipper.stop(), 0)
        self.assertEqual((self.state / "position").read_text().split("\n")[2], str(len(lines) + 1))


class Supervised(StageCase):
    """A shipper that the configuration asks for."""

    backend = "canary"

    @classmethod
    def configure(cls, settings):
        folder, state = cls.folder / "shipped", cls.folder / "state"
        for each in (folder, state):
            lay_audit_folder(each)
        cls.out = folder / "records"
        settings["audit"]["ship"] = [
            {"to": f"file:{cls.out}", "format": "json", "state": str(state)}]
        if os.getuid() == 0:
            # It reads the trail as a member of the recorder's group.
            settings["processes"]["ship-user"] = RECORDER_USER

    def shipped(self):
        return self.out.read_text().splitlines() if self.out.exists() else []

    def test_it_is_started_and_started_again_and_sends_all(self):
        self.session("ann").answer("LOGOUT")
        wait_until(lambda: any("auth.ok" in line for line in self.shipped()), 20, "login sent on")
        pid = self.postern.child_of("ship")
        os.kill(pid, signal.SIGKILL)
        self.session("bob").answer("LOGOUT")
        self.postern.child_of("ship", other_than=[pid])
        wait_until(lambda: any('"bob"' in line for line in self.shipped()), 20, "login sent on")
        announced = [r for r in self.postern.records() if r["event"] == "audit.export"]
        self.assertEqual(len(announced), 2)
        for record in announced:
            self.assertRegex(record["args"], rf"^ship to file:{self.out} from record \d+ on$")
        shipped = self.shipped()
        self.assertEqual(list(dict.fromkeys(shipped)), self.postern.trail().splitlines()[
            :len(set(shipped))])
