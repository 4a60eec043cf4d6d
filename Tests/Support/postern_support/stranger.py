"""What strangers do to a listener: noise, half handshakes, floods, patience, and sudden ends."""

import os
import random
import socket
import ssl
import struct
import threading
import time

# The first bytes of a TLS record that holds a ClientHello, so that noise gets past the record layer.
_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


def _connect(port, host="127.0.0.1"):
    return socket.create_connection((host, port), timeout=2)


def _reset(connection):
    """Closes with a reset, as a crashed client's kernel does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _say(connection, data):
    connection.sendall(data)
    connection.settimeout(0.05)
    try:
        connection.recv(65536)
    except TimeoutError:
        pass


def noise(port, dice):
    with _connect(port) as connection:
        _say(connection, dice.randbytes(dice.randrange(1, 40_000)))


def tls_garbage(port, dice):
    with _connect(port) as connection:
        _say(connection, _HELLO + dice.randbytes(dice.randrange(0, 9000)))


def half_handshake(port, dice):
    """A true ClientHello, cut anywhere or followed by noise."""
    connection = _connect(port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing)
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = outgoing.read()
    hello = hello[: dice.randrange(1, len(hello) + 1)]
    _say(connection, hello + dice.choice([b"", dice.randbytes(300)]))
    _reset(connection) if dice.random() < 0.5 else connection.close()


def mutated_hello(port, dice):
    connection = _connect(port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing)
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = bytearray(outgoing.read())
    for _ in range(dice.randrange(1, 8)):
        hello[dice.randrange(len(hello))] = dice.randrange(256)
    _say(connection, bytes(hello))
    connection.close()


def flood(port, dice):
    connections = [_connect(port) for _ in range(dice.randrange(5, 60))]
    for connection in connections:
        _reset(connection) if dice.random() < 0.5 else connection.close()


def abrupt(port, dice):
    connection = _connect(port)
    connection.sendall(dice.randbytes(dice.randrange(1, 200)))
    _reset(connection)


def inside_tls(port, dice):
    """Noise behind a whole handshake; on a STARTTLS listener this is garbage before it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with _connect(port) as plain, context.wrap_socket(plain) as connection:
        lines = b"".join(
            dice.choice([b"a LOGIN {3+}\r\n", b"b ", b"AUTHENTICATE PLAIN ", b"\0", b"{99999}\r\n"])
            + dice.randbytes(dice.randrange(0, 60))
            + dice.choice([b"\r\n", b"\n", b""])
            for _ in range(dice.randrange(1, 80))
        )
        _say(connection, lines)


def slow(port, dice):
    with _connect(port) as connection:
        for byte in dice.randbytes(6):
            connection.send(bytes([byte]))
            time.sleep(0.05)


ACTS = (noise, tls_garbage, half_handshake, mutated_hello, flood, abrupt, inside_tls, slow)


def annoy(ports, seconds, seed=0, threads=6):
    """Does all of it to every port for so long; returns how often each was done."""
    done = {act.__name__: 0 for act in ACTS}
    until = time.monotonic() + seconds

    def work(number):
        dice = random.Random(f"{seed}.{number}")
        while time.monotonic() < until:
            act = dice.choice(ACTS)
            try:
                act(dice.choice(ports), dice)
            except OSError:
                pass
            done[act.__name__] += 1

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return done


class Gauge:
    """What the kernel says of one process."""

    def __init__(self, pid):
        self.pid = pid

    def kibibytes(self):
        with open(f"/proc/{self.pid}/status") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
        return 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rests(self, seconds=1):
        """Whether it works for less than a twentieth of these seconds."""
        worked = self.cpu_seconds()
        time.sleep(seconds)
        return self.cpu_seconds() - worked <= 0.05 * seconds
