"""A real recorder without a gateway: records go in over its own socket, a real trail comes out."""

import socket
import struct
import subprocess
import time
from pathlib import Path

from parts.postern import program

_HEAD = struct.Struct(">IB3xQ")
_ACKNOWLEDGEMENT = struct.Struct(">B7xQ")
DURABLE = 1


def text_of(number, **fields):
    """A decision as a gateway writes it; `fields` replace, add or (None) leave out members."""
    now = time.time()
    clock = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    members = {
        "v": "1", "time": f'"{clock}.{int(now % 1 * 1e6):06}Z"',
        "mono": str(time.monotonic_ns() // 1000), "session": f'"{number % 1000:016x}"',
        "listener": '"imaps"', "client": '"192.0.2.44"', "client_port": "50512",
        "tls": '"TLSv1.3"', "cipher": '"TLS_AES_256_GCM_SHA384"', "user": '"ann"',
        "method": '"password"', "backend": '"main"', "policy": '"5f1c9a04d2e7"',
        "event": '"msg.store"', "phase": '"decision"', "verdict": '"allow"',
        "command": str(number), "verb": '"UID STORE"',
        "mailbox": '{"raw":"494e424f58","name":"INBOX"}', "args": '"4711:4799 +FLAGS (\\u005cSeen)"',
    } | fields
    return ",".join(
        f'"{name}":{value}' for name, value in members.items() if value is not None)


class FedRecorder:
    """`postern recorder` on a folder, with one connection."""

    def __init__(self, folder, *options):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.socket, far = socket.socketpair()
        self.socket.settimeout(30)
        self.sent = 0
        with open(f"{folder}.log", "ab") as log:
            self.process = subprocess.Popen(
                [str(program()), "recorder", "--folder", str(self.folder),
                 "--feed", str(far.fileno()), *map(str, options)],
                pass_fds=[far.fileno()], stderr=log)
        far.close()

    def append(self, *records):
        """Hands records over and waits until they are on disk."""
        frames = b""
        for record in records:
            self.sent += 1
            payload = record.encode()
            frames += _HEAD.pack(len(payload), DURABLE, self.sent) + payload
        self.socket.sendall(frames)
        while self._durable() < self.sent:
            pass

    def _durable(self):
        data = b""
        while len(data) < _ACKNOWLEDGEMENT.size:
            more = self.socket.recv(_ACKNOWLEDGEMENT.size - len(data))
            if not more:
                raise EOFError(f"the recorder ended: {self.folder}.log")
            data += more
        return _ACKNOWLEDGEMENT.unpack(data)[1]

    def fill(self, count, **fields):
        self.append(*(text_of(self.sent + number + 1, **fields) for number in range(count)))

    def stop(self):
        """Ends it in order: everything is signed then."""
        self.socket.close()
        return self.process.wait(30)

    def lines(self):
        """All lines of the trail, in order."""
        return [
            line for path in sorted(self.folder.glob("*.jsonl"))
            for line in path.read_text().splitlines()]

    def signed(self):
        """How many records the last checkpoint covers."""
        try:
            return int((self.folder / "checkpoint").read_text().split("\n")[1])
        except OSError:
            return 0
