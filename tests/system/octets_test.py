"""What POP3 gives out is what SMTP took in, octet for octet, whichever command brought it and however it was cut."""

import re
import socket
import unittest

from common import PASSWORD, PATIENCE, Server, main

MEBIBYTE = 1024 * 1024
LONGEST_LINE = MEBIBYTE  # octets without CRLF
TRACE = re.compile(rb"Return-Path: [^\r\n]*\r\nDelivered-To: [^\r\n]*\r\nReceived: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")
EVERY_OCTET = bytes(octet for octet in range(1, 256) if octet not in b"\r\n")


def nested(depth):
    """A message of multiparts in each other, with a dot at the beginning of many lines."""
    head = b"MIME-Version: 1.0\r\n"
    for level in range(depth):
        head += b'Content-Type: multipart/mixed; boundary=".%d"\r\n\r\n--.%d\r\n' % (level, level)
    tail = b"".join(b"\r\n--.%d--\r\n" % level for level in reversed(range(depth)))
    return head + b"Content-Type: text/plain\r\n\r\n.deep\r\n" + tail


MESSAGES = {
    "empty": b"",
    "an empty line": b"\r\n",
    "only a header": b"Subject: x\r\nX-Other: y\r\n",
    "a header and the empty line": b"Subject: x\r\n\r\n",
    "no header": b"only text\r\n\r\nand more\r\n",
    "no header, and a colon later": b" begins with a space: and has a colon\r\n",
    "dots": b".\r\n..\r\n...\r\n.x\r\nx.\r\n\r\n.\r\n\r\n" + b".\r\n" * 100,
    "dots in the header": b".Subject: x\r\n. folded\r\n\r\n.\r\n",
    "commands": b"Subject: x\r\n\r\nQUIT\r\nRSET\r\nMAIL FROM:<x@example.net>\r\nDATA\r\nBDAT 3 LAST\r\n",
    "every octet": b"Subject: " + EVERY_OCTET + b"\r\n\r\n" + EVERY_OCTET + b"\r\n" + EVERY_OCTET[::-1] + b"\r\n",
    "empty lines": b"Subject: x\r\n\r\n" + b"\r\n" * 1000,
    "white space at line ends": b"Subject: x \t\r\n\r\n \r\n\t\r\nx \r\n",
    "From_ lines": b"From x Thu Jan  1 00:00:00 2026\r\nSubject: x\r\n\r\nFrom here\r\n>From there\r\n",
    "998 octets in a line": b"Subject: x\r\n\r\n" + b"x" * 998 + b"\r\n",
    "999 octets in a line": b"Subject: x\r\n\r\n" + b"x" * 999 + b"\r\n",
    "100000 octets in a line": b"Subject: x\r\n\r\n." + b"x" * 99_999 + b"\r\n.\r\n",
    "the longest line": b"Subject: x\r\n\r\n" + b"x" * LONGEST_LINE + b"\r\n",
    "a huge header": b"".join(b"X-%d: " % n + b"v" * 60_000 + b"\r\n" for n in range(4)) + b"\r\nbody\r\n",
    "a header of many lines": b"".join(b"X-%d: v\r\n" % n for n in range(1900)) + b"\r\nbody\r\n",
    "deep MIME": nested(60),
    "unclosed MIME": nested(20)[:-100],
    "as large as memory holds": b"Subject: x\r\n\r\n" + (b"." * 62 + b"\r\n") * 4096,
    "in a file": b"Subject: x\r\n\r\n" + (b"." * 62 + b"\r\n") * 5000,
}
SMALL = {name: text for name, text in MESSAGES.items() if len(text) < 3000}
UNFINISHED = {"no line end": b"Subject: x\r\n\r\nno line end", "not even a line": b"x", "only a dot": b"."}


def stuffed(text):
    return (b"." if text.startswith(b".") else b"") + text.replace(b"\r\n.", b"\r\n..")


