"""Guessing passwords: failures count over SMTP, POP3 and the browser together, for where they come from, never for the account."""

import base64
import concurrent.futures
import http.client
import json
import poplib
import smtplib
import socket
import time
import unittest

from common import PASSWORD, PATIENCE, Server, letter, main, smtp

FREE = 5  # failures before the first delay
MOST = 10  # failures until nothing is looked at any more
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"  # two networks


class Pop3From(poplib.POP3):
    def __init__(self, source, port):
        self.source = source
        super().__init__("127.0.0.1", port, timeout=PATIENCE)

    def _create_socket(self, timeout):
        return socket.create_connection((self.host, self.port), timeout, (self.source, 0))


class Guessing(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="192.0.2.0/24").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    # Each signs in at a connection of its own; what the server says: "yes", "no" or "wait".

    def by_pop3(self, password, source=HERE):
        session = Pop3From(source, self.server.ports["pop3"])
        try:
            session.user(self.alice)
            session.pass_(password)
            return "yes"
        except poplib.error_proto as error:
            return "wait" if b"[SYS/TEMP]" in error.args[0] else "no"
        finally:
            session.close()

    def by_smtp(self, password, source=HERE):
        port = self.server.ports["submission"]
        with smtplib.SMTP("127.0.0.1", port, "client.example", PATIENCE, source_address=(source, 0)) as session:
            session.ehlo()
            secret = base64.b64encode(f"\0{self.alice}\0{password}".encode()).decode()
            code = session.docmd("AUTH PLAIN", secret)[0]
            return {235: "yes", 535: "no", 454: "wait"}[code]

    def by_browser(self, password, source=HERE):
        browser = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=PATIENCE, source_address=(source, 0))
        fields = {"Host": "localhost", "Origin": "http://localhost", "Content-Type": "application/json"}
        browser.request("POST", "/api/v1/session", json.dumps({"address": self.alice, "password": password}), fields)
        status = browser.getresponse().status
        browser.close()
        return {200: "yes", 401: "no", 429: "wait"}[status]

    def test_counts_over_all_protocols_together(self):
        ways = (self.by_pop3, self.by_smtp, self.by_browser)
        for number in range(FREE):
            self.assertEqual(ways[number % len(ways)]("a guess"), "no")
        # Now each attempt waits, whichever way it comes; those that come at once all count.
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(MOST - FREE) as pool:
            guesses = [pool.submit(ways[number % len(ways)], "a guess") for number in range(MOST - FREE)]
            # Nobody else waits for them.
            with smtp(self.server) as session:
                session.sendmail("someone@example.net", [self.alice], letter("meanwhile"))
            self.assertEqual(self.by_pop3(PASSWORD, ELSEWHERE), "yes")
            self.assertEqual([guess.result() for guess in guesses], ["no"] * len(guesses))
        self.assertGreaterEqual(time.monotonic() - began, 1)
        # From there the right password is not looked at either; its owner signs in from elsewhere.
        for way in ways:
            self.assertEqual(way(PASSWORD), "wait", way)
            self.assertEqual(way(PASSWORD, ELSEWHERE), "yes", way)

    def test_three_failures_end_a_connection(self):
        with smtp(self.server, "submission") as session:
            session.ehlo()
            wrong = base64.b64encode(f"\0{self.alice}\0a guess".encode()).decode()
            for _ in range(3):
                self.assertEqual(session.docmd("AUTH PLAIN", wrong)[0], 535)
            self.assertEqual(session.getreply()[0], 421)
        session = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        self.addCleanup(session.close)
        for _ in range(3):
            session.user(self.alice)
            self.assertRaises(poplib.error_proto, session.pass_, "a guess")
        self.assertEqual(session.file.readline(), b"")


if __name__ == "__main__":
    main()
