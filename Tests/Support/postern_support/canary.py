"""A scripted IMAP backend that keeps every byte it receives, and can misbehave on request."""

import re
import socket
import threading

from parts.processes import free_port

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n$")

CAPABILITIES = (
    b"IMAP4rev1 SASL-IR ID ENABLE IDLE NAMESPACE LITERAL+ CHILDREN UIDPLUS UNSELECT MOVE "
    b"LIST-EXTENDED LIST-STATUS SPECIAL-USE ESEARCH CONDSTORE QRESYNC MULTIAPPEND CATENATE REPLACE "
    b"XCANARY URLAUTH NOTIFY COMPRESS=DEFLATE"
)
GREETING = b"* OK [CAPABILITY " + CAPABILITIES + b"] canary-host.internal ready\r\n"


class Visit:
    """One connection: the commands as they came, each with its literals."""

    def __init__(self, canary, connection):
        self.canary, self.socket = canary, connection
        self.received = bytearray()
        self.commands = []
        self._ready = b""

    def send(self, data):
        self.socket.sendall(data)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.received += data
        self._ready += data

    def _line(self):
        while b"\n" not in self._ready:
            self._more()
        line, _, self._ready = self._ready.partition(b"\n")
        return line + b"\n"

    def _command(self):
        whole = self._line()
        while match := _LITERAL.search(whole):
            if not match[2]:
                self.send(b"+ go on\r\n")
            need = int(match[1])
            while len(self._ready) < need:
                self._more()
            whole, self._ready = whole + self._ready[:need], self._ready[need:]
            whole += self._line()
        return whole

    def run(self):
        self.send(self.canary.greeting)
        while True:
            command = self._command()
            self.commands.append(command)
            tag, _, rest = command.partition(b" ")
            words = rest.split()
            verb = words[0].upper() if words else b""
            if verb == b"UID" and len(words) > 1:
                verb = b"UID " + words[1].upper()
            act = self.canary.acts.get(verb, answer)
            act(self, tag, verb, rest)


def answer(visit, tag, verb, rest):
    """What a plain server says to each verb."""
    if verb == b"CAPABILITY":
        visit.send(b"* CAPABILITY " + CAPABILITIES + b"\r\n")
    elif verb == b"NAMESPACE":
        visit.send(b'* NAMESPACE (("" "/")) NIL NIL\r\n')
    elif verb in (b"SELECT", b"EXAMINE"):
        visit.send(
            b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n"
            b"* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Flags\r\n"
            b"* 3 EXISTS\r\n* 0 RECENT\r\n"
            b"* OK [UIDVALIDITY 7] UIDs\r\n* OK [UIDNEXT 4] Next\r\n"
        )
        visit.send(tag + b" OK [READ-WRITE] done\r\n")
        return
    elif verb == b"AUTHENTICATE" and rest.strip().count(b" ") < 2:
        visit.send(b"+ \r\n")
        visit._line()
    elif verb == b"IDLE":
        visit.send(b"+ idling\r\n")
        visit._line()
    elif verb == b"LOGOUT":
        visit.send(b"* BYE\r\n" + tag + b" OK done\r\n")
        raise EOFError
    visit.send(tag + b" OK " + verb + b" done by canary-host.internal\r\n")


class Canary:
    """The server; `acts` maps a verb to what is done instead of the plain answer."""

    def __init__(self, greeting=GREETING, acts=None):
        self.port = free_port()
        self.greeting = greeting
        self.acts = acts or {}
        self.visits = []
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            visit = Visit(self, connection)
            self.visits.append(visit)
            threading.Thread(target=self._run, args=(visit,), daemon=True).start()

    @staticmethod
    def _run(visit):
        try:
            visit.run()
        except (OSError, EOFError):
            pass
        finally:
            visit.socket.close()

    def commands(self):
        return [command for visit in self.visits for command in visit.commands]

    def received(self):
        return b"".join(bytes(visit.received) for visit in self.visits)

    def close(self):
        # shutdown wakes the thread that waits in accept; close alone would not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for visit in self.visits:
            try:
                visit.socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
