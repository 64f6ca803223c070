"""What an alias sends on to another server: who it is from there, and where its bounces go."""

import smtplib
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, smtp
from next_hop import NextHop

BOB = "bob@elsewhere.example"
FAR = "far@third.example"
BOUNCE = b"From: postmaster@third.example\r\nSubject: returned\r\n\r\nNobody.\r\n"


class Forward(unittest.TestCase):
    def setUp(self):
        self.hop = NextHop()
        self.addCleanup(self.hop.close)
        self.server = Server(
            outbound__mode="smarthost", outbound__smarthost=f"smtp://127.0.0.1:{self.hop.port}", limits__exempt="127.0.0.0/8"
        ).add_domain()
        self.addCleanup(self.server.close)
        self.server.add_account("alice")
        self.server.verb("alias", "add", f"away@{DOMAIN}", FAR)
        self.server.start()

    def send(self, sender, recipient, message):
        with smtp(self.server) as session:
            session.sendmail(sender, [recipient], message)

    def forwarded(self):
        self.send(BOB, f"away@{DOMAIN}", letter("forwarded", sender=BOB))
        sender, recipients, _ = self.hop.messages.get(timeout=PATIENCE)
        self.assertEqual(recipients, [FAR])
        return sender

    def refusal(self, sender, recipient):
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.send(sender, recipient, BOUNCE)
        code, text = refused.exception.recipients[recipient]
        return f"{code} {text.decode()}"

    def test_a_bounce_finds_its_way_back(self):
        rewritten = self.forwarded()
        self.assertRegex(rewritten, rf"^SRS0=[a-z2-7]{{8}}=[a-z2-7]{{2}}=elsewhere\.example=bob@{DOMAIN}$")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()  # the key stays
        for address in (rewritten, rewritten.lower()):
            self.send("", address, BOUNCE)
            sender, recipients, text = self.hop.messages.get(timeout=PATIENCE)
            self.assertEqual((sender, recipients), ("", [BOB]))
            self.assertTrue(text.endswith(BOUNCE))

    def test_nobody_sends_by_way_of_it(self):
        rewritten = self.forwarded()
        at = rewritten.index("=bob")
        self.assertRegex(self.refusal("", rewritten[:at] + "=eve" + rewritten[at + 4 :]), r"^550 5\.1\.1 this server has not made")
        self.assertRegex(self.refusal("", f"SRS0=aaaaaaaa=aa=elsewhere.example=bob@{DOMAIN}"), r"^550 5\.1\.1 ")
        self.assertRegex(self.refusal("eve@elsewhere.example", rewritten), r"^550 5\.7\.1 this address takes only bounces")
        self.assertEqual(self.hop.taken, 1)

    def test_what_we_cannot_deliver_is_told_to_its_sender(self):
        self.hop.refused = {FAR: "550 5.1.1 no such user"}
        self.send(BOB, f"away@{DOMAIN}", letter("forwarded", sender=BOB))
        sender, recipients, text = self.hop.messages.get(timeout=PATIENCE)
        self.assertEqual((sender, recipients), ("", [BOB]))
        self.assertIn(b"To: <bob@elsewhere.example>\r\n", text)
        self.assertIn(b"Status: 5.1.1\r\n", text)


if __name__ == "__main__":
    main()