class Wire:
    """One end of a connection: sends octets as they are, reads lines and what ends with a dot."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")
        self.greeting = self.file.readline()

    def close(self):
        self.file.close()
        self.socket.close()

    def say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.file.readline()

    def reply(self):
        """The last line of an SMTP reply."""
        line = self.file.readline()
        while line[3:4] == b"-":
            line = self.file.readline()
        return line

    def body(self):
        """What a POP3 server sends behind +OK."""
        lines = []
        for line in iter(self.file.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)


class Octets(unittest.TestCase):
    def setUp(self):
        self.server = Server(smtp__max_message_size="52M")
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.server.start()
        self.sent = []  # (what it is, what must come out)

    def smtp(self):
        wire = Wire(self.server.ports["smtp"])
        self.addCleanup(wire.close)
        wire.socket.sendall(b"EHLO client.example\r\n")
        self.assertTrue(wire.reply().startswith(b"250 "))
        return wire

    def envelope(self, wire):
        for line in (f"MAIL FROM:<x@example.net>", f"RCPT TO:<{self.alice}>"):
            self.assertTrue(wire.say(line).startswith(b"250 "), line)

    def by_data(self, wire, name, text, pieces):
        """Sends the text by DATA, cut into `pieces`."""
        self.envelope(wire)
        self.assertTrue(wire.say("DATA").startswith(b"354 "))
        octets = stuffed(text) + b".\r\n"
        for piece in pieces(octets):
            wire.socket.sendall(piece)
        answer = wire.reply()
        self.assertTrue(answer.startswith(b"250 "), (name, answer))
        self.sent.append((f"{name}, by DATA", text))

    def by_bdat(self, wire, name, text, pieces, last_is_empty):
        """The same by BDAT, each piece a chunk, all in a burst."""
        self.envelope(wire)
        chunks = list(pieces(text)) or [b""]
        if last_is_empty:
            chunks.append(b"")
        for number, chunk in enumerate(chunks, 1):
            last = b" LAST" if number == len(chunks) else b""
            wire.socket.sendall(b"BDAT %d%s\r\n" % (len(chunk), last) + chunk)
        for number, chunk in enumerate(chunks, 1):
            answer = wire.reply()
            self.assertTrue(answer.startswith(b"250 "), (name, number, answer))
        self.sent.append((f"{name}, by BDAT", text if not text or text.endswith(b"\r\n") else text + b"\r\n"))

    def compare(self):
        """Fetches everything, in the order in which it was sent."""
        wire = Wire(self.server.ports["pop3"])
        self.addCleanup(wire.close)
        for line in (f"USER {self.alice}", f"PASS {PASSWORD}"):
            self.assertTrue(wire.say(line).startswith(b"+OK"), line)
        for number, (name, text) in enumerate(self.sent, 1):
            size = int(wire.say(f"LIST {number}").split()[2])
            self.assertTrue(wire.say(f"RETR {number}").startswith(b"+OK"), name)
            got = wire.body()
            self.assertEqual(len(got), size, name)
            trace, body = got[: len(got) - len(text)], got[len(got) - len(text) :]
            self.assertTrue(body == text, f"{name}: {len(body)} octets, among them {body[:100]!r}, not {text[:100]!r}")
            self.assertTrue(TRACE.fullmatch(trace), (name, trace[:500]))
        self.assertTrue(wire.say("STAT").startswith(b"+OK %d " % len(self.sent)))

    def test_whole(self):
        wire = self.smtp()
        whole = lambda text: [text]
        for name, text in MESSAGES.items():
            self.by_data(wire, name, text, whole)
            self.by_bdat(wire, name, text, whole, last_is_empty=False)
            self.by_bdat(wire, name, text, whole, last_is_empty=True)
        for name, text in UNFINISHED.items():
            self.by_bdat(wire, name, text, whole, last_is_empty=False)
            self.by_bdat(wire, name, text, whole, last_is_empty=True)
        self.compare()

    def test_in_pieces(self):
        wire = self.smtp()
        for size in (4093, 65_536):
            cut = lambda text: (text[at : at + size] for at in range(0, len(text), size))
            for name, text in MESSAGES.items():
                self.by_data(wire, f"{name} by {size}", text, cut)
                self.by_bdat(wire, f"{name} by {size}", text, cut, last_is_empty=False)
        self.compare()

    def test_octet_by_octet(self):
        wire = self.smtp()
        octets = lambda text: (text[at : at + 1] for at in range(len(text)))
        for name, text in (SMALL | UNFINISHED).items():
            self.by_bdat(wire, f"{name} octet by octet", text[:700], octets, last_is_empty=True)
        self.compare()

    def test_cut_once_anywhere(self):
        wire = self.smtp()
        text = b"a: b\r\n\r\n.\r\n..x\r\n.\r\n\r\n"
        for at in range(len(text) + 1):
            cut = lambda octets: [octets[:at], octets[at:]]
            self.by_data(wire, f"cut at {at}", text, cut)
            self.by_bdat(wire, f"cut at {at}", text, cut, last_is_empty=False)
        self.compare()

    def test_fifty_megabytes(self):
        wire = self.smtp()
        line = b"." + EVERY_OCTET.replace(b"\0", b"") + b"\r\n"
        text = b"Subject: large\r\n\r\n" + line * (50_000_000 // len(line))
        cut = lambda octets: (octets[at : at + 999_983] for at in range(0, len(octets), 999_983))
        self.by_data(wire, "large", text, cut)
        self.by_bdat(wire, "large", text, cut, last_is_empty=False)
        self.compare()


if __name__ == "__main__":
    main()
