"""How long the server waits for those who never come to the point, however busy they keep it."""

import concurrent.futures
import itertools
import select
import socket
import time
import unittest

from common import PATIENCE, Server, main

PLACES = 40
SLACK = 2  # seconds: clocks that are looked at once in a while
STEP = 2  # seconds between what a client sends

# The listener, what its clients send over and over, how long that may go on, and the last that they hear.
CLIENTS = (
    ("smtp", b"", 60, b"421 4.4.2 "),
    ("smtp", b"NOOP\r\n", 60, b"421 4.4.2 "),
    ("smtp", b"E", 60, b"421 4.4.2 "),
    ("submission", b"NOOP\r\n", 60, b"421 4.4.2 "),
    ("submissions", b"", 30, b""),
    ("pop3", b"CAPA\r\n", 60, b".\r\n"),
    ("pop3", b"C", 60, b"+OK"),
    ("pop3s", b"", 30, b""),
    ("http", b"x", 15, b"HTTP/1.1 408 "),
    ("https", b"", 30, b""),
)
GREET = ("smtp", "submission", "pop3")  # the client waits for it


class Patience(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="", limits__connections=PLACES).add_domain()
        self.addCleanup(self.server.close)
        self.server.start()

    def connect(self, name):
        connected = socket.create_connection(("127.0.0.1", self.server.ports[name]), timeout=PATIENCE)
        self.addCleanup(connected.close)
        return connected

    def outstay(self, name, octets):
        """Sends that until the server closes; after how many seconds, and what it had said."""
        connected = self.connect(name)
        began = time.monotonic()
        heard = connected.recv(65536) if name in GREET else b""
        try:
            for step in itertools.count(1):
                connected.sendall(octets)
                while (left := began + step * STEP - time.monotonic()) > 0:
                    if select.select([connected], [], [], left)[0]:
                        if not (said := connected.recv(65536)):
                            return time.monotonic() - began, heard
                        heard += said
        except (ConnectionResetError, BrokenPipeError):  # it closed as we spoke
            return time.monotonic() - began, heard

    def test_before_it_knows_who_is_there(self):
        with concurrent.futures.ThreadPoolExecutor(len(CLIENTS)) as pool:
            stays = [pool.submit(self.outstay, name, octets) for name, octets, *_ in CLIENTS]
            for (name, octets, seconds, last), stay in zip(CLIENTS, stays):
                took, heard = stay.result()
                with self.subTest(name, sends=octets):
                    self.assertGreaterEqual(took, seconds - SLACK)
                    self.assertLess(took, seconds + PATIENCE)
                    self.assertIn(last, heard[-200:])

    def test_with_those_who_wait_while_others_want_in(self):
        def greet():
            connected = self.connect("smtp")
            self.assertTrue(connected.recv(1000).startswith(b"220 "))
            connected.sendall(b"HELO client.example\r\n")
            self.assertTrue(connected.recv(1000).startswith(b"250 "))
            return connected

        early = [greet() for _ in range(PLACES * 3 // 4)]
        late = greet()
        began = time.monotonic()
        self.assertTrue(late.recv(1000).startswith(b"421 4.4.2 "))
        self.assertGreaterEqual(time.monotonic() - began, 30 - SLACK)
        early[0].sendall(b"NOOP\r\n")  # had been promised five minutes
        self.assertTrue(early[0].recv(1000).startswith(b"250 "))

    def test_commands_that_bring_no_message_nearer(self):
        connected = self.connect("smtp")
        replies = connected.makefile("rb")
        self.addCleanup(replies.close)
        self.assertTrue(replies.readline().startswith(b"220 "))
        commands = [b"NOOP", b"RSET", b"HELO client.example", b"VRFY alice"]
        began = time.monotonic()
        connected.sendall(b"".join(commands[number % len(commands)] + b"\r\n" for number in range(111)))
        for _ in range(110):  # the last ten take a second each
            self.assertTrue(replies.readline().startswith(b"25"))
        self.assertGreaterEqual(time.monotonic() - began, 10 - SLACK)
        self.assertTrue(replies.readline().startswith(b"421 4.7.0 "))
        self.assertEqual(replies.readline(), b"")


if __name__ == "__main__":
    main()
