"""Mail that leaves for the servers that DNS names."""

import contextlib
import json
import unittest

from common import PASSWORD, PATIENCE, Server, letter, main, pop3, retrieve, smtp
from next_hop import NextHop
from small_dns import SmallDns

ZONE = {
    ("good.example", "MX"): [(20, "backup.good.example"), (10, "mx.good.example")],
    ("mx.good.example", "A"): ["127.0.0.1"],
    ("backup.good.example", "A"): ["127.0.0.3"],
    ("fallback.example", "MX"): [(10, "dead.fallback.example"), (20, "mx.good.example")],
    ("dead.fallback.example", "A"): ["127.0.0.9"],
    ("implicit.example", "A"): ["127.0.0.1"],
    ("both.example", "MX"): [(10, "mx.both.example")],
    ("mx.both.example", "A"): ["127.0.0.1"],
    ("mx.both.example", "AAAA"): ["::1"],
    ("none.example", "MX"): [(0, "")],
    ("loop.example", "MX"): [(10, "mail.example.test")],
    ("nowhere.example", "MX"): [(10, "mx.nowhere.example")],
    ("mx.nowhere.example", "TXT"): ["no address"],
}


class Direct(unittest.TestCase):
    def setUp(self):
        self.hop = NextHop()
        self.addCleanup(self.hop.close)
        self.dns = SmallDns(ZONE)
        self.addCleanup(self.dns.close)
        self.server = Server(
            outbound__mode="direct", outbound__port=self.hop.port, dns__servers=f"127.0.0.1:{self.dns.port}"
        ).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def submit(self, *recipients):
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, recipients, letter("outside", sender=self.alice))

    def queued(self):
        return json.loads(self.server.verb("queue", "list", "--json").stdout)

    def bounce(self, recipient):
        self.submit(recipient)
        self.server.wait_for("outbound.failed")
        self.assertEqual(self.queued(), [])
        session = pop3(self.server, self.alice)
        with contextlib.closing(session):
            return retrieve(session, session.stat()[0]).decode()

    def test_goes_where_dns_says(self):
        for domain in ("good.example", "fallback.example", "implicit.example", "both.example"):
            with self.subTest(domain):
                self.submit(f"bob@{domain}")
                self.assertEqual(self.hop.messages.get(timeout=PATIENCE)[1], [f"bob@{domain}"])
                self.server.wait_for("outbound.delivered")
        self.assertEqual(self.queued(), [])

    def test_one_message_goes_to_each_domain(self):
        self.submit("a@good.example", "b@implicit.example", "c@good.example")
        got = sorted(self.hop.messages.get(timeout=PATIENCE)[1] for _ in range(2))
        self.assertEqual(got, [["a@good.example", "c@good.example"], ["b@implicit.example"]])

    def test_what_dns_says_for_good(self):
        for domain, status in (
            ("none.example", "5.1.10"),
            ("loop.example", "5.4.6"),
            ("unknown.example", "5.1.2"),
            ("nowhere.example", "5.4.4"),
        ):
            with self.subTest(domain):
                self.assertIn(f"Status: {status}\r\n", self.bounce(f"bob@{domain}"))
        self.assertEqual(self.hop.taken, 0)

    def test_what_dns_cannot_say_now(self):
        self.dns.failing.add("good.example")
        self.submit("bob@good.example")
        self.server.wait_for("outbound.deferred")
        self.assertIn("DNS", self.queued()[0]["reply"])
        self.dns.failing.clear()

    def test_stops_while_dns_is_silent(self):
        self.dns.silent.add("good.example")
        self.submit("bob@good.example")
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(len(self.queued()), 1)


if __name__ == "__main__":
    main()
