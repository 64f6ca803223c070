"""Quotas of domains and accounts, changed by the verbs beside the running server."""

import json
import smtplib
import unittest

from common import DOMAIN, Server, main, smtp


class Quota(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.bob = self.server.add_account("bob")
        self.server.start()

    def send(self, octets, *recipients):
        with smtp(self.server) as session:
            return session.sendmail("carol@example.net", list(recipients), b"Subject: x\r\n\r\n" + b"x" * 70 * (octets // 70))

    def refused(self, octets, *recipients):
        with self.assertRaises((smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)) as caught:
            self.send(octets, *recipients)
        error = caught.exception
        replies = error.recipients.values() if hasattr(error, "recipients") else [(error.smtp_code, error.smtp_error)]
        return {(code, text.split()[0]) for code, text in replies}

    def listed(self, what):
        return json.loads(self.server.verb(what, "list", "--json").stdout)

    def test_of_a_domain(self):
        self.send(7_000, self.alice)
        self.server.verb("domain", "quota", DOMAIN, "20K")
        [domain] = self.listed("domain")
        self.assertEqual(domain["quota"], 20 * 1024)
        self.assertGreater(domain["octets"], 7_000)
        self.send(7_000, self.bob)
        self.assertEqual(self.refused(7_000, self.alice), {(452, b"4.2.2")})
        self.server.verb("domain", "quota", DOMAIN, "none")
        self.assertEqual(self.send(7_000, self.alice, self.bob), {})

    def test_of_an_account(self):
        self.server.verb("account", "quota", self.alice, "5K")
        self.assertEqual(self.refused(7_000, self.alice), {(452, b"4.2.2")})
        quotas = {account["address"]: account["quota"] for account in self.listed("account")}
        self.assertEqual(quotas[self.alice], 5 * 1024)
        self.server.verb("account", "quota", self.alice, "default")
        self.send(7_000, self.alice)

    def test_mistakes(self):
        for words, told in ((("domain", "quota", DOMAIN, "much"), "or write none"),
                            (("domain", "quota", "example.net", "5G"), "no domain of this server"),
                            (("account", "quota", self.alice, "0"), "or default"),
                            (("account", "quota", f"nobody@{DOMAIN}", "5G"), "there is no account")):
            done = self.server.verb(*words, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(told, done.stderr)


if __name__ == "__main__":
    main()
