"""Finding mail with the verb, beside the running server, and after it was killed."""

import json
import unittest

from common import Server, main, smtp


class Search(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.bob = self.server.add_account("bob")
        self.server.start()

    def send(self, subject, text, *recipients, fields=""):
        message = f"From: Carol <carol@example.net>\r\nSubject: {subject}\r\n{fields}\r\n{text}\r\n"
        with smtp(self.server) as session:
            session.sendmail("carol@example.net", list(recipients) or [self.alice], message.encode())

    def search(self, *words, address=None, options=()):
        """What is found once everything has been indexed."""
        while True:  # the verb itself takes its time; the test's time ends this
            done = self.server.verb("search", address or self.alice, *words, "--json", *options)
            found = json.loads(done.stdout)
            if found.get("behind", 0) == 0:
                return found

    def subjects(self, *words, address=None):
        return [item["subject"] for item in self.search(*words, address=address)["items"]]

    def test_words_and_operators(self):
        self.send("Lunch", "at the café tomorrow")
        self.send("Report", "numbers and words", self.alice, self.bob, fields="X-Mailer: mutt\r\n")
        self.assertEqual(self.subjects("CAFE"), ["Lunch"])
        self.assertEqual(self.subjects('"and words"'), ["Report"])
        self.assertEqual(self.subjects("numb*", "subject:report", "header:X-Mailer:mutt"), ["Report"])
        self.assertEqual(self.subjects("from:carol in:inbox is:unread"), ["Report", "Lunch"])
        self.assertEqual(self.subjects("from:carol -lunch OR cafe"), ["Report", "Lunch"])
        self.assertEqual(self.subjects("from:carol", address=self.bob), ["Report"])
        found = self.search("from:carol", options=("--limit", "1"))
        self.assertEqual((len(found["items"]), found["total"], found["more"]), (1, 2, False))

    def test_for_people(self):
        self.send("Lunch", "at noon")
        self.search("noon")
        done = self.server.verb("search", self.alice, "noon")
        self.assertIn("Carol", done.stdout)
        self.assertIn("Lunch", done.stdout)
        self.assertIn("1 of 1 found", done.stderr)

    def test_mistakes(self):
        done = self.server.verb("search", self.alice, "is:good", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("unread, read, starred or answered", done.stderr)
        self.assertIn("  is:good\n     ^", done.stderr)
        for words in ((self.alice,), ("nobody@example.test", "word"), (self.alice, "--thread", "4711")):
            done = self.server.verb("search", *words, check=False)
            self.assertEqual(done.returncode, 1, done.stderr)

    def test_a_conversation(self):
        self.send("First", "one", fields="Message-ID: <1@example.net>\r\n")
        self.send("Other", "two", fields="Message-ID: <2@example.net>\r\n")
        self.send("Answer", "three", fields="Message-ID: <3@example.net>\r\nIn-Reply-To: <1@example.net>\r\n")
        first = self.search("subject:first")["items"][0]["id"]
        self.assertEqual(self.search("one OR two OR three")["total"], 3)
        thread = json.loads(self.server.verb("search", self.alice, "--thread", str(first), "--json").stdout)
        self.assertEqual([item["subject"] for item in thread["items"]], ["First", "Answer"])

    def test_killed_between_commit_and_index(self):
        for number in range(50):
            self.send(f"Number {number}", "a word in common")
        self.server.kill()
        self.server.start()
        self.assertEqual(self.search("common")["total"], 50)
        self.server.stop()
        # Everything that was made of the mail can go.
        for name in ("index.db", "index.db-wal", "index.db-shm"):
            (self.server.data / name).unlink(missing_ok=True)
        done = self.server.verb("search", self.alice, "common", check=False)
        self.assertIn("there is no search index", done.stderr)
        self.server.start()
        self.assertEqual(self.search("common")["total"], 50)
        self.assertEqual(self.server.verb("verify").returncode, 0)


if __name__ == "__main__":
    main()
