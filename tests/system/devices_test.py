"""Which device has fetched what, as the server remembers it: over QUIT, lost connections and kill -9."""

import json
import socket
import unittest

from common import PATIENCE, Server, main, pop3, retrieve, smtp

LETTER = b"From: Carol <carol@example.net>\r\nSubject: %s\r\n\r\n%s\r\n"


class Devices(unittest.TestCase):
    def setUp(self):
        self.server = Server(log__level="debug")  # which tells of connections that clients end
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.passwords = {label: self.add_device(label) for label in ("laptop", "phone")}
        self.server.start()

    def add_device(self, label):
        done = self.server.verb("account", "app-password", "add", self.alice, label)
        return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("password "))

    def send(self, subject, lines=1):
        body = b"all of the same\r\n" * lines
        with smtp(self.server) as session:
            session.sendmail("carol@example.net", [self.alice], LETTER % (subject, body))

    def sign_in(self, label):
        return pop3(self.server, self.alice, self.passwords[label])

    def fetch(self, label):
        """Everything, as a client that leaves mail on the server."""
        session = self.sign_in(label)
        messages = [retrieve(session, number) for number in range(1, session.stat()[0] + 1)]
        session.quit()
        return messages

    def devices(self):
        listed = json.loads(self.server.verb("account", "devices", self.alice, "--json").stdout)
        return {device["label"]: device for device in listed}

    def test_what_each_fetched(self):
        self.send(b"one")
        self.send(b"two")
        devices = self.devices()
        self.assertEqual(set(devices), {"", "laptop", "phone"})
        self.assertTrue(devices[""]["ownPassword"])
        self.assertEqual({device["lastSeen"] for device in devices.values()}, {""})

        self.assertEqual(len(self.fetch("phone")), 2)
        self.assertEqual(self.server.stop(), 0)  # what a QUIT did not wait for is written
        devices = self.devices()
        self.assertEqual(devices["phone"]["fetched"], 2)
        self.assertEqual(devices["phone"]["address"], "127.0.0.1")
        self.assertRegex(devices["phone"]["lastSeen"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(devices["laptop"]["fetched"], 0)

        self.server.start()
        session = pop3(self.server, self.alice)  # with the account's own password
        session.top(1, 10)
        session.retr(2)
        session.quit()
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.devices()[""]["fetched"], 1)
        self.assertIn("all is well", self.server.verb("verify").stdout)
        self.assertIn("phone", self.server.verb("account", "devices", self.alice).stdout)

        self.server.verb("account", "app-password", "revoke", self.alice, "phone")
        self.assertEqual(set(self.devices()), {"", "laptop"})
        self.passwords["phone"] = self.add_device("phone")
        self.assertEqual(self.devices()["phone"]["fetched"], 0)

    def test_lost_connections(self):
        self.send(b"small")
        self.send(b"large", lines=1_000_000)  # more than the sockets between them hold
        session = self.sign_in("phone")
        session.retr(1)
        session.noop()
        session.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        session.sock.sendall(b"RETR 2\r\n")
        self.assertTrue(session.file.readline().startswith(b"+OK"))
        session.close()
        self.server.wait_for("net.session_ended")
        self.assertEqual(self.server.stop(), 0)  # everything pending is written
        self.assertEqual(self.devices()["phone"]["fetched"], 1)

    def test_gone_when_all_have_it(self):
        self.assertIn("until it is deleted", self.server.verb("account", "keep", self.alice).stdout)
        self.send(b"first")
        for label in self.passwords:
            self.assertEqual(len(self.fetch(label)), 1)
        said = self.server.verb("account", "keep", self.alice, "until-fetched", "--grace", "0s").stdout
        self.assertIn("0s more", said)
        self.send(b"second")
        self.assertEqual(len(self.fetch("phone")), 2)  # "first" goes with this: both have had it
        second = self.fetch("laptop")
        self.assertEqual(len(second), 1)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.fetch("phone"), [])

        kept = json.loads(self.server.verb("vault", "list", self.alice, "--json").stdout)
        self.assertEqual({entry["subject"] for entry in kept}, {"first", "second"})
        wanted = next(str(entry["id"]) for entry in kept if entry["subject"] == "second")
        self.server.verb("vault", "restore", self.alice, wanted)
        self.assertEqual(self.fetch("phone"), second)  # anew
        self.assertEqual(self.fetch("laptop"), second)
        self.assertEqual(self.fetch("phone"), [])

        self.server.verb("account", "keep", self.alice, "forever")
        self.send(b"third")
        for label in self.passwords:
            self.assertEqual(len(self.fetch(label)), 1)
        self.assertEqual(len(self.fetch("phone")), 1)
        self.assertIn("all is well", self.server.verb("verify").stdout)

    def test_mistakes(self):
        for arguments, status, sentence in (
            (("nobody@example.test",), 1, "nobody@example.test"),
            ((self.alice, "always"), 2, "until-fetched"),
            ((self.alice, "until-fetched", "--grace", "soon"), 1, "--grace"),
            ((self.alice, "forever", "--grace", "1d"), 1, "--grace goes with until-fetched"),
            ((self.alice, "until-fetched", "--set", "storage.vault=0s"), 1, "storage.vault"),
        ):
            done = self.server.verb("account", "keep", *arguments, check=False)
            self.assertEqual(done.returncode, status, arguments)
            self.assertIn(sentence, done.stderr)
        done = self.server.verb("account", "devices", "nobody@example.test", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nobody@example.test", done.stderr)


if __name__ == "__main__":
    main()
