"""A bare IMAP client: sends bytes as they are and reads whole responses, literals included."""

import os
import re
import socket
import ssl

_LITERAL = re.compile(rb"\{(\d+)\}\r\n$")


def trusting(authority, certificate=None, alpn=None):
    """A client's TLS context that trusts one CA."""
    context = ssl.create_default_context(cafile=str(authority.certificate))
    context.check_hostname = False
    if certificate:
        context.load_cert_chain(str(certificate.chain), str(certificate.key))
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


class Wire:
    """One connection; every byte that arrives is kept in `seen`."""

    def __init__(self, port, context=None, host="127.0.0.1", timeout=20, greeting=True,
                 source=None):
        self.socket = socket.create_connection(
            (host, port), timeout=timeout, source_address=source and (source, 0))
        self.seen = bytearray()
        self._ready = b""
        self._tags = 0
        self.greeting = b""
        if context:
            self.start_tls(context)
        if greeting:
            self.greeting = self.line()

    def start_tls(self, context):
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")

    def send(self, data):
        self.socket.sendall(data)

    def stop_sending(self):
        """Ends this side alone, as shutdown(SHUT_WR) does, and goes on listening."""
        # By another descriptor: a Python TLS socket that is shut down forgets how to decrypt.
        with socket.socket(fileno=os.dup(self.socket.fileno())) as same:
            same.shutdown(socket.SHUT_WR)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("connection closed")
        self.seen += data
        self._ready += data

    def line(self):
        """One line with its CRLF."""
        while b"\n" not in self._ready:
            self._more()
        line, _, self._ready = self._ready.partition(b"\n")
        return line + b"\n"

    def response(self):
        """One response: its lines and the literals between them."""
        whole = self.line()
        while match := _LITERAL.search(whole):
            need = int(match[1])
            while len(self._ready) < need:
                self._more()
            whole += self._ready[:need]
            self._ready = self._ready[need:]
            whole += self.line()
        return whole

    def until(self, *tags):
        """All responses up to one with one of the tags, that one last."""
        ends = tuple(tag.encode() + b" " for tag in tags)
        responses = []
        while not responses or not responses[-1].startswith(ends):
            responses.append(self.response())
        return responses

    def next_tag(self):
        """A tag that was not used on this connection."""
        self._tags += 1
        return f"w{self._tags}"

    def command(self, text, tag=None):
        """Sends one line and returns its responses, the tagged one last."""
        tag = tag or self.next_tag()
        data = text if isinstance(text, bytes) else text.encode()
        self.send(tag.encode() + b" " + data + b"\r\n")
        return self.until(tag)

    def answer(self, text, tag=None):
        """Sends one line and returns its tagged answer without the tag, as text."""
        return self.command(text, tag)[-1].partition(b" ")[2].decode(errors="replace").strip()

    def login(self, user, password):
        return self.answer(f'LOGIN "{user}" "{password}"')

    def rest(self):
        """Everything until the other side closes."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionError, ssl.SSLError):
            pass
        rest, self._ready = self._ready, b""
        return rest

    def closed_within(self, seconds):
        """Whether the other side closes in time."""
        self.socket.settimeout(seconds)
        try:
            self.rest()
            return True
        except TimeoutError:
            return False

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
