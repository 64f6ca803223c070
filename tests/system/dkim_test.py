"""Mail that leaves is signed: dkimpy says whether it holds, with the records that `pillarbox dns` names."""

import json
import subprocess
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, PROGRAM, Server, clean_environment, letter, main, smtp
from next_hop import NextHop

BOB = "bob@elsewhere.example"
ORACLE = "/usr/bin/python3"  # Debian's, which has its dkim module

VERIFY = """
import json, logging, sys
import dkim
message, records = sys.stdin.buffer.read().split(b"\\0", 1)
records = json.loads(records)
def found(name, timeout=5):
    return records.get(name.decode().rstrip(".") if isinstance(name, bytes) else name.rstrip("."), "").encode()
checked = dkim.DKIM(message)
count = sum(name.lower() == b"dkim-signature" for name, _ in checked.headers)
print(json.dumps([bool(dkim.DKIM(message).verify(idx=i, dnsfunc=found)) for i in range(count)]))
"""


def has_oracle():
    done = subprocess.run([ORACLE, "-c", "import dkim, nacl"], capture_output=True, check=False)
    return done.returncode == 0


class Dkim(unittest.TestCase):
    def setUp(self):
        self.hop = NextHop()
        self.addCleanup(self.hop.close)
        self.server = Server(
            outbound__mode="smarthost", outbound__smarthost=f"smtp://127.0.0.1:{self.hop.port}"
        ).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")

    def records(self):
        """The text records that the domain has to publish, by name."""
        listed = json.loads(self.server.verb("dns", DOMAIN, "--json").stdout)
        return {record["name"]: record["value"] for record in listed if record["type"] == "TXT"}

    def selectors(self, state):
        listed = json.loads(self.server.verb("dkim", "list", DOMAIN, "--json").stdout)
        return [key["selector"] for key in listed if key["state"] == state]

    def submit(self, message):
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, [BOB], message, mail_options=["BODY=8BITMIME"])
        return self.hop.messages.get(timeout=PATIENCE)[2]

    def verified(self, message, records=None):
        """Whether each signature of a message holds, from the top."""
        question = message + b"\0" + json.dumps(self.records() if records is None else records).encode()
        done = subprocess.run([ORACLE, "-c", VERIFY], input=question, capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    @unittest.skipUnless(has_oracle(), "python3-dkim and python3-nacl are not installed")
    def test_another_program_agrees(self):
        self.server.start()
        bodies = ("", "\r\n", "Hello.\r\n", " two  spaces \t\r\n\r\n\r\n", ".\r\n..dots\r\n", "über\r\n", "x" * 900 + "\r\n",
                  "0123456789 abcdefghijklmnopqrstuvwxyz\r\n" * 20_000)
        for body in bodies:
            with self.subTest(body[:30]):
                extra = "Cc: one@elsewhere.example,\r\n\ttwo@elsewhere.example\r\nX-Odd:   kept  \r\n"
                sent = self.submit(letter("signed  subject", body, sender=self.alice, extra=extra))
                self.assertEqual(self.verified(sent), [True, True])
        self.assertEqual(self.verified(sent.replace(b"signed", b"forged")), [False, False])
        self.assertEqual(self.verified(sent.replace(b"\r\nFrom: ", b"\r\nFrom: m@evil.example\r\nFrom: ", 1)), [False, False])

    @unittest.skipUnless(has_oracle(), "python3-dkim and python3-nacl are not installed")
    def test_programs_on_this_machine(self):
        self.server.start()
        message = f"From: {self.alice}\nTo: {BOB}\nSubject: cron\n\ntext\n"
        subprocess.run([PROGRAM, *self.server.arguments(), "sendmail", "-t", "-f", self.alice], input=message.encode(),
                       timeout=PATIENCE, env=clean_environment(), check=True)
        self.server.verb("queue", "retry", "--all")
        self.assertEqual(self.verified(self.hop.messages.get(timeout=PATIENCE)[2]), [True, True])

    def test_keys_take_turns(self):
        self.server.start()
        first = self.selectors("active")
        self.assertEqual(len(first), 2)
        self.assertIn(f"s={first[0]};".encode(), self.submit(letter("one", sender=self.alice)))
        self.assertIn("no key of", self.server.verb("dkim", "activate", DOMAIN, check=False).stderr)
        self.server.verb("dkim", "rotate", DOMAIN)
        second = self.selectors("waiting")
        self.assertEqual(len(second), 2)
        published = self.records()
        for selector in first + second:
            self.assertTrue(published[f"{selector}._domainkey.{DOMAIN}"].startswith("v=DKIM1; "))
        self.assertIn(f"s={first[0]};".encode(), self.submit(letter("two", sender=self.alice)))
        self.server.verb("dkim", "activate", DOMAIN)
        sent = self.submit(letter("three", sender=self.alice))
        self.assertIn(f"s={second[0]};".encode(), sent)
        self.assertNotIn(f"s={first[0]};".encode(), sent)
        self.assertIn("make new keys first", self.server.verb("dkim", "remove", DOMAIN, second[0], check=False).stderr)
        for selector in first:
            self.server.verb("dkim", "remove", DOMAIN, selector)
        self.assertEqual(self.selectors("active"), second)
        self.assertNotIn(f"{first[0]}._domainkey.{DOMAIN}", self.records())
        self.assertIn("has no key", self.server.verb("dkim", "remove", DOMAIN, first[0], check=False).stderr)

    def test_records_to_publish(self):
        host = self.server.settings["hostname"]
        zone = self.server.verb("dns", DOMAIN, "--zone").stdout
        self.assertIn(f"\n{DOMAIN}. IN MX 10 {host}.\n", zone)
        self.assertIn(f"\n_dmarc.{DOMAIN}. IN TXT \"v=DMARC1; ", zone)
        for line in zone.splitlines():
            for part in line.split('"')[1::2]:
                self.assertLessEqual(len(part), 255)
        for text in (zone, self.server.verb("dns", DOMAIN).stdout, self.server.verb("dkim", "list", DOMAIN).stdout):
            self.assertIn(f"{self.selectors('active')[0]}._domainkey.{DOMAIN}", text)
        for verb in (("dns",), ("dkim", "list"), ("dkim", "rotate"), ("dkim", "activate")):
            self.assertIn("is no domain of this server", self.server.verb(*verb, "nowhere.example", check=False).stderr)


if __name__ == "__main__":
    main()
