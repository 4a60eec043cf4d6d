"""Clients that compress: COMPRESS=DEFLATE towards a real Dovecot, and streams that are none."""

import imaplib
import random
import zlib

from parts import sample
from parts.processes import resident_kib
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import Wire, trusting

MEBIBYTE = 1 << 20


class Squeezed:
    """A socket that compresses what is sent and decompresses what comes."""

    def __init__(self, inner):
        self.inner = inner
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        self._inflate = zlib.decompressobj(-15)
        self._ready = b""
        self.sent = self.received = 0

    def sendall(self, data):
        self.raw(self.squeeze(data))

    def squeeze(self, data):
        return self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)

    def raw(self, data):
        self.sent += len(data)
        self.inner.sendall(data)

    def recv(self, count):
        while not self._ready:
            data = self.inner.recv(count)
            if not data:
                return b""
            self.received += len(data)
            self._ready = self._inflate.decompress(data)
        data, self._ready = self._ready[:count], self._ready[count:]
        return data

    def settimeout(self, seconds):
        self.inner.settimeout(seconds)

    def close(self):
        self.inner.close()


class SqueezedFile:
    """What imaplib reads lines and literals from."""

    def __init__(self, squeezed):
        self._squeezed, self._ready = squeezed, b""

    def _more(self):
        data = self._squeezed.recv(65536)
        if not data:
            raise EOFError
        self._ready += data

    def readline(self, *_):
        while b"\n" not in self._ready:
            self._more()
        line, _, self._ready = self._ready.partition(b"\n")
        return line + b"\n"

    def read(self, count):
        while len(self._ready) < count:
            self._more()
        data, self._ready = self._ready[:count], self._ready[count:]
        return data

    def close(self):
        pass


