"""The machine under a stranger's hands and an operator's: bytes, limits, reloads, ends."""

import os
import signal
import socket
import ssl
import threading
import time
import unittest

from parts.processes import command_of, descendants_of, free_port, wait_until
from postern_support.canary import CAPABILITIES, GREETING, Canary, answer
from postern_support.stage import PASSWORDS, StageCase
from postern_support.stranger import Gauge, annoy
from postern_support.wire import Wire, trusting

MIB = 1024


def gauge(case):
    return Gauge(case.postern.child_of("gateway"))


class Strangers(StageCase):
    """POSTERN_RANDOM_SECONDS lengthens it; 120 s is what a release gets."""

    backend = "canary"
    seconds = float(os.environ.get("POSTERN_RANDOM_SECONDS", "8"))

    @classmethod
    def configure(cls, settings):
        settings["limits"] = {"unauthenticated-timeout": "5 s"}

    def calm(self):
        """Waits until strangers' connections are over, and says what the gateway holds then."""
        found = gauge(self)
        wait_until(lambda: found.descriptors() <= self.descriptors, 20, "end of connections")
        return found.kibibytes()

    def test_leave_the_process_its_memory_its_descriptors_and_its_rest(self):
        ports = [self.ports.tls, self.ports.starttls]
        found = gauge(self)
        self.descriptors = found.descriptors()
        annoy(ports, 3, seed="warm")
        before = self.calm()
        done = annoy(ports, self.seconds)
        after = self.calm()
        print(f"    {sum(done.values())} visits; {before} KiB before, {after} KiB after, "
              f"{found.descriptors()} descriptors")
        wait_until(found.rests, 30, "rest")
        self.assertEqual(self.postern.children("gateway"), [found.pid])
        self.assertLess(after - before, 8 * MIB)
        self.session("ann")


