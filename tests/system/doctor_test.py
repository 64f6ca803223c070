"""`pillarbox doctor`: what it says of DNS as a test has it, and that nothing it cannot ask stops it."""

import json
import unittest

from common import DOMAIN, Server, main
from next_hop import NextHop
from small_dns import SmallDns

HOST = "mail.example.test"
ADDRESS = "1.2.3.4"  # nobody speaks to it; libunbound knows the names of loopback and test networks by itself
REVERSE = "4.3.2.1.in-addr.arpa"


class Doctor(unittest.TestCase):
    def setUp(self):
        self.hop = NextHop()
        self.addCleanup(self.hop.close)
        self.dns = SmallDns({})
        self.addCleanup(self.dns.close)
        self.server = Server(
            hostname=HOST, outbound__mode="direct", outbound__port=self.hop.port, dns__servers=f"127.0.0.1:{self.dns.port}"
        ).add_domain()
        self.addCleanup(self.server.close)

    def publish(self):
        """All that the server asks for, and what is beside it."""
        zone = {
            (HOST, "A"): [ADDRESS],
            (REVERSE, "PTR"): [HOST],
            ("gmail.com", "MX"): [(5, "hop.example.net")],
            ("hop.example.net", "A"): ["127.0.0.1"],
            ("2.0.0.127.zen.spamhaus.org", "A"): ["127.0.0.2"],  # what each list has to have
            ("2.0.0.127.bl.spamcop.net", "A"): ["127.0.0.2"],
        }
        for record in json.loads(self.server.verb("dns", DOMAIN, "--json").stdout):
            value = record["value"]
            if record["type"] == "MX":
                preference, host = value.split()
                value = (int(preference), host)
            if record["type"] == "SRV":
                *numbers, host = value.split()
                value = (*map(int, numbers), host)
            if record["type"] == "CNAME":
                zone[(record["name"], "A")] = [ADDRESS]
            else:
                zone.setdefault((record["name"], record["type"]), []).append(value)
        self.dns.zone = zone
        return zone

    def examine(self, *words, check=False):
        """What it found: the state, the detail and what to do, by what was looked at."""
        done = self.server.verb("doctor", *words, "--json", check=check)
        found = json.loads(done.stdout)
        for finding in found:
            self.assertEqual(finding["mend"] == "", finding["state"] == "good", finding)
        self.assertEqual(done.returncode, 1 if any(finding["state"] == "wrong" for finding in found) else 0)
        return {finding["what"]: finding for finding in found}

    def test_all_is_well(self):
        self.publish()
        self.server.start()  # which makes a certificate
        found = self.examine(check=True)
        states = {what: finding["state"] for what, finding in found.items() if what != "clock"}
        self.assertEqual(states.pop("certificate"), "warning")  # is self-signed
        self.assertEqual(states.pop("clients' addresses"), "not checked")  # nobody was here
        self.assertEqual(set(states.values()), {"good"}, found)
        self.assertIn(f"{DOMAIN} MX", states)
        self.assertIn(f"{ADDRESS} PTR", states)
        self.assertIn(f"hop.example.net port {self.hop.port}", states)
        self.assertEqual(sum("_domainkey" in what for what in states), 2)
        self.assertIn("clock", found)
        self.assertIn(f"autoconfig.{DOMAIN}", states)
        self.assertIn(f"{ADDRESS} on zen.spamhaus.org", states)
        for service in ("submissions", "submission", "pop3s", "pop3"):
            self.assertIn(f"_{service}._tcp.{DOMAIN} SRV", states)

    def test_nothing_is_published(self):
        found = self.examine()
        for what in (f"{DOMAIN} MX", f"{DOMAIN} TXT", f"{HOST} A, AAAA"):
            self.assertEqual(found[what]["state"], "wrong", found[what])
        self.assertEqual(found["mail that leaves"]["state"], "not checked")
        text = self.server.verb("doctor", DOMAIN, check=False)
        self.assertIn("\n             publish: ", text.stdout)
        self.assertIn("are wrong", text.stderr)

    def test_one_fault_at_a_time(self):
        for name, kind, value, what, state, said in (
            (DOMAIN, "MX", [(10, "elsewhere.example")], f"{DOMAIN} MX", "wrong", "elsewhere.example"),
            (DOMAIN, "TXT", ["v=spf1 -all", "v=spf1 mx -all"], f"{DOMAIN} TXT", "wrong", "there are 2"),
            (f"_dmarc.{DOMAIN}", "TXT", ["v=DMARC1; p=none"], f"_dmarc.{DOMAIN} TXT", "warning", "p=none"),
            (f"autoconfig.{DOMAIN}", "A", [], f"autoconfig.{DOMAIN}", "warning", "no such name"),
            (f"_submissions._tcp.{DOMAIN}", "SRV", [], f"_submissions._tcp.{DOMAIN} SRV", "warning", "there is none"),
            (f"_pop3s._tcp.{DOMAIN}", "SRV", [(0, 1, 995, "old.example")], f"_pop3s._tcp.{DOMAIN} SRV", "warning", "old.example port 995"),
            ("4.3.2.1.bl.spamcop.net", "A", ["127.0.0.2"], f"{ADDRESS} on bl.spamcop.net", "wrong", "block list"),
            ("2.0.0.127.zen.spamhaus.org", "A", ["127.255.255.254"], "zen.spamhaus.org", "warning", "test entry"),
            (REVERSE, "PTR", ["host7.provider.example"], f"{ADDRESS} PTR", "warning", "host7"),
            ("hop.example.net", "A", ["127.0.0.9"], f"hop.example.net port {self.hop.port}", "wrong", "reached"),
        ):
            with self.subTest(what):
                zone = self.publish()
                zone[(name, kind)] = value
                finding = self.examine()[what]
                self.assertEqual(finding["state"], state)
                self.assertIn(said, finding["detail"])

    def test_what_cannot_be_asked_is_said(self):
        self.publish()
        self.dns.failing = {f"_dmarc.{DOMAIN}", REVERSE}
        found = self.examine()
        self.assertEqual(found[f"_dmarc.{DOMAIN} TXT"]["state"], "not checked")
        self.assertEqual(found[f"{ADDRESS} PTR"]["state"], "not checked")
        self.assertEqual(found[f"{DOMAIN} MX"]["state"], "good")
        self.assertIn("is no domain of this server", self.server.verb("doctor", "nowhere.example", check=False).stderr)

    def test_a_key_that_was_not_published(self):
        zone = self.publish()
        self.server.verb("dkim", "rotate", DOMAIN)
        waiting = [what for what, finding in self.examine().items() if "_domainkey" in what and finding["state"] == "warning"]
        self.assertEqual(len(waiting), 2)
        self.server.verb("dkim", "activate", DOMAIN)
        found = self.examine()
        for what in waiting:
            self.assertEqual(found[what]["state"], "wrong")
        self.dns.zone = zone


if __name__ == "__main__":
    main()
