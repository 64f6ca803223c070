"""Mail that its sender wants to wait (RFC 4865), from submission to the mailbox."""

import json
import time
import unittest

from common import DOMAIN, PASSWORD, Server, letter, main, pop3, smtp


class Later(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        for name in ("alice", "bob"):
            self.server.add_account(name)
        self.server.start()

    def submit(self, seconds, notify):
        with smtp(self.server, "submission") as session:
            session.login(f"alice@{DOMAIN}", PASSWORD)
            self.assertIn("futurerelease", session.esmtp_features)
            self.assertEqual(session.mail(f"alice@{DOMAIN}", [f"HOLDFOR={seconds}"])[0], 250)
            self.assertEqual(session.rcpt(f"bob@{DOMAIN}", [f"NOTIFY={notify}"])[0], 250)
            message = letter("later", sender=f"alice@{DOMAIN}", to=f"bob@{DOMAIN}")
            self.assertEqual(session.data(message)[0], 250)

    def listed(self):
        return json.loads(self.server.verb("queue", "list", "--json").stdout)

    def messages(self, name):
        session = pop3(self.server, f"{name}@{DOMAIN}")
        try:
            return [b"\r\n".join(session.retr(i + 1)[1]) for i in range(session.stat()[0])]
        finally:
            session.quit()

    def test_goes_when_its_time_has_come(self):
        began = int(time.time())
        self.submit(2, "SUCCESS")
        self.server.wait_for("held.sent")
        self.assertGreaterEqual(time.time(), began + 2)
        self.assertIn(b"Subject: later", self.messages("bob")[0])
        self.assertIn(b"Action: delivered", self.messages("alice")[0])
        self.assertEqual(self.listed(), [])

    def test_waits_while_the_server_is_away_and_can_be_stopped(self):
        self.submit(86400, "NEVER")
        self.server.stop()
        self.server.start()
        entry = self.listed()[0]
        self.assertTrue(entry["state"].startswith("until "), entry)
        self.assertEqual(entry["to"], f"bob@{DOMAIN}")
        self.assertEqual(entry["asked"], "NOTIFY=NEVER")
        self.assertEqual(self.messages("bob"), [])
        self.server.verb("queue", "drop", str(entry["id"]))
        self.assertEqual(self.listed(), [])


if __name__ == "__main__":
    main()