class FewDescriptors(StageCase):
    backend = "canary"

    most = 100
    wrapper = ("prlimit", f"--nofile={most}:{most}")

    def test_strangers_leave_a_session_s_and_the_machine_s_own_descriptors_alone(self):
        found = gauge(self)
        wire = self.wire()
        clients = []
        for _ in range(self.most):
            clients.append(socket.create_connection(("127.0.0.1", self.ports.starttls)))
        greeted = 0
        for client in clients:
            client.settimeout(5)
            try:
                greeted += client.recv(4096).startswith(b"* OK")
            except ConnectionResetError:
                pass
        self.assertGreater(greeted, 10)
        self.assertLess(greeted, self.most // 2)
        wait_until(found.rests, 30, "rest")
        # A backend's socket, a replaced recorder and replaced helpers still have room.
        helpers, recorder = self.postern.children("postern-pam"), self.postern.child_of("recorder")
        for pid in (*helpers, recorder):
            os.kill(pid, signal.SIGKILL)
        self.postern.child_of("recorder", other_than=[recorder])
        self.postern.child_of("postern-pam", other_than=helpers)
        wait_until(lambda: wire.login("ann", PASSWORDS["ann"]).startswith("OK"), 15, "login")
        self.assertIn("turned away", self.postern.child.output())
        self.assertEqual(self.postern.child_of("gateway"), found.pid)
        for client in clients:
            client.close()


def pour(visit, tag, verb, rest):
    """Sends data that nobody asked for until the other side is gone; counts it."""
    visit.poured = 0
    literal = b"* 1 FETCH (UID 1 BODY[] {1048576}\r\n" + b"x" * 1048576 + b")\r\n"
    while True:
        visit.send(literal)
        visit.poured += len(literal)


def say(visit, tag, verb, rest):
    """The same in small pieces."""
    visit.poured = 0
    lines = b"* 1 FETCH (FLAGS (\\Seen))\r\n" * 4000
    while True:
        visit.send(lines)
        visit.poured += len(lines)


class Floods(StageCase):
    backend = "canary"

    def assert_paused(self, act, command):
        """A client that doesn't read stops the backend's side, and costs next to nothing."""
        self.canary.acts = {b"FETCH": act, b"NOOP": act}
        self.addCleanup(setattr, self.canary, "acts", {})
        client = self.session("ann")
        client.command("SELECT INBOX")
        found, visit = gauge(self), self.canary.visits[-1]
        before = found.kibibytes()
        client.send(command)
        wait_until(lambda: getattr(visit, "poured", 0), 10, "flood")

        def paused():
            poured = visit.poured
            self.assertLess(poured, 64 * MIB * 1024)
            return found.rests(1.5) and visit.poured == poured

        wait_until(paused, 60, "rest")
        self.assertLess(found.kibibytes() - before, 8 * MIB)
        return client

    def test_a_client_that_never_reads_pauses_a_backend_that_answers(self):
        self.assert_paused(pour, b"a FETCH 1 (UID BODY.PEEK[])\r\n")

    def test_a_client_that_never_reads_pauses_a_backend_that_talks_unasked(self):
        self.assert_paused(say, b"a NOOP\r\n")

    def test_a_client_that_only_writes_is_paused_in_bounded_memory(self):
        client = self.session("ann")
        found = gauge(self)
        before = found.kibibytes()
        client.socket.settimeout(2)
        line = b"a NOOP\r\n" * 5000
        sent = 0
        with self.assertRaises((TimeoutError, ssl.SSLWantWriteError)):
            while sent < 512 * MIB * 1024:
                client.socket.sendall(line)
                sent += len(line)
        self.assertLess(found.kibibytes() - before, 16 * MIB)
        # As long as too many of the flood's records wait for the disk, nobody is let in.
        wait_until(lambda: self.lets_in("bob"), 20, "login of another user")

    def lets_in(self, user):
        with self.wire() as client:
            return client.login(user, PASSWORDS[user]).startswith("OK")

    def test_a_backend_that_never_reads_pauses_a_client_that_writes(self):
        hold = threading.Event()
        self.addCleanup(hold.set)

        def deaf(visit, tag, verb, rest):
            hold.wait(60)
            raise EOFError

        self.canary.acts = {b"NOOP": deaf}
        self.addCleanup(setattr, self.canary, "acts", {})
        client = self.session("ann")
        found = gauge(self)
        before = found.kibibytes()
        client.send(b"a NOOP\r\n")
        client.socket.settimeout(2)
        with self.assertRaises((TimeoutError, ssl.SSLWantWriteError)):
            for number in range(200_000):
                client.socket.sendall(b"b%d STATUS INBOX (MESSAGES)\r\n" % number * 50)
        self.assertLess(found.kibibytes() - before, 16 * MIB)
        self.assert_ok(self.session("bob").answer("CAPABILITY"))

    def test_a_client_that_ends_its_side_leaves_nothing_behind(self):
        found = gauge(self)
        before = found.descriptors()
        wires = [self.plain() for _ in range(20)]
        for wire in wires:
            wire.socket.shutdown(socket.SHUT_WR)
            self.assertTrue(wire.closed_within(5))
        session = self.session("ann")
        session.socket.close()
        wait_until(lambda: found.descriptors() <= before, 10, "end of connections")


class Reloads(StageCase):
    """A second backend takes the first one's place in the configuration while a login waits."""

    backend = "canary"

    @classmethod
    def make_canary(cls):
        return Canary(greeting=b"")

    def setUp(self):
        self.canary.greeting = b""
        self.addCleanup(setattr, self.canary, "greeting", GREETING)
        self.other = ProxiedCanary()
        self.addCleanup(self.other.close)

    def swap(self, backends, route):
        settings = self.postern.settings
        kept = settings["backends"], settings["routes"]
        settings["backends"], settings["routes"] = backends, [{"users": ["*"], "backend": route}]
        self.postern.write()
        said = self.postern.reload()
        settings["backends"], settings["routes"] = kept
        self.assertIn("in force", said)

    def restore(self):
        self.postern.write()
        self.postern.reload()

    def test_a_login_under_way_keeps_the_backend_it_began_with(self):
        first = dict(self.postern.settings["backends"][0])
        # A name that was not known before: it is resolved at once, not at the next round.
        second = {**first, "name": "other", "address": [f"localhost:{self.other.port}"],
                  "proxy-protocol": True}
        gateways = self.postern.children("gateway")
        client = self.wire()
        client.send(f'a LOGIN "ann" "{PASSWORDS["ann"]}"\r\n'.encode())
        wait_until(lambda: self.canary.visits, 10, "visit")
        self.addCleanup(self.restore)
        self.swap([second], "other")
        self.canary.visits[-1].send(GREETING)
        self.assertTrue(client.until("a")[-1].startswith(b"a OK"))
        self.assert_ok(client.answer("NOOP"))
        self.assertEqual(self.other.visits, [])
        self.assertEqual(self.postern.children("gateway"), gateways)
        wire = self.wire()
        self.assert_ok(wire.login("bob", PASSWORDS["bob"]))
        self.assertEqual(self.other.visits[0].source, wire.socket.getsockname())


class ManyReloads(StageCase):
    backend = "canary"

    def test_a_storm_of_hangups_ends_with_the_last_files_in_force(self):
        client = self.session("ann")
        gateways = self.postern.children("gateway")
        for number in range(200):
            if number == 100:
                self.policy_file.write_text("policy: 1\nrules: []\n")
            os.kill(self.postern.child.pid, signal.SIGHUP)
            if number % 20 == 0:
                self.assert_ok(client.answer("NOOP"))
        self.assert_ok(client.answer("NOOP"))
        self.assertEqual(self.postern.children("gateway"), gateways)
        wait_until(lambda: client.answer("SELECT Secret/Plans").startswith("OK"), 10, "new policy")
        last = [r for r in self.postern.records() if r["event"] == "policy.reload"]
        self.assertTrue(last)
        self.await_record(event="policy.reload", policy=last[-1]["policy"])

    def test_changed_listeners_want_a_restart_and_change_nothing(self):
        listener = self.postern.settings["listeners"][0]
        address = listener["address"]
        listener["address"] = [f"127.0.0.1:{free_port()}"]
        try:
            self.postern.write()
            self.assertIn("needs a restart", self.postern.reload())
        finally:
            listener["address"] = address
            self.postern.write()
        self.session("ann")


class TwoReactors(StageCase):
    """Two reactors, an IPv6 listener, and a backend that is told where clients come from."""

    backend = "canary"

    @classmethod
    def configure(cls, settings):
        settings["processes"]["reactors"] = 2
        cls.six = free_port()
        for listener in settings["listeners"]:
            if listener["tls"] == "implicit":
                listener["address"].append(f"[::1]:{cls.six}")
        settings["backends"][0]["proxy-protocol"] = True

    @classmethod
    def make_canary(cls):
        return ProxiedCanary()

    def test_clients_of_both_families_are_served_and_named_to_the_backend(self):
        for host, port in (("127.0.0.1", self.ports.tls), ("::1", self.six)):
            for _ in range(8):
                with self.subTest(host):
                    wire = Wire(port, trusting(self.authority), host=host)
                    self.addCleanup(wire.close)
                    self.assert_ok(wire.login("ann", PASSWORDS["ann"]))
                    self.assert_ok(wire.answer("NOOP"))
                    local = wire.socket.getsockname()
                    self.assertEqual(self.canary.visits[-1].source, (host, local[1]))

    def test_both_reactors_serve_reload_and_drain(self):
        clients = [self.session("ann") for _ in range(12)]
        self.policy_file.write_text("policy: 1\nrules: []\n")
        self.assertIn("in force", self.postern.reload())
        for client in clients:
            self.assert_ok(client.answer("SELECT Secret/Plans"))
        reloads = [r for r in self.postern.records() if r["event"] == "policy.reload"]
        self.assertEqual(len(reloads), 1)
        status = os.listdir(f"/proc/{self.postern.child_of('gateway')}/task")
        self.assertGreaterEqual(len(status), 3)


class ProxiedCanary(Canary):
    """Reads a PROXY protocol version 2 header before it greets."""

    @staticmethod
    def _run(visit):
        try:
            head = visit.socket.recv(16, socket.MSG_WAITALL)
            assert head[:13] == b"\r\n\r\n\0\r\nQUIT\n\x21", head
            size = int.from_bytes(head[14:], "big")
            body = visit.socket.recv(size, socket.MSG_WAITALL)
            family, width = (socket.AF_INET, 4) if head[13] >> 4 == 1 else (socket.AF_INET6, 16)
            port = int.from_bytes(body[2 * width:2 * width + 2], "big")
            visit.source = (socket.inet_ntop(family, body[:width]), port)
            visit.run()
        except (OSError, EOFError):
            pass
        finally:
            visit.socket.close()


class SecuredCanary(Canary):
    """Speaks TLS from the first byte, or after STARTTLS."""

    def __init__(self, context, starts):
        self.context, self.starts = context, starts
        greeting = GREETING
        if starts:
            greeting = b"* OK [CAPABILITY " + CAPABILITIES + b" STARTTLS] ready\r\n"
        super().__init__(greeting, {b"STARTTLS": self.start_tls} if starts else {})

    def start_tls(self, visit, tag, verb, rest):
        visit.send(tag + b" OK go\r\n")
        visit.socket = self.context.wrap_socket(visit.socket, server_side=True)

    def _run(self, visit):
        try:
            if not self.starts:
                visit.socket = self.context.wrap_socket(visit.socket, server_side=True)
            visit.run()
        except (OSError, EOFError):
            pass
        finally:
            visit.socket.close()


class SecuredBackend(StageCase):
    """Two backends with TLS: one shows the right name in its certificate, one a wrong one."""

    backend = "canary"
    tls = "implicit"

    @classmethod
    def configure(cls, settings):
        right = cls.authority.issue("backend", "backend", "DNS:mail.example.org", "serverAuth")
        wrong = cls.authority.issue("wrong", "mail.example.org", "DNS:evil.example", "serverAuth")
        template = settings["backends"].pop()
        settings["routes"] = []
        cls.canaries = {}
        for user, certificate in (("ann", right), ("bob", wrong)):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.chain, certificate.key)
            canary = SecuredCanary(context, cls.tls == "starttls")
            cls.addClassCleanup(canary.close)
            cls.canaries[user] = canary
            settings["backends"].append({
                **template, "name": user, "address": [f"127.0.0.1:{canary.port}"],
                "tls": cls.tls, "ca": str(cls.authority.certificate),
                "server-name": "mail.example.org",
            })
            settings["routes"].append({"users": [user], "backend": user})

    def test_the_right_name_gets_the_login_encrypted(self):
        self.assert_ok(self.session("ann").answer("NOOP"))
        self.assertIsInstance(self.canaries["ann"].visits[-1].socket, ssl.SSLSocket)

    def test_the_wrong_name_gets_no_login_at_all(self):
        self.assert_refused(self.wire().login("bob", PASSWORDS["bob"]), "UNAVAILABLE")
        received = self.canaries["bob"].received().upper()
        self.assertNotIn(b"LOGIN", received)
        self.assertNotIn(b"PLAIN", received)


