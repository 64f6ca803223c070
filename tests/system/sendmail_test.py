"""`pillarbox sendmail`, as local programs call it: beside a running server, and while none runs."""

import os
import subprocess
import unittest

from common import DOMAIN, PATIENCE, PROGRAM, Server, clean_environment, main, pop3, retrieve

OK, USAGE, DATA, NO_USER, UNAVAILABLE, CONFIG = 0, 64, 65, 67, 69, 78


class Sendmail(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.bob = self.server.add_account("bob")

    def send(self, *arguments, stdin, status=OK):
        """Runs it; returns what it said."""
        done = subprocess.run([PROGRAM, *self.server.arguments(), "sendmail", *arguments], input=stdin.encode(),
                              capture_output=True, timeout=PATIENCE, env=clean_environment(), check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def inbox(self, address):
        session = pop3(self.server, address)
        messages = [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]
        session.quit()
        return messages

    def test_as_cron_php_and_git_do(self):
        self.send("-FCronDaemon", "-i", "-B8BITMIME", "-oem", "alice", stdin="Subject: cron\nTo: alice\n\none\n.\ntwo\n")
        self.server.start()
        self.send("-t", "-i", f"-f{self.bob}", stdin=f"To: {self.alice}\nBcc: Bob <{self.bob}>\nSubject: php\n\ntext\n")
        self.send("-i", "-f", self.alice, self.alice, f"<{self.bob}>", "far@elsewhere.example", stdin="Subject: git\n\n")
        self.send("alice", stdin="From someone Mon Jan  1\nSubject: dot\n\nkept\n.\nnot kept\n")

        cron, php, git, dot = self.inbox(self.alice)
        self.assertIn("\r\n\r\none\r\n.\r\ntwo\r\n", cron)
        self.assertIn('\r\nFrom: "CronDaemon" <', cron)
        self.assertIn("\r\nDate: ", cron)
        self.assertIn("\r\nMessage-ID: <", cron)
        self.assertIn(f"Return-Path: <{self.bob}>\r\n", php)
        self.assertNotIn("Bcc", php)
        self.assertIn("Subject: git\r\n", git)
        self.assertTrue(dot.endswith("\r\n\r\nkept\r\n"), dot)
        self.assertNotIn("From someone", dot)
        self.assertEqual(len(self.inbox(self.bob)), 2)
        self.assertIn("far@elsewhere.example", self.server.verb("queue", "list").stdout)
        self.assertEqual(self.server.stop(), 0)

    def test_says_what_is_wrong_and_stores_nothing(self):
        letter = "Subject: x\n\ntext\n"
        self.assertIn("-t", self.send(stdin=letter, status=USAGE))
        self.assertIn("-Z", self.send("-Z", stdin=letter, status=USAGE))
        self.assertIn("-bs", self.send("-bs", stdin="", status=USAGE))
        self.assertIn("names no recipient", self.send("-t", stdin=letter, status=USAGE))
        self.assertIn("nobody@", self.send(self.alice, f"nobody@{DOMAIN}", stdin=letter, status=NO_USER))
        self.assertIn("is no address", self.send(self.alice, "b c@example.org", stdin=letter, status=DATA))
        self.assertIn("NUL", self.send(self.alice, stdin="Subject: x\n\na\0b\n", status=DATA))
        self.server.settings["smtp.max_message_size"] = "64K"
        self.assertIn("larger", self.send(self.alice, stdin=letter + "x" * 70000, status=DATA))
        del self.server.settings["smtp.max_message_size"]
        self.send("-bi", stdin="")
        self.send("-q", stdin="")
        self.server.start()
        self.assertEqual(self.inbox(self.alice), [])
        self.assertEqual(self.server.stop(), 0)
        self.server.settings["data_dir"] = str(self.server.folder / "nowhere")
        self.assertIn("no mail server", self.send(self.alice, stdin=letter, status=UNAVAILABLE))
        self.server.settings["smtp.listen"] = "nonsense"
        self.send(self.alice, stdin=letter, status=CONFIG)

    def test_by_its_other_name(self):
        link = self.server.folder / "sendmail"
        os.symlink(PROGRAM, link)
        environment = clean_environment() | {
            "PILLARBOX_" + key.upper().replace(".", "_"): value for key, value in self.server.settings.items()
        }
        done = subprocess.run([link, "-ti"], input=b"To: alice\nSubject: linked\n\n", capture_output=True, timeout=PATIENCE,
                              env=environment, check=False)
        self.assertEqual((done.returncode, done.stderr), (OK, b""))
        self.server.start()
        self.assertIn("Subject: linked", self.inbox(self.alice)[0])
        self.assertEqual(self.server.stop(), 0)

    def test_many_at_once(self):
        self.server.start()
        command = [PROGRAM, *self.server.arguments(), "sendmail", "-i", "alice"]
        running = [subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=clean_environment())
                   for _ in range(4)]
        for number, process in enumerate(running):
            _, stderr = process.communicate(f"Subject: {number}\n\n".encode(), timeout=PATIENCE)
            self.assertEqual(process.returncode, OK, stderr)
        self.assertEqual(len(self.inbox(self.alice)), 4)
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    main()
