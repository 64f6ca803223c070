"""pop3.maildrop_lock = "exclusive": one session at a time, and a way back in for a device that lost its connection.

Waits for the ten seconds after which a client counts as silent.
"""

import poplib
import time
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, pop3, smtp

SILENCE = 10
LARGE = 16 << 20  # more than lies in the buffers of two sockets


class MaildropLock(unittest.TestCase):
    def setUp(self):
        self.server = Server(pop3__maildrop_lock="exclusive", limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.secrets = {}
        for name in ("alice", "bob"):
            self.server.add_account(name)
            for device in ("phone", "desk"):
                done = self.server.verb("account", "app-password", "add", f"{name}@{DOMAIN}", device)
                self.secrets[name, device] = done.stdout.split()[-1]
        self.server.start()

    def enter(self, name, device):
        return pop3(self.server, f"{name}@{DOMAIN}", self.secrets[name, device])

    def assert_locked(self, name, device):
        with self.assertRaises(poplib.error_proto) as refused:
            self.enter(name, device)
        self.assertIn(b"-ERR [IN-USE]", refused.exception.args[0])

    def enter_when_silent(self, name, device, since):
        """As a program that tries again."""
        while True:
            try:
                session = self.enter(name, device)
            except poplib.error_proto as refused:
                self.assertIn(b"[IN-USE]", refused.args[0])
                self.assertLess(time.monotonic() - since, SILENCE + PATIENCE)
            else:
                self.assertGreaterEqual(time.monotonic() - since, SILENCE - 1)
                return session

    def test_gives_way_to_its_own_device_once_silent(self):
        with smtp(self.server) as session:
            session.sendmail("a@example.net", [f"alice@{DOMAIN}"], letter("small"))
            session.sendmail("a@example.net", [f"bob@{DOMAIN}"], letter("large", "0123456789abcd\r\n" * (LARGE >> 4)))

        between = self.enter("alice", "phone")
        between.dele(1)
        stuck = self.enter("bob", "phone")
        stuck.sock.sendall(b"RETR 1\r\n")  # and reads nothing of it
        began = time.monotonic()
        for name in ("alice", "bob"):
            self.assert_locked(name, "phone")
            self.assert_locked(name, "desk")

        for name in ("alice", "bob"):
            later = self.enter_when_silent(name, "phone", began)
            self.assertEqual(later.stat()[0], 1)
            self.assert_locked(name, "desk")
            if name == "alice":
                # The session that was left deletes nothing, and hears why.
                with self.assertRaises(poplib.error_proto) as refused:
                    between.quit()
                self.assertIn(b"-ERR [IN-USE]", refused.exception.args[0])
                self.assertEqual(later.stat()[0], 1)
                self.assert_locked(name, "desk")
            later.quit()
            after = self.enter(name, "desk")
            self.assertEqual(after.stat()[0], 1)
            after.quit()

        # What the stuck client had before is all that it gets.
        got = 0
        while octets := self.read(stuck.sock):
            got += octets
        self.assertLess(got, LARGE)
        self.assertEqual(self.server.stop(), 0)

    def read(self, connected):
        try:
            return len(connected.recv(1 << 16))
        except ConnectionResetError:
            return 0


if __name__ == "__main__":
    main()