class UpgradedBackend(SecuredBackend):
    tls = "starttls"


class StrippedBackend(StageCase):
    """A man in the middle who hides STARTTLS, or speaks on behind it in the clear."""

    backend = "canary"

    @classmethod
    def configure(cls, settings):
        settings["backends"][0] |= {
            "tls": "starttls", "ca": str(cls.authority.certificate), "server-name": "localhost"}
        settings["limits"] = {"backend-timeout": "3 s"}

    def test_no_login_is_sent_in_the_clear(self):
        def inject(visit, tag, verb, rest):
            visit.send(tag + b" OK go\r\nl1 OK logged in\r\n")

        for acts in ({}, {b"STARTTLS": inject}):
            self.canary.acts = acts
            self.assert_refused(self.wire().login("ann", PASSWORDS["ann"]), "UNAVAILABLE")
        self.canary.acts = {}
        self.assertNotIn(b"LOGIN", self.canary.received().upper())


class FullRecorder(StageCase):
    """A recorder that stands still until its socket is full: nobody is read, nobody forgotten."""

    backend = "canary"

    def test_every_session_goes_on_where_it_stood(self):
        clients = [self.session(user) for user in ("ann", "bob", "carl") * 2]
        recorder = self.postern.child_of("recorder")
        for _ in range(3):
            os.kill(recorder, signal.SIGSTOP)
            try:
                for client in clients:
                    client.send(b"".join(b"n%d NOOP\r\n" % number for number in range(400)))
                time.sleep(0.3)
            finally:
                os.kill(recorder, signal.SIGCONT)
            for client in clients:
                self.assertTrue(client.until("n399")[-1].startswith(b"n399 OK"))
        self.assert_ok(self.session("ann").answer("NOOP"))


