"""What a POP3 client deletes can be had back with the verb, beside the running server."""

import json
import unittest

from common import Server, main, pop3, retrieve, smtp

LETTER = b"From: Carol <carol@example.net>\r\nSubject: %s\r\n\r\n%s\r\n"


class Vault(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.server.start()

    def send(self, subject):
        with smtp(self.server) as session:
            session.sendmail("carol@example.net", [self.alice], LETTER % (subject, subject * 100))

    def delete_all(self):
        session = pop3(self.server, self.alice)
        for number in range(1, session.stat()[0] + 1):
            session.dele(number)
        session.quit()

    def fetch(self):
        """The unique ids, and the messages."""
        session = pop3(self.server, self.alice)
        count = session.stat()[0]
        unique_ids = [line.split()[1] for line in session.uidl()[1]]
        messages = [retrieve(session, number) for number in range(1, count + 1)]
        session.quit()
        return unique_ids, messages

    def kept(self):
        return json.loads(self.server.verb("vault", "list", self.alice, "--json").stdout)

    def test_had_back(self):
        for subject in (b"one", b"two", b"three"):
            self.send(subject)
        before = self.fetch()
        self.delete_all()
        self.assertEqual(self.fetch(), ([], []))
        kept = self.kept()
        self.assertEqual({entry["subject"] for entry in kept}, {"one", "two", "three"})
        self.assertEqual({entry["mailbox"] for entry in kept}, {"Inbox"})
        two = next(str(entry["id"]) for entry in kept if entry["subject"] == "two")
        done = self.server.verb("vault", "restore", self.alice, two)
        self.assertEqual(done.stdout, "restored 1\n")
        unique_ids, messages = self.fetch()
        self.assertEqual(messages, [before[1][1]])  # to the octet, trace fields and all
        self.assertNotIn(unique_ids[0], before[0])  # so that a client fetches it again

        self.server.kill()
        self.server.start()
        done = self.server.verb("vault", "restore", self.alice, "--all")
        self.assertEqual(done.stdout, "restored 2\n")
        self.assertEqual(sorted(self.fetch()[1]), sorted(before[1]))
        self.assertEqual(self.kept(), [])
        self.assertIn("all is well", self.server.verb("verify").stdout)

    def test_forgotten(self):
        self.send(b"secret")
        self.delete_all()
        self.assertIn("secret", self.server.verb("vault", "list", self.alice).stdout)
        self.assertEqual(self.server.verb("vault", "forget", self.alice, "--all").stdout, "forgot 1\n")
        self.assertEqual(self.kept(), [])

    def test_mistakes(self):
        for arguments, sentence in (
            (("list", "nobody@example.test"), "nobody@example.test"),
            (("restore", self.alice, "4711"), "vault list"),
            (("restore", self.alice), "--all"),
            (("forget", self.alice, "4711"), "vault list"),
        ):
            done = self.server.verb("vault", *arguments, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(sentence, done.stderr)


if __name__ == "__main__":
    main()
