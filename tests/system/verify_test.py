"""Mail from other servers is verified: SPF, DKIM and DMARC, and what follows."""

import contextlib
import json
import smtplib
import unittest

from common import PATIENCE, Server, main, pop3, retrieve, smtp
from pillarbox import HOST
from small_dns import SmallDns

# RFC 8463, appendix A: a message, its signature and where the key is.
SIGNATURE = (
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
)
MESSAGE = (
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game.  Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n"
)
ZONE = {
    ("brisbane._domainkey.football.example.com", "TXT"): ["v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="],
    ("_dmarc.football.example.com", "TXT"): ["v=DMARC1; p=reject"],
    ("here.example", "TXT"): ["v=spf1 a:mx.here.example -all"],
    ("mx.here.example", "A"): ["127.0.0.1"],
    ("_dmarc.here.example", "TXT"): ["v=DMARC1; p=reject; sp=quarantine"],
    ("a.here.example", "TXT"): ["v=spf1 -all"],
    ("elsewhere.example", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("_dmarc.elsewhere.example", "TXT"): ["v=DMARC1; p=reject"],
    ("careless.example", "TXT"): ["v=spf1 -all"],
    ("_dmarc.careless.example", "TXT"): ["v=DMARC1; p=none"],
}


def letter_from(author, more=""):
    return f"{more}From: {author}\r\nTo: alice@example.test\r\nSubject: verify\r\nMessage-ID: <verify@{author.split('@')[1]}>\r\n\r\ntext\r\n"


class Verify(unittest.TestCase):
    def serve(self, **settings):
        self.dns = SmallDns(ZONE)
        self.addCleanup(self.dns.close)
        settings = {"verify__except": "", "dns__servers": f"127.0.0.1:{self.dns.port}"} | settings
        self.server = Server(**settings).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()
        return self.server

    def send(self, path, text):
        with smtp(self.server) as session:
            session.ehlo("mx.here.example")
            session.mail(path)
            session.rcpt(self.alice)
            code, reply = session.data(text)
        return code, reply.decode()

    def inbox(self):
        session = pop3(self.server, self.alice)
        with contextlib.closing(session):
            return [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]

    def accepted(self, path, text):
        """The newest message in the Inbox, once it was taken."""
        code, reply = self.send(path, text)
        self.assertEqual(code, 250, reply)
        return self.inbox()[-1]

    def test_what_was_found_stands_before_the_message(self):
        self.serve()
        message = self.accepted("bob@here.example", letter_from("bob@here.example"))
        head, _, rest = message.partition("Received: ")
        self.assertIn(f"Authentication-Results: {HOST};\r\n", head)
        self.assertIn("spf=pass smtp.mailfrom=here.example;", head)
        self.assertIn("dkim=none;", head)
        self.assertIn("dmarc=pass header.from=here.example policy.dmarc=reject;\r\n", head)
        self.assertRegex(head, r"\r\n    iprev=[a-z]+ reason=\S+ policy.iprev=127.0.0.1\r\n")
        self.assertTrue(rest.endswith(letter_from("bob@here.example")))
        line = self.server.wait_for("smtp.message")
        self.assertIn("spf=pass", line)

    def test_a_signature_is_enough(self):
        self.serve()
        message = self.accepted("forwarder@elsewhere.example", SIGNATURE + MESSAGE)
        self.assertIn("spf=fail smtp.mailfrom=elsewhere.example", message)
        self.assertIn("dkim=pass header.d=football.example.com", message)
        self.assertIn("dmarc=pass", message)
        self.assertTrue(message.endswith(SIGNATURE + MESSAGE))
        code, reply = self.send("forwarder@elsewhere.example", SIGNATURE + MESSAGE.replace("Hi.", "Hello."))
        self.assertEqual((code, reply[:5]), (550, "5.7.1"), reply)

    def test_what_the_domain_does_not_allow_is_refused(self):
        self.serve()
        code, reply = self.send("bob@elsewhere.example", letter_from("bob@elsewhere.example"))
        self.assertEqual((code, reply[:5]), (550, "5.7.1"), reply)
        self.assertIn("elsewhere.example", reply)
        self.assertEqual(self.inbox(), [])
        self.server.wait_for("dmarc=fail")

    def test_what_is_suspicious_goes_to_junk(self):
        self.serve()
        code, reply = self.send("bob@a.here.example", letter_from("bob@a.here.example"))
        self.assertEqual(code, 250, reply)
        self.assertEqual(self.inbox(), [])
        (story,) = json.loads(self.server.verb("trace", "<verify@a.here.example>", "--json").stdout)["items"]
        self.assertEqual([event["kind"] for event in story["events"]], ["stored", "judged", "verified"])
        self.assertEqual({event["mailbox"] for event in story["events"]}, {"Junk"})
        self.assertIn("dmarc=fail", story["events"][2]["reason"])
        self.assertIn("found as it came", self.server.verb("trace", "<verify@a.here.example>").stdout)

    def test_a_policy_of_none_changes_nothing(self):
        self.serve()
        self.assertIn("dmarc=fail header.from=careless.example policy.dmarc=none", self.accepted("x@careless.example", letter_from("x@careless.example")))

    def test_settings(self):
        for settings, text, found in (
            ({"verify__mode": "note"}, letter_from("bob@elsewhere.example"), "dmarc=fail"),
            ({"verify__mode": "off"}, letter_from("bob@elsewhere.example"), None),
            ({"verify__except": "127.0.0.0/8"}, letter_from("bob@elsewhere.example"), None),
            ({"limits__exempt": "127.0.0.0/8"}, letter_from("bob@elsewhere.example"), None),
            ({"verify__quarantine": "inbox"}, letter_from("bob@a.here.example"), "dmarc=fail"),
        ):
            with self.subTest(settings):
                self.serve(**settings)
                message = self.accepted("x@careless.example", text)
                if found:
                    self.assertIn(found, message)
                else:
                    self.assertNotIn("Authentication-Results", message)

    def test_forged_fields_go(self):
        forged = f"Authentication-Results: (x) {HOST.upper()} 1;\r\n dmarc=pass header.from=here.example\r\n"
        others = "Authentication-Results: relay.example; spf=pass\r\n"
        for mode in ("enforce", "off"):
            with self.subTest(mode):
                self.serve(verify__mode=mode)
                message = self.accepted("bob@here.example", letter_from("bob@here.example", forged + others))
                self.assertNotIn(HOST.upper(), message)
                self.assertTrue(message.endswith(letter_from("bob@here.example", others)))

    def test_a_fault_of_dns_refuses_nobody(self):
        self.serve()
        self.dns.failing.update({"elsewhere.example", "_dmarc.elsewhere.example"})
        message = self.accepted("bob@elsewhere.example", letter_from("bob@elsewhere.example"))
        self.assertIn("spf=temperror", message)
        self.assertIn("dmarc=temperror", message)
        self.server.close()
        self.serve(verify__dns_fault="defer")
        self.dns.failing.add("_dmarc.elsewhere.example")
        code, reply = self.send("bob@elsewhere.example", letter_from("bob@elsewhere.example"))
        self.assertEqual((code, reply[:5]), (451, "4.4.3"), reply)

    def test_stops_while_dns_is_silent(self):
        self.serve()
        self.dns.silent.add("here.example")
        session = smtplib.SMTP("127.0.0.1", self.server.ports["smtp"], timeout=PATIENCE)
        with contextlib.closing(session):
            session.ehlo("mx.here.example")
            session.mail("bob@here.example")
            session.rcpt(self.alice)
            session.docmd("DATA")
            session.send(letter_from("bob@here.example") + ".\r\n")
            self.dns.wait_for("here.example")
            self.server.signal(15)
            self.assertEqual(session.getreply()[0], 250)
        self.assertEqual(self.server.ended(), 0)


if __name__ == "__main__":
    main()
