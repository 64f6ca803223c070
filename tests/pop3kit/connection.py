"""A POP3 conversation, octet for octet. Every wait is bounded; every surprise is a `Violation`."""

import contextlib
import re
import socket
import time

from pop3kit.requirement import Ended, Violation

PATIENCE = 2.0  # seconds for a session to end

LONGEST_REPLY = 512  # octets with CRLF, RFC 1939 §3


class Reply:
    """A status indicator and what follows it; `continued` for the challenge of AUTH."""

    def __init__(self, line):
        self.line = line
        self.ok = re.match(rb"\+OK(?= |$)", line) is not None
        self.error = re.match(rb"-ERR(?= |$)", line) is not None
        self.continued = re.match(rb"\+(?= |$)", line) is not None
        self.text = line.partition(b" ")[2]

    def code(self):
        """The response code, RFC 2449 §8, upper case and without its brackets; empty when there is none."""
        match = re.match(rb"\[([^\]]*)\]", self.text)
        return match.group(1).upper() if match else b""


class Connection:
    """One connection; `sent` is the last that we sent, `received` all that came since."""

    def __init__(self, connected, timeout):
        self._socket = connected
        self._socket.settimeout(timeout)
        self._timeout = timeout
        self._buffer = b""
        self.greeting = None
        self.sent = b""
        self.received = b""

    # ---- sending -------------------------------------------------------------

    def send(self, octets):
        self.sent, self.received = octets, b""
        try:
            self._socket.sendall(octets)
        except OSError as error:
            raise self._ended(f"a connection that still takes commands ({error})") from None

    def command(self, text):
        """Sends a command line; the one-line reply to it."""
        self.send(text.encode("utf-8") + b"\r\n")
        return self.reply()

    def listing(self, text):
        """Sends a command whose positive reply has many lines: the lines, or None when it is refused."""
        if not self.command(text).ok:
            return None
        return [unstuffed(line) for line in self.content().split(b"\r\n")[:-1]]

    # ---- receiving -----------------------------------------------------------

    def reply(self):
        """The next line, which must be a reply."""
        line = self._take_until(b"\n")
        self.require(line.endswith(b"\r\n"), "a reply that ends with CR LF")
        reply = Reply(line[:-2])
        self.require(
            reply.ok or reply.error or reply.continued, "a reply that begins with '+OK' or '-ERR', in upper case"
        )
        return reply

    def content(self):
        """The lines of a multi-line reply as they were sent, without the line that ends them."""
        if self._peek(3) == b".\r\n":
            self._take(3)
            return b""
        return self._take_until(b"\r\n.\r\n")[:-3]

    def nothing_more(self):
        """Asks for what only STAT is answered with: whether the conversation is still in step."""
        reply = self.command("STAT")
        self.require(reply.ok and reply.text[:1].isdigit(), "the reply to STAT: one for each command, and no more")

    def closed(self):
        """Waits for the server to close; what it sent until then."""
        rest = self._buffer
        self._buffer = b""
        try:
            while octets := self._socket.recv(65536):
                rest += octets
                self.received += octets
        except TimeoutError:
            raise self.violation(f"the end of the connection within {self._timeout:g} s") from None
        except OSError:
            pass  # a reset is an end as well
        return rest

    def _peek(self, octets):
        while len(self._buffer) < octets and not self._buffer.startswith(b"\r\n.", 0, octets):
            self._receive("more lines, and a line with a dot that ends them")
        return self._buffer[:octets]

    def _take(self, octets):
        taken, self._buffer = self._buffer[:octets], self._buffer[octets:]
        return taken

    def _take_until(self, end):
        searched = 0
        while (found := self._buffer.find(end, searched)) < 0:
            searched = max(0, len(self._buffer) - len(end))
            self._receive("a reply" if end == b"\n" else "a line with a dot that ends the reply")
        return self._take(found + len(end))

    def _receive(self, expected):
        try:
            octets = self._socket.recv(65536)
        except TimeoutError:
            raise self.violation(f"{expected} within {self._timeout:g} s") from None
        except OSError as error:
            raise self._ended(f"{expected}, not the end of the connection ({error})") from None
        self.received += octets
        self._buffer += octets
        if not octets:
            raise self._ended(f"{expected}, not the end of the connection")

    # ---- the rest ------------------------------------------------------------

    def start_tls(self, context, name):
        """The handshake; what came in the clear behind the reply before it is forgotten. May raise OSError."""
        self._buffer = b""
        self._socket = context.wrap_socket(self._socket, server_hostname=name)

    def tls_version(self):
        return self._socket.version()

    def violation(self, expected):
        return Violation(self.sent, self.received, expected)

    def _ended(self, expected):
        return Ended(self.sent, self.received, expected)

    def require(self, holds, expected):
        if not holds:
            raise self.violation(expected)

    def close(self):
        self._socket.close()

    def leave(self):
        """Closes when the server has, within a moment: a session that has not ended may hold the maildrop still."""
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(OSError):
            self._socket.settimeout(PATIENCE)
            self._socket.shutdown(socket.SHUT_WR)
            while time.monotonic() < end and self._socket.recv(65536):
                pass
        self.close()


def connect(host, port, timeout):
    return Connection(socket.create_connection((host, port), timeout), timeout)


def unstuffed(line):
    """A line of a multi-line reply as it was before byte-stuffing, RFC 1939 §3."""
    return line[1:] if line.startswith(b".") else line