class Compressing(StageCase):
    def compressed(self, user="bob"):
        """A session that is logged in and compresses, and its socket's two counters."""
        wire = self.session(user)
        self.assert_ok(wire.answer("COMPRESS DEFLATE"))
        wire.socket = Squeezed(wire.socket)
        return wire

    def test_imaplib_compresses_and_goes_on(self):
        client = imaplib.IMAP4_SSL(
            "localhost", self.ports.tls, ssl_context=trusting(self.authority))
        client.login("bob", PASSWORDS["bob"])
        imaplib.Commands["COMPRESS"] = ("AUTH", "SELECTED")
        self.assertEqual(client._simple_command("COMPRESS", "DEFLATE")[0], "OK")
        client.sock = Squeezed(client.sock)
        client._file = client.file = SqueezedFile(client.sock)
        self.assertEqual(client.select("INBOX", readonly=True), ("OK", [b"12"]))
        fetched = client.fetch("3", "(BODY.PEEK[])")[1][0][1]
        self.assertEqual(fetched, sample.message("INBOX", 3))
        self.assertEqual(client.append("INBOX", None, None, b"Subject: x\r\n\r\nx\r\n")[0], "OK")
        client.sock.sendall(b"bye LOGOUT\r\n")
        self.assertTrue(client.file.readline().startswith(b"* BYE"))
        self.assertTrue(client.file.readline().startswith(b"bye OK"))

    def test_it_is_offered_until_it_is_active(self):
        client = self.session("bob")
        self.assertIn(b"COMPRESS=DEFLATE", client.command("CAPABILITY")[0])
        client.close()
        client = self.compressed()
        self.assertNotIn(b"COMPRESS", client.command("CAPABILITY")[0])
        self.assert_refused(client.answer("COMPRESS DEFLATE"), "COMPRESSIONACTIVE")
        self.assert_ok(client.answer("NOOP"))
        self.assertEqual(self.await_record(event="session.compress")["verdict"], "local")

    def test_what_stands_behind_the_command_is_compressed_already(self):
        client = self.session("bob")
        squeezed = Squeezed(client.socket)
        client.send(b"a COMPRESS DEFLATE\r\n" + squeezed.squeeze(b"b NOOP\r\nc NOOP\r\n"))
        self.assertRegex(client.line(), rb"^a OK")
        # The answers' first bytes may have come with the OK, and are compressed.
        squeezed._ready = squeezed._inflate.decompress(client._ready)
        client.socket, client._ready = squeezed, b""
        self.assertRegex(client.line(), rb"^b OK")
        self.assertRegex(client.line(), rb"^c OK")

    def test_what_waits_behind_a_barrier_is_compressed_already(self):
        client = self.session("bob")
        squeezed = Squeezed(client.socket)
        client.send(b"x SELECT INBOX\r\na COMPRESS DEFLATE\r\n" + squeezed.squeeze(b"b NOOP\r\n"))
        while not client.line().startswith(b"a OK"):
            pass
        squeezed._ready = squeezed._inflate.decompress(client._ready)
        client.socket, client._ready = squeezed, b""
        self.assertRegex(client.line(), rb"^b OK")

    def test_every_cut_is_read_alike(self):
        client = self.compressed()
        client.command("EXAMINE INBOX")
        command = b"x UID FETCH 1:3 (FLAGS)\r\n"
        cut = 0
        while True:
            # Compressed anew each time: a stream never repeats itself.
            data = client.socket.squeeze(command)
            cut += 1
            if cut >= len(data):
                client.socket.raw(data)
                break
            for piece in (data[:cut], data[cut:]):
                client.socket.raw(piece)
            self.assertRegex(client.until("x")[-1], rb"^x OK")

    def test_fifty_megabytes_go_through_in_both_directions(self):
        chance = random.Random(4)
        lines = [b"%064x\r\n" % chance.getrandbits(256) for _ in range(1000)]
        body = b"".join(chance.choice(lines) for _ in range(50 * MEBIBYTE // 66))
        message = b"Subject: large\r\n\r\n" + body
        client = self.compressed()
        self.assert_ok(client.answer('CREATE "Large"'))
        before = self.gateway_kib()
        client.send(b"up APPEND Large {%d}\r\n" % len(message))
        self.assertRegex(client.line(), rb"^\+")
        client.send(message + b"\r\n")
        self.assertRegex(client.until("up")[-1], rb"^up OK")
        client.command("SELECT Large")
        self.assertIn(message, client.command("FETCH 1 BODY.PEEK[]")[0])
        self.assertLess(self.gateway_kib() - before, 8 * 1024)
        self.assertLess(client.socket.sent, len(message))
        self.assertLess(client.socket.received, len(message))

    def test_a_message_of_zeros_is_mail_too(self):
        client = self.compressed()
        self.assert_ok(client.answer('CREATE "Zeros"'))
        message = b"Subject: zeros\r\n\r\n" + (b"0" * 76 + b"\r\n") * 200_000
        client.send(b"up APPEND Zeros {%d}\r\n" % len(message))
        client.line()
        client.send(message + b"\r\n")
        self.assertRegex(client.until("up")[-1], rb"^up OK")
        self.assertLess(client.socket.sent, len(message) // 50)

    def gateway_kib(self):
        return resident_kib(self.postern.child_of("gateway"))

    def test_bombs_end_their_session_and_cost_no_memory(self):
        before = self.gateway_kib()
        for filling, reason in (
            (b"\0", b"* BYE Malformed command"),
            (b"a", b"* BYE Command line is too long"),
            # Long commands: of many short ones the records would wait in memory for the disk.
            (b'a ID ("name" "%s")\r\n' % (b"a" * 1000), b"* BYE Compressed data grows without measure"),
        ):
            with self.subTest(filling):
                client = self.compressed()
                squeezed = client.socket
                bomb = squeezed.squeeze(filling * (20 * MEBIBYTE // len(filling)))
                self.assertLess(len(bomb), 2 * MEBIBYTE)
                client.socket.settimeout(60)
                try:
                    squeezed.raw(bomb)
                except OSError:
                    pass
                self.assertIn(reason, client.rest())
        self.assertLess(self.gateway_kib() - before, 8 * 1024)
        self.assert_ok(self.session("bob").answer("NOOP"))

    def test_what_is_no_deflate_ends_the_session(self):
        chance = random.Random(9)
        for _ in range(20):
            client = self.compressed()
            client.socket.raw(chance.randbytes(4096))
            self.assertTrue(client.closed_within(10))
        record = self.await_record(event="proto.bad", verdict="disconnect")
        self.assertIn(record["reason"], ("Malformed compressed data", "Malformed command"))
        self.assert_ok(self.session("bob").answer("NOOP"))

    def test_plain_text_behind_compress_is_not_run(self):
        client = self.session("bob")
        client.send(b"a COMPRESS DEFLATE\r\nb CREATE Smuggled\r\n")
        client.rest()
        self.assertNotIn(b"Smuggled", b"".join(self.behind("bob").command('LIST "" "*"')))


class NotCompressing(StageCase):
    @classmethod
    def configure(cls, settings):
        settings["compression"] = False

    def test_it_is_neither_offered_nor_done(self):
        client = self.session("bob")
        self.assertNotIn(b"COMPRESS", client.command("CAPABILITY")[0])
        self.assertRegex(client.answer("COMPRESS DEFLATE"), r"^BAD\b")
