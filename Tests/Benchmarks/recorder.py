"""How many records a second a real recorder brings to this disk: durable, in groups, and sealed.

    python3 Tests/Benchmarks/recorder.py [--folder FOLDER] [--seconds 10] [--sessions 1000] [--trail-mib N] [--privacy]

Feeds `postern recorder` (POSTERN_BIN names the build's folder) over its own sockets, as a gateway
with so many sessions would of which each waits for its record. Verifies the trail afterwards and
says how fast that was; --trail-mib writes so much instead of for so long.
"""

import argparse
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_HEAD = struct.Struct(">IB3xQ")
_ACKNOWLEDGEMENT = struct.Struct(">B7xQ")
DURABLE, FEEDS = 1, 2
PRIVACY = "people=encrypt addresses=encrypt mailboxes=encrypt messages=encrypt words=encrypt"

# A decision as the gateway writes it; what differs from record to record stands in two places.
RECORD = (
    '"v":1,"time":"{time}","mono":{mono},"session":"{session:016x}",'
    '"listener":"imaps","client":"192.0.2.44","client_port":50512,"tls":"TLSv1.3",'
    '"cipher":"TLS_AES_256_GCM_SHA384","sni":"imap.example.org","user":"{user}","method":"password",'
    '"backend":"main","policy":"5f1c9a04d2e7","event":"msg.store","phase":"decision",'
    '"verdict":"allow","command":17,"tag":"a17","backend_tag":12,"verb":"UID STORE",'
    '"state":"selected","mailbox":{{"raw":"417263686976652f32303236","name":"Archive/2026",'
    '"needed":"s","held":"lrswite"}},"args":"4711:4799 +FLAGS.SILENT (\\u005cSeen)"'
)


class Feed:
    """One reactor's connection: so many sessions, each of which waits for its record."""

    def __init__(self, sessions):
        self.socket, self.far = socket.socketpair()
        self.socket.setblocking(False)
        self.sessions = sessions
        self.sent = self.durable = self.bytes = self.acknowledgements = 0
        self._out, self._in = b"", b""

    def turn(self, make):
        """Reads what is acknowledged and lets those sessions go on; whether anything moved."""
        before = (self.durable, self.sent)
        try:
            while data := self.socket.recv(65536):
                self._in += data
        except BlockingIOError:
            pass
        whole = len(self._in) // _ACKNOWLEDGEMENT.size * _ACKNOWLEDGEMENT.size
        for status, number in _ACKNOWLEDGEMENT.iter_unpack(self._in[:whole]):
            if status != 1:
                raise SystemExit("the trail can't be written here")
            self.durable = number
            self.acknowledgements += 1
        self._in = self._in[whole:]
        if not self._out:
            frames = []
            while self.sent - self.durable < self.sessions:
                self.sent += 1
                payload = make(self.sent)
                frames += [_HEAD.pack(len(payload), DURABLE, self.sent), payload]
            self._out = b"".join(frames)
        if self._out:
            try:
                count = self.socket.send(self._out)
                self.bytes += count
                self._out = self._out[count:]
            except BlockingIOError:
                pass
        return before != (self.durable, self.sent)


USERS = 0


def make(number):
    now = time.time()
    clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    return RECORD.format(
        time=f"{clock}.{int(now % 1 * 1e6):06}Z", mono=time.monotonic_ns() // 1000,
        session=number % 1000, user=f"ann{number % USERS}" if USERS else "ann").encode()


def processor_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def feed(program, folder, options):
    feeds = [Feed(options.sessions // FEEDS) for _ in range(FEEDS)]
    numbers = [feed.far.fileno() for feed in feeds]
    command = [program, "recorder", "--folder", folder]
    if options.privacy:
        command += ["--privacy", PRIVACY]
    for number in numbers:
        command += ["--feed", str(number)]
    child = subprocess.Popen(command, pass_fds=numbers, stderr=subprocess.DEVNULL)
    for each in feeds:
        each.far.close()
    wanted = options.trail_mib * 2**20
    began = time.monotonic()
    while (
        sum(each.bytes for each in feeds) < wanted if wanted
        else time.monotonic() < began + options.seconds
    ):
        if not any([each.turn(make) for each in feeds]):
            time.sleep(0.0002)
    seconds = time.monotonic() - began
    spent = processor_seconds(child.pid)
    durable = sum(each.durable for each in feeds)
    groups = max(each.acknowledgements for each in feeds)
    for each in feeds:
        each.socket.close()
    child.wait()
    print(
        f"{durable} records durable in {seconds:.1f} s: {durable / seconds:.0f}/s, "
        f"{durable / max(groups, 1):.0f} a sync, {spent / durable * 1e6:.1f} us of the recorder each")


def verify(program, folder):
    size = sum(path.stat().st_size for path in Path(folder).glob("*.jsonl"))
    # Once for the page cache, so that the disk is not what is measured.
    for path in Path(folder).glob("*.jsonl"):
        path.read_bytes()
    began = time.monotonic()
    done = subprocess.run(
        [program, "audit", "verify", folder, "--key", f"{folder}/first.pub"],
        capture_output=True, text=True)
    seconds = time.monotonic() - began
    print(done.stdout.splitlines()[-1])
    print(f"verified {size / 1e6:.0f} MB in {seconds:.2f} s: {size / seconds / 1e6:.0f} MB/s")
    return done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", help="where the trail is written, on the disk in question")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--trail-mib", type=int, default=0)
    parser.add_argument("--privacy", action="store_true", help="with every class encrypted")
    parser.add_argument("--users", type=int, default=1000, help="with --privacy: whom sessions are of")
    parser.add_argument("--keep", action="store_true", help="leave the trail there")
    options = parser.parse_args()
    global USERS
    USERS = options.users if options.privacy else 0
    program = str(Path(os.environ.get("POSTERN_BIN", ROOT / ".build/release")) / "postern")
    folder = tempfile.mkdtemp(prefix="postern-bench.", dir=options.folder)
    try:
        feed(program, folder, options)
        return verify(program, folder)
    finally:
        if options.keep:
            print(folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