class HelpersHanging(StageCase):
    backend = "canary"

    @classmethod
    def configure(cls, settings):
        settings["authentication"]["pam"] |= {"helpers": 2, "deadline": "2 s"}
        # With two, the kernel may give one all the logins, and nobody asks the other's helper.
        settings["processes"]["reactors"] = 1

    def test_with_all_helpers_stopped_logins_are_unavailable_in_time_and_sessions_go_on(self):
        client = self.session("bob")
        helpers = self.postern.children("postern-pam")
        for pid in helpers:
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        wires = [self.wire() for _ in range(6)]
        for wire in wires:
            wire.send(f'a LOGIN "ann" "{PASSWORDS["ann"]}"\r\n'.encode())
        self.assert_ok(client.answer("NOOP"))
        for wire in wires:
            self.assertRegex(wire.until("a")[-1], rb"^a NO \[UNAVAILABLE\]")
        self.assertLess(time.monotonic() - began, 6)
        wait_until(
            lambda: not set(helpers) & set(self.postern.children("postern-pam")), 10, "new helpers")
        self.session("ann")


class Ends(StageCase):
    backend = "canary"

    def setUp(self):
        # Each of these tests ends the service.
        if not self.postern.child or not self.postern.child.alive():
            self.postern.start()

    def test_a_killed_supervisor_takes_everybody_with_it(self):
        client = self.session("ann")
        family = descendants_of(self.postern.child.pid)
        self.assertTrue(family)
        os.kill(self.postern.child.pid, signal.SIGKILL)
        self.postern.child.process.wait()
        client.rest()
        wait_until(lambda: not [pid for pid in family if any(command_of(pid))], 15, "their end")

    def test_draining_ends_idle_sessions_at_once_and_busy_ones_in_time(self):
        asked, hold = threading.Event(), threading.Event()

        def slowly(visit, tag, verb, rest):
            asked.set()
            hold.wait(10)
            answer(visit, tag, verb, rest)

        self.canary.acts = {b"STATUS": slowly}
        self.addCleanup(setattr, self.canary, "acts", {})
        idle, idling, busy = self.session("ann"), self.session("bob"), self.session("carl")
        idling.send(b"i IDLE\r\n")
        idling.line()
        busy.send(b"b STATUS INBOX (MESSAGES)\r\n")
        self.assertTrue(asked.wait(10), "the backend was not asked")
        shaking = socket.create_connection(("127.0.0.1", self.ports.tls))
        self.addCleanup(shaking.close)
        os.kill(self.postern.child.pid, signal.SIGTERM)
        self.assertIn(b"* BYE", idle.rest())
        self.assertIn(b"* BYE", idling.rest())
        # New clients are refused, not left waiting in a queue.
        wait_until(lambda: self.is_refused(), 5, "refusal of new clients")
        hold.set()
        rest = busy.rest()
        self.assertIn(b"b OK", rest)
        self.assertIn(b"* BYE", rest)
        self.assertEqual(self.postern.child.process.wait(15), 0)

    def is_refused(self):
        try:
            socket.create_connection(("127.0.0.1", self.ports.starttls), timeout=1).close()
            return False
        except ConnectionRefusedError:
            return True


if __name__ == "__main__":
    unittest.main()
