"""Server-sent events: new mail is told at once, and a server that stops does not wait for those who listen."""

import http.client
import json
import signal
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, smtp
from compose_test import Browser


class Listen(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.server.add_account("alice")
        self.server.start()
        self.alice = Browser(self.server, f"alice@{DOMAIN}")
        self.addCleanup(self.alice.close)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=PATIENCE)
        self.addCleanup(self.connection.close)
        self.connection.request("GET", "/api/v1/events", headers=self.alice.headers)
        self.stream = self.connection.getresponse()
        self.assertEqual((self.stream.status, self.stream.headers["Content-Type"]), (200, "text/event-stream"))

    def event(self):
        """The next event: kind and data."""
        found = {}
        while True:
            line = self.stream.readline().decode()
            if line == "":
                return None, None
            if line == "\n" and "event" in found:
                return found["event"], json.loads(found["data"])
            name, _, value = line.rstrip("\n").partition(": ")
            found[name] = value

    def test_new_mail_is_told_with_its_row(self):
        self.assertEqual(self.event()[0], "hello")
        with smtp(self.server) as session:
            session.sendmail("a@example.net", [f"alice@{DOMAIN}"], letter("news"))
        kind, data = self.event()
        self.assertEqual((kind, data["op"], data["row"]["subject"]), ("message", "put", "news"))
        kind, data = self.event()
        self.assertEqual((kind, data["role"], data["unread"]), ("mailbox", "inbox", 1))

    def test_a_server_that_stops_ends_the_stream(self):
        self.assertEqual(self.event()[0], "hello")
        self.server.signal(signal.SIGTERM)
        self.assertEqual(self.event(), (None, None))
        self.assertEqual(self.server.ended(), 0)
        self.assertNotIn("server.sessions_ended", self.server.tail())


if __name__ == "__main__":
    main()
