"""By when a message is to be delivered (RFC 2852), and what comes back of one that is not (RFC 3461)."""

import contextlib
import json
import unittest

from common import PASSWORD, PATIENCE, Server, letter, main, pop3, retrieve, smtp
from next_hop import NextHop

BOB = "bob@elsewhere.example"
BODY = "What I meant to say.\r\n"


class DeliverBy(unittest.TestCase):
    def start(self, *extensions):
        self.hop = NextHop(extensions=("8BITMIME", *extensions))
        self.addCleanup(self.hop.close)
        self.server = Server(outbound__mode="smarthost", outbound__smarthost=f"smtp://127.0.0.1:{self.hop.port}").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def submit(self, *options, notify=()):
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            self.assertTrue(client.has_extn("deliverby"))
            client.sendmail(self.alice, [BOB], letter("soon", BODY, sender=self.alice), mail_options=options, rcpt_options=notify)

    def inbox(self):
        session = pop3(self.server, self.alice)
        with contextlib.closing(session):
            return [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]

    def queued(self):
        return json.loads(self.server.verb("queue", "list", "--json").stdout)

    def said_of_mail(self):
        self.hop.messages.get(timeout=PATIENCE)
        said = []
        while not said:  # sessions before it came to nothing
            said = [line for line in self.hop.sessions.get(timeout=PATIENCE) if line.startswith("MAIL")]
        return said[0]

    def test_a_server_that_knows_it_is_told_what_is_left(self):
        self.start("DELIVERBY 10")
        for option, pattern in (("BY=600;R", r" BY=(600|5\d\d);R$"), ("BY=-5;NT", r" BY=-\d+;NT$")):
            self.submit(option)
            self.assertRegex(self.said_of_mail(), pattern)
            self.server.wait_for("outbound.delivered")
        report, = self.inbox()  # of the second, which is traced
        self.assertIn("Action: relayed\r\n", report)
        self.assertIn("\r\nDeliver-By-Date: ", report)
        self.submit("BY=5;R")
        self.server.wait_for("outbound.failed")
        self.assertIn("Status: 5.4.7\r\n", self.inbox()[1])

    def test_a_server_that_does_not(self):
        self.start()
        self.submit("BY=600;R")
        self.server.wait_for("outbound.failed")
        self.assertIn("Status: 5.3.3\r\n", self.inbox()[0])
        self.submit("BY=600;N")
        self.assertNotIn("BY=", self.said_of_mail())
        self.server.wait_for("outbound.delivered")
        self.assertIn("Action: relayed\r\n", self.inbox()[1])
        self.submit("BY=600;N", notify=["NOTIFY=NEVER"])
        self.server.wait_for("outbound.delivered")
        self.assertEqual((self.hop.taken, self.queued(), len(self.inbox())), (2, [], 2))

    def test_comes_back_when_its_time_is_over(self):
        self.start("DELIVERBY")
        self.hop.faults["banner"] += ["450 4.3.2 later"] * 100
        self.submit("BY=2;R")
        self.server.wait_for("outbound.failed")
        report, = self.inbox()
        self.assertIn("Action: failed\r\n", report)
        self.assertIn("Status: 5.4.7\r\n", report)
        self.assertEqual((self.queued(), self.hop.taken), ([], 0))

    def test_its_sender_is_told_when_its_time_is_over(self):
        self.start("DELIVERBY")
        self.hop.faults["banner"] += ["450 4.3.2 later"] * 100
        self.submit("BY=1;N")
        self.server.wait_for("outbound.deferred")
        if not self.inbox():  # that attempt was in time, and the next one comes when it is not
            self.server.wait_for("outbound.deferred")
        report, = self.inbox()
        self.assertIn("Action: delayed\r\n", report)
        self.assertEqual(len(self.queued()), 1)

    def test_all_of_it_comes_back_to_those_who_want_that(self):
        self.start()
        self.hop.refused = {BOB: "550 5.1.1 no such user"}
        for option in ("RET=FULL", "RET=HDRS"):
            self.submit(option)
            self.server.wait_for("outbound.failed")
        whole, head = self.inbox()
        self.assertIn("Content-Type: message/rfc822\r\n", whole)
        self.assertIn(BODY, whole)
        self.assertIn("Content-Type: text/rfc822-headers\r\n", head)
        self.assertNotIn(BODY, head)


if __name__ == "__main__":
    main()
