"""An address elsewhere that is dead, again and again, gets no more mail until somebody says otherwise."""

import json
import smtplib
import subprocess
import time
import unittest

from common import PASSWORD, PATIENCE, PROGRAM, Server, clean_environment, letter, main, smtp
from next_hop import NextHop

BOB = "bob@elsewhere.example"
CAROL = "carol@elsewhere.example"
NOBODY = "550 5.1.1 nobody of that name here"


class Suppression(unittest.TestCase):
    def start(self, **settings):
        self.hop = NextHop()
        self.addCleanup(self.hop.close)
        self.hop.refused[BOB] = NOBODY
        settings = {"outbound__mode": "smarthost", "outbound__smarthost": f"smtp://127.0.0.1:{self.hop.port}"} | settings
        self.server = Server(**settings).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def rcpt(self, address, sender=None):
        """What RCPT is told."""
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.mail(self.alice if sender is None else sender)
            code, text = client.rcpt(address)
        return code, text.decode()

    def bounce(self, times, address=BOB):
        for _ in range(times):
            with smtp(self.server, "submission") as client:
                client.login(self.alice, PASSWORD)
                client.sendmail(self.alice, [address], letter("outside", "Hello.\r\n", sender=self.alice))
            self.server.wait_for("outbound.failed")

    def suppressed(self):
        return json.loads(self.server.verb("suppressed", "list", "--json").stdout)

    def test_a_dead_address_gets_no_more(self):
        self.start()
        self.bounce(2)
        self.assertEqual(self.rcpt(BOB)[0], 250)
        self.assertEqual(self.suppressed(), [])
        self.bounce(1)
        code, text = self.rcpt(BOB.upper())
        self.assertEqual(code, 550, text)
        self.assertTrue(text.startswith("5.1.1 there is no mailbox"), text)
        self.assertIn("said so 3 times in a row", text)
        self.assertIn("pillarbox suppressed lift", text)
        self.server.wait_for("smtp.rcpt_refused")
        (row,) = self.suppressed()
        self.assertEqual((row["address"], row["failures"], row["reply"]), (BOB, 3, NOBODY))
        # What tells of other mail always goes, and so does mail to others.
        self.assertEqual(self.rcpt(BOB, sender="")[0], 250)
        self.assertEqual(self.rcpt(CAROL)[0], 250)
        with self.assertRaises(smtplib.SMTPRecipientsRefused):
            self.bounce(1)

    def test_somebody_says_otherwise(self):
        self.start()
        self.bounce(3)
        self.assertEqual(self.rcpt(BOB)[0], 550)
        self.server.verb("suppressed", "lift", BOB)
        self.assertEqual(self.rcpt(BOB)[0], 250)
        again = self.server.verb("suppressed", "lift", BOB, check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("nothing is known against", again.stderr)

    def told(self, address, kinds):
        """What `trace` says of an address, once all these kinds are among it: what has no message is written soon after."""
        deadline = time.monotonic() + PATIENCE
        while True:
            done = self.server.verb("trace", address, "--json", check=False)
            items = json.loads(done.stdout)["items"] if done.stdout else []
            events = [event for item in items for event in item["events"] if event["kind"] in kinds]
            if {event["kind"] for event in events} == set(kinds):
                return {event["kind"]: event for event in events}
            self.assertLess(time.monotonic(), deadline, events)

    def test_who_asks_what_happened_is_told(self):
        self.start()
        self.bounce(3)
        self.assertEqual(self.rcpt(BOB)[0], 550)
        self.server.verb("suppressed", "lift", BOB)
        for address in (BOB, BOB.upper(), "Bob@elsewhere.example"):
            with self.subTest(address):
                events = self.told(address, ("suppressed", "recipientRefused", "suppressionLifted"))
                self.assertIn("3 times in a row", events["suppressed"]["reason"])
                self.assertEqual(events["suppressed"]["peer"], "127.0.0.1")
                self.assertEqual(events["recipientRefused"]["code"], 550)
                self.assertTrue(events["suppressionLifted"]["user"].endswith(", on the server"), events)
        text = self.server.verb("trace", BOB.upper()).stdout
        self.assertIn(f"<{BOB}> gets no more mail from users here: its server said 3 times in a row", text)
        self.assertIn(f"<{BOB}> gets mail again: lifted by ", text)

    def test_mail_that_is_taken_begins_the_count_anew(self):
        self.start()
        self.bounce(2)
        del self.hop.refused[BOB]
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, [BOB], letter("outside", "Hello.\r\n", sender=self.alice))
        self.server.wait_for("outbound.delivered")
        self.hop.refused[BOB] = NOBODY
        self.bounce(2)
        self.assertEqual(self.rcpt(BOB)[0], 250)

    def test_other_refusals_do_not_count(self):
        self.start()
        self.hop.refused[BOB] = "550 5.7.1 you are on a list"
        self.bounce(4)
        self.assertEqual(self.rcpt(BOB)[0], 250)

    def test_settings(self):
        for settings, code in (({"outbound__suppress_after": "1"}, 550), ({"outbound__suppress_after": "0"}, 250)):
            with self.subTest(settings):
                self.start(**settings)
                self.bounce(1)
                self.assertEqual(self.rcpt(BOB)[0], code)

    def test_a_local_program_is_told_as_well(self):
        self.start(outbound__suppress_after="1")
        self.bounce(1)
        done = subprocess.run(
            [PROGRAM, *self.server.arguments(), "sendmail", BOB],
            input="Subject: x\n\ntext\n", text=True, capture_output=True, timeout=PATIENCE, env=clean_environment(), check=False,
        )
        self.assertEqual(done.returncode, 69, done.stderr)
        self.assertIn("there is no mailbox", done.stderr)
        refused = self.told(BOB.upper(), ("suppressed", "recipientRefused"))["recipientRefused"]
        self.assertEqual(refused["protocol"], "sendmail")


if __name__ == "__main__":
    main()
