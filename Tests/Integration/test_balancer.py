"""Behind a balancer: a real HAProxy tells who the client is, and nobody else can."""

import socket
import ssl
import struct

from parts.processes import wait_until
from postern_support.haproxy import CHECKED, SOURCE, HAProxy
from postern_support.stage import PASSWORDS, StageCase
from postern_support.wire import Wire, trusting

HEADER = b"PROXY TCP4 192.0.2.7 192.0.2.1 50123 993\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
MISSING = "the connection does not begin with a PROXY header"


def binary(client, rest=b"", kind=0x11, command=0x21):
    addresses = socket.inet_aton(client) + socket.inet_aton("192.0.2.1")
    body = addresses + struct.pack(">HH", 50123, 993) + rest
    return SIGNATURE + bytes([command, kind]) + struct.pack(">H", len(body)) + body


class BalancerCase(StageCase):
    @classmethod
    def configure(cls, settings):
        for listener in settings["listeners"]:
            listener["proxy-from"] = [SOURCE]
        settings["limits"] = {"unauthenticated-timeout": "8 s"}
        settings["processes"]["reactors"] = 1

    def from_balancer(self, port):
        raw = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(SOURCE, 0))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.addCleanup(raw.close)
        return raw

    def assert_refused_for(self, reason, raw):
        """The connection ends without a word, and the trail says why."""
        raw.settimeout(20)
        try:
            self.assertEqual(raw.recv(4096), b"")
        except ConnectionResetError:
            pass
        record = self.await_record(
            event="conn.open", verdict="disconnect", client_port=raw.getsockname()[1])
        self.assertEqual((record["client"], record["reason"]), (SOURCE, reason))
        self.assertNotIn("proxy", record)


class BehindHAProxy(BalancerCase):
    policy = """\
policy: 1
rules:
  - { id: not-from-six, who: everyone, mailboxes: ["Inside/**"], limit: deny,
      when: { networks: ["127.0.0.6", "::1"] } }
"""

    @classmethod
    def configure(cls, settings):
        super().configure(settings)
        settings["authentication"]["throttle"] = {
            "free-failures-per-user": 1000, "free-failures-per-address": 2,
            "base-delay": "30 s", "max-delay-per-user": "1 s", "max-delay-per-address": "5 s",
        }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.haproxy = HAProxy(
            ("one", cls.ports.tls, "send-proxy"), ("two", cls.ports.tls, CHECKED),
            ("six", cls.ports.tls, "send-proxy-v2"), ("plain", cls.ports.starttls, "send-proxy"),
        )
        cls.addClassCleanup(cls.haproxy.stop)

    def through(self, name, source, **options):
        host = "::1" if name == "six" else "127.0.0.1"
        context = None if name == "plain" else trusting(self.authority)
        wire = Wire(self.haproxy.ports[name], context, host=host, source=source, **options)
        self.addCleanup(wire.close)
        return wire

    def assert_known(self, wire, user, client):
        port = wire.socket.getsockname()[1]
        record = self.await_record(event="auth.ok", user=user, client_port=port)
        self.assertEqual((record["client"], record["proxy"]), (client, SOURCE))
        self.assertGreater(record["proxy_port"], 0)

    def test_the_client_of_either_version_stands_in_the_records(self):
        for name, source in (("one", "127.0.0.5"), ("two", "127.0.0.6"), ("six", "::1")):
            wire = self.through(name, source)
            self.assert_ok(wire.login("ann", PASSWORDS["ann"]))
            self.assert_known(wire, "ann", source)

    def test_starttls_comes_behind_the_header(self):
        wire = self.through("plain", "127.0.0.5")
        self.assert_ok(wire.answer("STARTTLS"))
        wire.start_tls(trusting(self.authority))
        self.assert_ok(wire.login("bob", PASSWORDS["bob"]))
        self.assert_known(wire, "bob", "127.0.0.5")

    def test_pam_is_told_of_the_client(self):
        heard = self.folder / "heard"
        service = self.service.folder / self.service.name
        before = service.read_text()
        self.addCleanup(service.write_text, before)
        service.write_text(f"auth optional pam_exec.so quiet log={heard} /usr/bin/env\n" + before)
        self.assert_ok(self.through("one", "127.0.0.9").login("carl", PASSWORDS["carl"]))
        self.assertIn("PAM_RHOST=127.0.0.9\n", heard.read_text())

    def test_rules_go_by_the_client_s_network(self):
        inside = self.through("one", "127.0.0.5")
        self.assert_ok(inside.login("ann", PASSWORDS["ann"]))
        self.assert_ok(inside.answer("CREATE Inside/one"))
        for name, source in (("one", "127.0.0.6"), ("six", "::1")):
            outside = self.through(name, source)
            self.assert_ok(outside.login("ann", PASSWORDS["ann"]))
            self.assert_refused(outside.answer("SELECT Inside/one"), "NONEXISTENT")

    def test_failures_slow_down_the_client_and_not_the_balancer(self):
        guessing = "NO"
        for attempt in range(6):
            wire = self.through("two", "127.0.0.7")
            guessing = wire.login(f"nobody{attempt}", "guess")
        self.assert_refused(guessing, "LIMIT")
        self.assert_ok(self.through("two", "127.0.0.5").login("ann", PASSWORDS["ann"]))

    def test_the_balancer_s_own_checks_are_clients_without_a_proxy(self):
        record = self.await_record(event="tls.start", client=SOURCE)
        self.assertNotIn("proxy", record)


