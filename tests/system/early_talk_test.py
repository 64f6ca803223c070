"""Who speaks on port 25 before it is greeted is sent away; nobody else is."""

import os
import signal
import smtplib
import socket
import unittest

from common import PATIENCE, Server, letter, main

TRANSACTION = (
    b"EHLO client.example\r\nMAIL FROM:<x@example.net>\r\nRCPT TO:<alice@example.test>\r\nDATA\r\n"
    b"Subject: early\r\n\r\n.\r\nQUIT\r\n"
)


class EarlyTalk(unittest.TestCase):
    def serve(self, **settings):
        server = Server(**settings)
        self.addCleanup(server.close)
        server.add_domain()
        self.alice = server.add_account("alice")
        server.start()
        return server

    def talk(self, server, name, octets):
        """All that the server says to a client that says this as soon as it may."""
        with socket.create_connection(("127.0.0.1", server.ports[name]), timeout=PATIENCE) as client:
            client.sendall(octets)
            return b"".join(iter(lambda: client.recv(65_536), b""))

    def sent_away(self, server, octets):
        heard = self.talk(server, "smtp", octets)
        self.assertEqual(heard, b"554 5.5.1 you spoke before the greeting: wait for it\r\n")

    def nothing_came(self, server):
        messages = server.verb("account", "list", "--json").stdout
        self.assertIn('"messages":0', messages.replace(" ", ""))

    def test_during_the_delay(self):
        server = self.serve(smtp__greet_delay="1m", limits__exempt="")
        for octets in (TRANSACTION, b"QUIT\r\n", b"x", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"):
            self.sent_away(server, octets)
        server.wait_for("it spoke before the greeting")
        self.nothing_came(server)

    def test_without_a_delay(self):
        server = self.serve()
        # While it stands still, the kernel accepts for it.
        server.process.send_signal(signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, server.process.pid, os.WSTOPPED)  # not before every thread stands still
            client = socket.create_connection(("127.0.0.1", server.ports["smtp"]), timeout=PATIENCE)
            client.sendall(TRANSACTION)
        finally:
            server.process.send_signal(signal.SIGCONT)
        with client:
            heard = b"".join(iter(lambda: client.recv(65_536), b""))
        self.assertEqual(heard, b"554 5.5.1 you spoke before the greeting: wait for it\r\n")
        self.nothing_came(server)

    def test_who_waits_is_served(self):
        server = self.serve(smtp__greet_delay="1s", limits__exempt="")
        with smtplib.SMTP("127.0.0.1", server.ports["smtp"], "client.example", timeout=PATIENCE) as client:
            client.sendmail("x@example.net", [self.alice], letter("waited"))

    def test_who_is_exempt_waits_for_nothing(self):
        server = self.serve(smtp__greet_delay="1m", limits__exempt="127.0.0.0/8")
        with smtplib.SMTP("127.0.0.1", server.ports["smtp"], "client.example", timeout=PATIENCE / 2) as client:
            client.sendmail("x@example.net", [self.alice], letter("exempt"))

    def test_the_health_check_waits_to_be_greeted(self):
        server = self.serve(smtp__greet_delay="1s", limits__exempt="", http__listen="", pop3__listen="")
        server.settings["smtp.listen"] = f"127.0.0.1:{server.ports['smtp']}"
        self.assertEqual(server.verb("healthcheck").stdout, "ready\n")

    def test_submission_has_patience_with_its_users(self):
        server = self.serve(smtp__greet_delay="1m", limits__exempt="")
        heard = self.talk(server, "submission", b"EHLO client.example\r\nQUIT\r\n")
        self.assertTrue(heard.startswith(b"220 "), heard)
        self.assertTrue(heard.endswith(b"221 2.0.0 goodbye\r\n"), heard)


if __name__ == "__main__":
    main()
