"""Crashes Postern at random points under load, and holds its trail against what really happened.

Each round clients work, then a process is killed or the power is cut; after the next start every
record that was acknowledged must be there, the mail server must have seen nothing without its
record, and the trail must verify. A round is told by its seed.
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from parts import pam, postern
from parts.certificates import Authority
from parts.processes import descendants_of, wait_until

from . import powercut, privacy
from .canary import Canary
from .wire import Wire, trusting

POLICY = """\
policy: 1
rules:
  - { id: secret-is-secret, who: everyone, mailboxes: ["Secret/**"], limit: deny }
"""
USER, PASSWORD = "ann", "ann's secret"
# What a client sends; whether its record must be on disk before it takes effect, or is refused.
VERBS = {"CREATE": True, "APPEND": True, "STATUS": False, "DELETE": True}
BURST = 8
# A trail that only grows makes every round slower; and beginnings must be crashed, too.
ROUNDS_A_TRAIL = 10
NAME = re.compile(rb'(CREATE|APPEND|STATUS|DELETE) "((?:Secret/)?m-[0-9-]+)"')


class Worker(threading.Thread):
    """One client: sends bursts of commands until it is told to stop or its connection ends."""

    def __init__(self, crash, number, verbs):
        super().__init__(daemon=True)
        self.verbs = verbs
        self.crash, self.number = crash, number
        self.chance = random.Random(crash.seed * 1000 + crash.round * 10 + number)
        self.counter = 0
        # (verb, mailbox) of what was answered.
        self.answered = []
        self.stopping = threading.Event()

    def run(self):
        try:
            with Wire(self.crash.ports.tls, self.crash.context, timeout=30) as wire:
                if not wire.login(USER, PASSWORD).startswith("OK"):
                    return
                while not self.stopping.is_set():
                    self._burst(wire)
        except (OSError, EOFError):
            pass

    def _burst(self, wire):
        commands = {}
        data = b""
        for _ in range(self.chance.randint(1, BURST)):
            verb, tag = self.chance.choice(self.verbs), wire.next_tag()
            self.counter += 1
            name = f"m-{self.crash.round}-{self.number}-{self.counter}"
            name = f"Secret/{name}" if verb == "DELETE" else name
            rest = {"APPEND": " {5+}\r\nhello", "STATUS": " (MESSAGES)"}.get(verb, "")
            commands[tag] = (verb, name)
            data += f'{tag} {verb} "{name}"{rest}\r\n'.encode()
        wire.send(data)
        for _ in commands:
            tag, word, _ = wire.until(*commands)[-1].split(b" ", 2)
            if word in (b"OK", b"NO"):
                self.answered.append(commands[tag.decode()])


class Crash:
    """A canary, and a Postern in front of it that is crashed again and again."""

    def __init__(self, folder, seed, lies=False, veiled=False, expiring=False):
        self.folder, self.seed = Path(folder), seed
        self.veiled, self.expiring = veiled, expiring
        self.chance = random.Random(seed)
        self.round = 0
        self.repairs = 0
        # Segments of earlier trails that went because they were old.
        self.expired_before = 0
        # Rounds by how they ended, and records that were looked for.
        self.counts, self.checked = {}, 0
        os.chmod(self.folder, 0o711)
        self.authority = Authority(self.folder / "ca")
        self.certificate = self.authority.server()
        self.context = trusting(self.authority)
        self.service = pam.Service(self.folder / "pam", {USER: PASSWORD})
        self.shim = powercut.build(self.folder / "shim", lies)
        self.canary = Canary()
        self.ports = postern.Ports()
        policy = self.folder / "policy.yaml"
        policy.write_text(POLICY)
        self.settings = postern.configuration(
            self.folder, self.ports, self.certificate, self.authority, self.service,
            postern.master_backend(self.folder, self.canary.port), policy)
        # Segments as small as they may be: their ends are where much can go wrong.
        self.settings["audit"]["segment-size"] = "1 MiB"
        if veiled:
            self.settings["audit"]["privacy"] = {
                "people": "encrypt", "addresses": "hmac", "mailboxes": "encrypt",
                "messages": "drop", "words": "encrypt", "period": "day"}
        if expiring:
            self.settings["audit"]["retention"] = dict.fromkeys(
                ("identity", "denied", "writing", "reading", "operation"), "1 s")
        self.settings["processes"] |= {"reactors": 2, "drain-timeout": "0 s"}
        self.settings["authentication"]["pam"]["helpers"] = 2
        self.postern = None
        self._new_trail()

    def close(self):
        if self.postern:
            self.postern.stop()
        self.canary.close()

    # A trail, and what it must hold.

    def _new_trail(self):
        if self.postern:
            self.postern.stop()
            self.expired_before = self.expired
            for folder in (self.trail, self.kept, self.archive, self.sealed):
                shutil.rmtree(folder)
            Path(f"{self.trail}.journal").unlink(missing_ok=True)
        self.trail = self.folder / f"audit-{self.round}"
        self.kept = self.folder / f"kept-{self.round}"
        self.archive = self.folder / f"archive-{self.round}"
        self.sealed = self.folder / f"sealed-{self.round}"
        self.settings["audit"]["folder"] = str(self.trail)
        self.must, self.key = set(), None
        postern.lay_audit_folder(self.trail)
        self.kept.mkdir()
        self.archive.mkdir()
        self.sealed.mkdir()
        self.postern = postern.Postern(self.folder / "postern", self.settings)
        # The journal library stands in for one that the recorder needs; see powercut.py.
        self.postern.wrapper = ("env", f"LD_LIBRARY_PATH={self.shim}")
        self.postern.start()

    def _family(self):
        pid = self.postern.child.pid
        return [pid, *descendants_of(pid)]

    def _kill_all(self):
        """The recorder first: whatever the others do afterwards, no disk knows of it."""
        family = self._family()
        first = self.postern.children("recorder")
        for pid in [*first, *family]:
            _signal(pid, signal.SIGKILL)
        self.postern.child.process.wait()
        wait_until(lambda: not any(_lives(pid) for pid in family), 10, "end of all processes")

    # The rounds.

    def run_round(self, victim=None):
        """Raises AssertionError, with the seed and the round, when a promise was broken."""
        self.round += 1
        if self.round % ROUNDS_A_TRAIL == 0:
            self._new_trail()
        victim = victim or self.chance.choice(
            ("recorder", "gateway", "supervisor", "power", "power", "power at the stop"))
        self.canary.visits.clear()
        # Where clients only read, up to a second's records are not on disk yet.
        verbs = self.chance.choice((list(VERBS), list(VERBS), ["STATUS"]))
        workers = [Worker(self, number, verbs) for number in range(4)]
        for worker in workers:
            worker.start()
        # Some of the ends come while everything begins; signatures begin after five seconds.
        longest = self.chance.choice((0.1, 0.5, 0.5, 1, 1, 5.3 if victim == "power" else 1))
        time.sleep(self.chance.uniform(5.0 if longest > 5 else 0, longest))
        expiry = None
        try:
            if self.expiring:
                wait_until(self._sealed_segments, 60, "segment at its end")
                expiry = self._begin_expiry()
            getattr(self, "_end_" + victim.replace(" ", "_"))(workers)
            for worker in workers:
                worker.stopping.set()
            for worker in workers:
                worker.join(60)
                assert not worker.is_alive(), "a client waits for ever"
            if expiry:
                # It may have lost its recorder.
                expiry.communicate(timeout=30)
            self._judge(victim, workers)
        except (AssertionError, TimeoutError, RuntimeError) as error:
            raise AssertionError(
                f"seed {self.seed}, round {self.round}, {victim}: {error}\n"
                f"{self.postern.log.read_text()[-2000:]}") from error
        self.counts[victim] = self.counts.get(victim, 0) + 1

    def expire(self):
        """Has the old segments removed while nothing crashes, until one is gone."""

        def is_one_gone():
            self._begin_expiry().communicate(timeout=30)
            return self.expired

        wait_until(is_one_gone, 30, "segment that expires")
        self._verify()

    def _sealed_segments(self):
        return sorted(self.trail.glob("*.jsonl"))[:-1]

    def _begin_expiry(self):
        """Has the old segments removed while the round ends; copies of them stay with us."""
        for path in self._sealed_segments():
            if not (self.sealed / path.name).exists():
                shutil.copy(path, self.sealed)
        command = [str(postern.program()), "audit", "expire", "--config", str(self.postern.file)]
        expiry = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if self.chance.random() < 0.7:
            time.sleep(self.chance.uniform(0, 0.3))
        return expiry

    @property
    def expired(self):
        """How many segments the trails say to have gone."""
        try:
            here = len((self.trail / "expired").read_text().splitlines())
        except FileNotFoundError:
            here = 0
        return self.expired_before + here

    def _end_recorder(self, workers):
        self._replace("recorder")
        time.sleep(self.chance.uniform(0, 0.3))

    def _end_gateway(self, workers):
        self._replace("gateway")

    def _replace(self, duty):
        """Kills one process and waits for its successor."""
        old = self.postern.children(duty)
        for pid in old:
            _signal(pid, signal.SIGKILL)

        def is_replaced():
            new = [pid for pid in self.postern.children(duty) if pid not in old]
            return new or not self.postern.child.alive()

        wait_until(is_replaced, 20, f"new {duty}")
        # Before the service is ready for the first time, a failure ends it; systemd starts it again.
        if not self.postern.child.alive():
            self.postern.start()

    def _end_supervisor(self, workers):
        family = self._family()
        _signal(family[0], signal.SIGKILL)
        self.postern.child.process.wait()
        wait_until(lambda: not any(_lives(pid) for pid in family), 20, "end of the orphans")
        self.postern.start()

    def _end_power(self, workers):
        self._kill_all()
        self._cut()

    def _end_power_at_the_stop(self, workers):
        for worker in workers:
            worker.stopping.set()
        for worker in workers:
            worker.join(30)
        _signal(self.postern.child.pid, signal.SIGTERM)
        time.sleep(self.chance.uniform(0, 0.15))
        self._kill_all()
        self._cut()

    def _cut(self):
        left = powercut.cut_power(self.trail, self.kept, self.chance)
        if self.chance.random() < 0.3:
            self._move_segments_away()
        shutil.rmtree(self.kept)
        shutil.copytree(self.trail, self.kept, ignore=shutil.ignore_patterns("access"))
        segments = sorted(name for name in left if name.endswith(".jsonl"))
        tail = left[segments[-1]] if segments else b""
        torn = bool(tail) and not all(
            line.startswith(b'{"seq":') and line.endswith(b"}\n")
            for line in tail.splitlines(keepends=True))
        before = len(self._records())
        self.postern.start()
        # The gateway may greet before the recorder has gone through the trail and signed its start,
        # in place of a checkpoint that the cut may have left half-written.
        wait_until(lambda: self._signed() > before, 10, "checkpoint over the recorder's start")
        if torn:
            self.repairs += 1
            start = self._records()[before]
            assert start["event"] == "audit.start" and start.get("bytes", 0) > 0, (
                f"an unfinished tail, and no word of it: {start}")

    def _signed(self):
        """How many records the last checkpoint covers; 0 where there is none that can be read."""
        try:
            return int((self.trail / "checkpoint").read_text().split("\n")[1])
        except (OSError, ValueError, IndexError):
            return 0

    def _move_segments_away(self):
        """All but the last: what remains must be enough to go on with."""
        for path in self._sealed_segments():
            shutil.move(path, self.archive)
            shutil.move(path.with_suffix(".checkpoints"), self.archive)

    # What must be true afterwards.

    def _records(self):
        """The records in the trail, up to the first line that is none; nothing is left encrypted."""
        records = []
        known = privacy.keys(self.trail / "keys") if self.veiled else {}
        folders = (self.sealed, self.archive, self.trail)
        paths = {path.name: path for folder in folders for path in folder.glob("*.jsonl")}
        for _, path in sorted(paths.items()):
            for line in path.read_bytes().split(b"\n")[:-1]:
                try:
                    record = json.loads(line)
                except ValueError:
                    return records
                if self.veiled:
                    record = privacy.reveal(record, known)
                    assert privacy.FORGOTTEN not in json.dumps(record), (
                        f"record {record['seq']} is under a key that is not on disk")
                records.append(record)
        return records

    def _judge(self, victim, workers):
        acknowledged = {pair for worker in workers for pair in worker.answered}
        seen = set()
        for command in self.canary.commands():
            for verb, name in NAME.findall(command):
                seen.add((verb.decode(), name.decode()))
        assert not any(name.startswith("Secret/") for _, name in seen), "a denied command got through"
        # Of reading commands the record is handed over; a power cut may take it within a second.
        needed = {
            pair for pair in acknowledged | seen if VERBS[pair[0]] or not victim.startswith("power")}
        if victim.startswith("power"):
            self.must = {pair for pair in self.must if VERBS[pair[0]]}
        self.must |= needed
        # What the gateway has handed over may be on its way still.
        missing = None

        def complete():
            nonlocal missing
            records = self._records()
            missing = self.must - {
                (record.get("verb"), record.get("mailbox", {}).get("name"))
                for record in records if record.get("phase") == "decision"}
            return not missing and records

        try:
            records = wait_until(complete, 10, "complete trail")
        except TimeoutError:
            effects = missing & seen
            raise AssertionError(
                f"{len(missing)} records are missing, {len(effects)} of them of effects: "
                f"{sorted(missing)[:5]}") from None
        self.checked += len(needed)
        numbers = [record["seq"] for record in records]
        assert numbers == list(range(1, len(numbers) + 1)), "the numbers have a gap"
        self._verify()

    def _verify(self):
        if not self.key:
            self.key = self.folder / f"first-{self.round}.pub"
            shutil.copy(self.trail / "first.pub", self.key)
        done = subprocess.run(
            [str(postern.program()), "audit", "verify", str(self.trail), "--key", str(self.key),
             *(["--archived"] if any(self.archive.iterdir()) else [])],
            capture_output=True, text=True)
        assert done.returncode == 0, f"the trail doesn't verify:\n{done.stdout}{done.stderr}"


def _signal(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