class HeadersByHand(BalancerCase):
    backend = "canary"

    def greeted(self, raw, expected=b"* OK"):
        """The greeting of a STARTTLS listener and the answer to one command."""
        answer = b""
        while b"a OK" not in answer:
            answer += raw.recv(4096)
        self.assertTrue(answer.startswith(expected), answer)

    def assert_client(self, client, raw):
        port = raw.getsockname()[1]
        record = self.await_record(event="conn.open", proxy=SOURCE, proxy_port=port)
        self.assertEqual((record["client"], record["client_port"]), (client, 50123))

    def test_pieces_make_a_header_and_what_follows_at_once_is_the_client_s(self):
        for header in (HEADER, binary("192.0.2.7"), binary("192.0.2.7", b"\x04\0\x03abc" * 20)):
            whole = self.from_balancer(self.ports.starttls)
            whole.sendall(header + b"a NOOP\r\n")
            self.greeted(whole)
            self.assert_client("192.0.2.7", whole)
            pieces = self.from_balancer(self.ports.starttls)
            for byte in header + b"a NOOP\r\n":
                pieces.send(bytes([byte]))
            self.greeted(pieces)
            self.assert_client("192.0.2.7", pieces)

    def test_a_handshake_in_the_same_packet_is_heard(self):
        raw = self.from_balancer(self.ports.tls)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = trusting(self.authority).wrap_bio(incoming, outgoing)
        first = HEADER
        while True:
            try:
                greeting = tls.read(4096)
                break
            except ssl.SSLWantReadError:
                raw.sendall(first + outgoing.read())
                first = b""
                incoming.write(raw.recv(65536))
        self.assertTrue(greeting.startswith(b"* OK"), greeting)

    def test_without_a_header_nobody_is_heard(self):
        for port in (self.ports.tls, self.ports.starttls):
            for bytes_ in (b"a NOOP\r\n", b"\x16\x03\x01\x00\x05hello", b"PROXY\r\n"):
                raw = self.from_balancer(port)
                raw.sendall(bytes_)
                self.assert_refused_for(MISSING, raw)

    def test_headers_that_are_none_are_refused_with_their_reason(self):
        for header, reason in (
            (b"PROXY TCP4 192.0.2.7 192.0.2.1 50123\r\n", "the PROXY header is malformed"),
            (b"PROXY UNKNOWN " + b"x" * 200, "the PROXY header is too long"),
            (SIGNATURE + b"\x21\x31\x00\xd8" + bytes(216),
             "the PROXY header tells of a client that has not come by TCP"),
            (binary("192.0.2.7", kind=0x12),
             "the PROXY header tells of a client that has not come by TCP"),
            (SIGNATURE + b"\x20\x00\xff\xff", "the PROXY header is too long"),
        ):
            raw = self.from_balancer(self.ports.tls)
            raw.sendall(header)
            self.assert_refused_for(reason, raw)

    def test_a_header_must_come_whole_and_in_time(self):
        silent, cut = self.from_balancer(self.ports.tls), self.from_balancer(self.ports.tls)
        cut.sendall(HEADER[:20])
        cut.shutdown(socket.SHUT_WR)
        self.assert_refused_for("the connection ended amid its PROXY header", cut)
        self.assert_refused_for("no PROXY header came in time", silent)

    def test_from_elsewhere_a_header_is_nothing_but_a_broken_handshake(self):
        raw = socket.create_connection(("127.0.0.1", self.ports.tls), timeout=20)
        self.addCleanup(raw.close)
        raw.sendall(HEADER)
        record = self.await_record(
            event="conn.open", verdict="disconnect", client_port=raw.getsockname()[1])
        self.assertEqual(record["client"], "127.0.0.1")
        plain = self.plain()
        plain.send(HEADER)
        self.assertRegex(plain.line(), rb"^PROXY BAD")
        self.assertFalse([r for r in self.postern.records() if r.get("proxy") == "127.0.0.1"])

    def test_an_unknown_client_leaves_the_balancer_its_own_address(self):
        raw = self.from_balancer(self.ports.starttls)
        raw.sendall(b"PROXY UNKNOWN 1.2.3.4 whatever\r\na NOOP\r\n")
        self.greeted(raw)
        record = self.await_record(event="conn.open", client_port=raw.getsockname()[1])
        self.assertEqual(record["client"], SOURCE)
        self.assertNotIn("proxy", record)


class Crowd(BalancerCase):
    backend = "canary"
    # Of one address at one reactor.
    most = 1024

    def test_connections_count_for_the_client_and_no_more_for_the_balancer(self):
        crowd = []
        for number in range(self.most + 1):
            raw = self.from_balancer(self.ports.starttls)
            raw.sendall(binary("192.0.2.9"))
            crowd.append(raw)
            if number < self.most:
                self.assertTrue(raw.recv(4096).startswith(b"* OK"), number)
        self.assertEqual(crowd[-1].recv(4096), b"")
        other = self.from_balancer(self.ports.starttls)
        other.sendall(binary("192.0.2.10"))
        self.assertTrue(other.recv(4096).startswith(b"* OK"))
        crowd[0].close()

        def has_room():
            again = self.from_balancer(self.ports.starttls)
            again.sendall(binary("192.0.2.9"))
            return again.recv(4096).startswith(b"* OK")
        wait_until(has_room, 10, "room for the client again")
