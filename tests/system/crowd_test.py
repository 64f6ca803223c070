"""A crowd of clients that are silent, slow or stuck, on every port, and others who are served meanwhile.

There are 10,000 of them, some hundred where a sanitizer slows the program down,
as many as PILLARBOX_CROWD says, and fewer where the machine has not so many
descriptors.
"""

import http.client
import os
import resource
import select
import socket
import unittest

from common import PASSWORD, PATIENCE, SLOW, Server, letter, main, pop3, retrieve, smtp

CROWD = int(os.environ.get("PILLARBOX_CROWD", 10_000 if SLOW == 1 else 300))
STUCK = 5  # readers
ROUNDS = 5  # of clients that are served
SPARE = 200  # descriptors, for files and for those who are served
LARGE = "0123456789abcdef" * 4 + "\r\n"

# What each kind says: the listener, then in turn how many lines it waits for and
# what it sends. Only what has a greeting proves that the server has taken it.
KINDS = (
    ("pop3", (1, b"")),
    ("pop3", (1, b"US")),
    ("pop3", (1, b"CAPA\r\nUSER crowd\r")),
    ("smtp", (1, b"")),
    ("smtp", (1, b"EHL")),
    ("smtp", (1, b"HELO crowd.example.net\r\n"), (1, b"MAIL FROM:<a@exam")),
    ("submission", (1, b"HELO crowd.example.net\r\n"), (1, b"")),
    ("http", (0, b"")),
    ("http", (0, b"GET / HTTP/1.1\r\nHost: loc")),
    ("http", (0, b"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")),
    ("pop3s", (0, b"")),
    ("submissions", (0, b"\x16\x03\x01\x02\x00")),  # a TLS record begins
    ("https", (0, b"\x16\x03\x01")),
)
# These may stay: after HELO a client has five minutes, RFC 5321 §4.5.3.2.7.
PATIENT = [kind for kind in KINDS if len(kind) == 3]


def descriptors():
    """As many as this process may have, and so the server that it starts."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


class Crowd(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.bob = self.server.add_account("bob")
        self.sockets = {kind: [] for kind in KINDS}

    def connect(self, name):
        connected = socket.create_connection(("127.0.0.1", self.server.ports[name]), PATIENCE)
        self.addCleanup(connected.close)
        return connected

    def join(self, kind):
        """One more in the crowd, as far as its kind goes."""
        name, *steps = kind
        connected = self.connect(name)
        for lines, octets in steps:
            for _ in range(lines):
                self.assertTrue(read_line(connected).startswith((b"+OK", b"2")), kind)
            connected.sendall(octets)
        self.sockets[kind].append(connected)

    def stick(self):
        """Asks for a large message again and again, and reads none of it."""
        connected = self.connect("pop3")
        read_line(connected)
        for command in (f"USER {self.bob}", f"PASS {PASSWORD}", "STAT"):
            connected.sendall(command.encode() + b"\r\n")
            self.assertTrue(read_line(connected).startswith(b"+OK"), command)
        connected.sendall(b"RETR 1\r\n" * 20)

    def serve(self, number):
        """A delivery, a session and a page, as on any day."""
        message = letter(f"number {number}", to=self.alice)
        with smtp(self.server) as session:
            session.sendmail("someone@example.net", [self.alice], message)
        session = pop3(self.server, self.alice)
        self.assertEqual(session.stat()[0], 1)
        self.assertEqual(len(session.uidl()[1]), 1)
        self.assertTrue(retrieve(session, 1).endswith(message))
        session.dele(1)
        session.quit()
        page = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=PATIENCE)
        self.addCleanup(page.close)
        page.request("GET", "/healthz")
        self.assertEqual(page.getresponse().status, 200)

    def test_others_are_served(self):
        crowd = min(CROWD, descriptors() - SPARE)
        self.server.start()
        with smtp(self.server) as session:
            session.sendmail("someone@example.net", [self.bob], letter("large", LARGE * 100_000, to=self.bob))
        for _ in range(STUCK):
            self.stick()
        for number in range(crowd):
            self.join(KINDS[number % len(KINDS)])
        for number in range(ROUNDS):
            self.serve(number)
        for kind in PATIENT:
            here = [connected for connected in self.sockets[kind] if not ended(connected)]
            self.assertEqual(len(here), len(self.sockets[kind]), kind)
        self.assertEqual(self.server.stop(), 0, self.server.tail())


def read_line(connected):
    line = b""
    while not line.endswith(b"\n"):
        octet = connected.recv(1)
        if not octet:
            break
        line += octet
    return line


def ended(connected):
    """Whether the server has closed: a crowd that was shown the door would prove nothing."""
    look = select.poll()
    look.register(connected, select.POLLIN)
    return bool(look.poll(0))


if __name__ == "__main__":
    main()
