"""test.sink: mail to anybody anywhere comes to one account, and nothing leaves."""

import smtplib
import unittest

from common import DOMAIN, PASSWORD, Server, letter, main, pop3, retrieve, smtp

SINK = f"everything@{DOMAIN}"
TO = ["somebody@example.com", f"nobody@{DOMAIN}", f"alice@{DOMAIN}"]


class Sink(unittest.TestCase):
    def setUp(self):
        self.server = Server(test__mode="true", test__sink=SINK, outbound__mode="hold", auth__allow_plaintext="loopback")
        self.addCleanup(self.server.close)
        self.server.add_domain()
        for name in ("alice", "everything"):
            self.server.add_account(name)

    def taken(self, address):
        with_mail = pop3(self.server, address)
        letters = [retrieve(with_mail, number + 1) for number in range(with_mail.stat()[0])]
        with_mail.quit()
        return letters

    def test_takes_mail_for_everybody(self):
        self.server.verb("alias", "add", f"out@{DOMAIN}", "away@example.net")
        self.server.start()
        self.assertTrue(any("server.test_mode" in line and SINK in line for line in self.server.log), self.server.log)
        with smtp(self.server) as session:
            session.sendmail("app@example.org", TO + [f"out@{DOMAIN}"], letter("By SMTP"))
        with smtp(self.server, "submission") as session:
            session.login(f"alice@{DOMAIN}", PASSWORD)
            session.sendmail(f"alice@{DOMAIN}", TO[:1] + ["other@example.com"], letter("By submission", sender=f"alice@{DOMAIN}"))
        caught = b"".join(self.taken(SINK))
        self.assertEqual(caught.count(b"Subject: By SMTP"), 1, "one copy, however many recipients")
        self.assertEqual(caught.count(b"Subject: By submission"), 1)
        self.assertIn(b"Delivered-To: somebody@example.com", caught)
        self.assertEqual(b"".join(self.taken(f"alice@{DOMAIN}")).count(b"Subject: By SMTP"), 1)
        self.assertEqual(self.server.verb("queue", "list", "--json").stdout.strip(), "[]", "nothing is on its way")

    def test_strangers_do_not_submit(self):
        self.server.start()
        with smtp(self.server, "submission") as session:
            with self.assertRaises(smtplib.SMTPException):
                session.sendmail(f"alice@{DOMAIN}", TO[:1], letter("Without signing in"))

    def test_what_makes_no_sense(self):
        for key, value, told in (("outbound.mode", "direct", "outbound.mode"), ("test.mode", "false", "test.mode"),
                                 ("test.sink", f"gone@{DOMAIN}", "there is no account gone@")):
            with self.subTest(key):
                usual = self.server.settings[key]
                self.server.settings[key] = value
                done = self.server.verb("serve", check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(told, done.stderr)
                self.server.settings[key] = usual


if __name__ == "__main__":
    main()
