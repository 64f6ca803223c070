"""What a sender asks to be told of goes with the message to the next server (RFC 3461)."""

import contextlib
import unittest

from common import PASSWORD, PATIENCE, Server, letter, main, pop3, retrieve, smtp
from next_hop import NextHop

BOB = "bob@elsewhere.example"


class Notifications(unittest.TestCase):
    def start(self, *extensions):
        self.hop = NextHop(extensions=extensions)
        self.addCleanup(self.hop.close)
        self.server = Server(outbound__mode="smarthost", outbound__smarthost=f"smtp://127.0.0.1:{self.hop.port}").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def submit(self):
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, [BOB], letter("told of", "Is it there?\r\n", sender=self.alice),
                            mail_options=["RET=HDRS", "ENVID=QQ+2B1"], rcpt_options=["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;b+2Bob@elsewhere.example"])
        self.server.wait_for("outbound.delivered")

    def said(self):
        self.hop.messages.get(timeout=PATIENCE)
        said = []
        while not said:  # sessions before it came to nothing
            said = [line for line in self.hop.sessions.get(timeout=PATIENCE) if line.startswith(("MAIL", "RCPT"))]
        return said

    def inbox(self):
        session = pop3(self.server, self.alice)
        with contextlib.closing(session):
            return [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]

    def test_a_server_that_tells_is_told_of_what(self):
        self.start("DSN")
        self.submit()
        self.assertEqual(self.said(), [f"MAIL FROM:<{self.alice}> RET=HDRS ENVID=QQ+2B1",
                                       f"RCPT TO:<{BOB}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bob@elsewhere.example"])
        self.assertEqual(self.inbox(), [])

    def test_for_one_that_does_not_we_tell_that_it_was_passed_on(self):
        self.start()
        self.submit()
        self.assertEqual(self.said(), [f"MAIL FROM:<{self.alice}>", f"RCPT TO:<{BOB}>"])
        report, = self.inbox()
        self.assertIn("Action: relayed\r\n", report)
        self.assertIn("Original-Envelope-Id: QQ+1\r\n", report)  # no longer in xtext
        self.assertIn("Original-Recipient: rfc822; b+ob@elsewhere.example\r\n", report)


if __name__ == "__main__":
    main()
