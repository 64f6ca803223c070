"""The owners of domains are told each day what DMARC found of mail in their name, where they ask for it."""

import contextlib
import email
import gzip
import queue
import re
import sqlite3
import unittest
import xml.etree.ElementTree

from common import PATIENCE, Server, main, smtp
from next_hop import NextHop
from pillarbox import DOMAIN, HOST
from small_dns import SmallDns

ZONE = {
    ("here.example", "TXT"): ["v=spf1 a:mx.here.example -all"],
    ("here.example", "MX"): [(10, "mx.here.example")],
    ("mx.here.example", "A"): ["127.0.0.1"],
    ("_dmarc.here.example", "TXT"): [
        "v=DMARC1; p=reject; sp=none; rua=mailto:dmarc@here.example!10m, mailto:x@stranger.example, mailto:y@helper.example"
    ],
    ("here.example._report._dmarc.helper.example", "TXT"): ["v=DMARC1;"],
    ("helper.example", "MX"): [(10, "mx.here.example")],
    ("_dmarc.quiet.example", "TXT"): ["v=DMARC1; p=none"],
}

# What RFC 9990, and RFC 7489 before it, let an element have: its children in order, each with how
# often at least and at most; or what its text is like.
MANY = 10**6
POLICY = "none|quarantine|reject"
RFC_9990 = {
    "feedback": [("version", 0, 1), ("report_metadata", 1, 1), ("policy_published", 1, 1), ("record", 1, MANY)],
    "version": r"1\.0",
    "report_metadata": [("org_name", 1, 1), ("email", 1, 1), ("report_id", 1, 1), ("date_range", 1, 1), ("error", 0, 1),
                        ("generator", 0, 1)],
    "org_name": ".+",
    "email": ".+@.+",
    "report_id": "[A-Za-z0-9]+",
    "date_range": [("begin", 1, 1), ("end", 1, 1)],
    "begin": r"\d+",
    "end": r"\d+",
    "error": ".+",
    "generator": ".+",
    "policy_published": [("domain", 1, 1), ("discovery_method", 0, 1), ("p", 1, 1), ("sp", 0, 1), ("np", 0, 1),
                         ("adkim", 0, 1), ("aspf", 0, 1), ("testing", 0, 1)],
    "domain": ".+",
    "discovery_method": "psl|treewalk",
    "p": POLICY,
    "sp": POLICY,
    "np": POLICY,
    "adkim": "r|s",
    "aspf": "r|s",
    "testing": "n|y",
    "record": [("row", 1, 1), ("identifiers", 1, 1), ("auth_results", 1, 1)],
    "row": [("source_ip", 1, 1), ("count", 1, 1), ("policy_evaluated", 1, 1)],
    "source_ip": r"[0-9a-f.:]+",
    "count": r"[1-9]\d*",
    "policy_evaluated": [("disposition", 1, 1), ("dkim", 1, 1), ("spf", 1, 1), ("reason", 0, MANY)],
    "disposition": POLICY + "|pass",
    "policy_evaluated/dkim": "pass|fail",
    "policy_evaluated/spf": "pass|fail",
    "reason": [("type", 1, 1), ("comment", 0, 1)],
    "type": "local_policy|mailing_list|other|policy_test_mode|trusted_forwarder",
    "comment": ".*",
    "identifiers": [("envelope_from", 0, 1), ("header_from", 1, 1)],
    "envelope_from": ".*",
    "header_from": ".+",
    "auth_results": [("dkim", 0, MANY), ("spf", 1, 1)],
    "auth_results/dkim": [("domain", 1, 1), ("selector", 1, 1), ("result", 1, 1)],
    "auth_results/spf": [("domain", 1, 1), ("scope", 0, 1), ("result", 1, 1)],
    "selector": ".+",
    "scope": "mfrom",
    "result": "none|pass|fail|policy|neutral|softfail|temperror|permerror",
}
RFC_7489 = RFC_9990 | {
    "report_metadata": RFC_9990["report_metadata"][:-1],
    "policy_published": [("domain", 1, 1), ("adkim", 0, 1), ("aspf", 0, 1), ("p", 1, 1), ("sp", 1, 1), ("pct", 1, 1),
                         ("fo", 1, 1)],
    "pct": "100",
    "fo": "0",
    "disposition": POLICY,
    "type": "forwarded|sampled_out|trusted_forwarder|mailing_list|local_policy|other",
}
NAME_SPACE = "{urn:ietf:params:xml:ns:dmarc-2.0}"


def faults_of(element, schema, space, above=""):
    """Where an element is not as the schema has it."""
    if not element.tag.startswith(space) or "}" in element.tag[len(space) :]:
        return [f"{element.tag} is in another name space"]
    name = element.tag[len(space) :]
    rule = schema.get(f"{above}/{name}", schema.get(name))
    if rule is None:
        return [f"{name} is unknown"]
    children = [child.tag[len(space) :] for child in element]
    if isinstance(rule, str):
        good = not children and re.fullmatch(rule, element.text or "")
        return [] if good else [f"{name} has {element.text!r} {children}"]
    faults = [f"{name} has {child}" for child in children if child not in [known for known, _, _ in rule]]
    faults += [
        f"{name} has {children.count(child)} of {child}" for child, least, most in rule if not least <= children.count(child) <= most
    ]
    if not faults and children != sorted(children, key=[known for known, _, _ in rule].index):
        faults.append(f"{name} has another order: {children}")
    for child in element:
        faults += faults_of(child, schema, space, name)
    return faults


class DmarcReports(unittest.TestCase):
    def serve(self, form):
        self.hop = NextHop()
        self.addCleanup(self.hop.close)
        self.dns = SmallDns(ZONE)
        self.addCleanup(self.dns.close)
        self.server = Server(
            verify__except="", verify__dmarc_reports=form, outbound__mode="direct", outbound__port=self.hop.port,
            dns__servers=f"127.0.0.1:{self.dns.port}",
        ).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def send(self, author, path=None, subject="hello"):
        with smtp(self.server) as session:
            session.ehlo("mx.here.example")
            session.mail(author if path is None else path)
            session.rcpt(self.alice)
            return session.data(f"From: {author}\r\nTo: {self.alice}\r\nSubject: {subject}\r\n\r\ntext\r\n")[0]

    def counted(self):
        """What the store has, once the server has stopped."""
        with contextlib.closing(sqlite3.connect(f"{self.server.data}/mail.db")) as database:
            return database.execute("SELECT domain, sum(number) FROM tally WHERE kind = 2 GROUP BY domain").fetchall()

    def let_days_pass(self):
        self.server.stop()
        with contextlib.closing(sqlite3.connect(f"{self.server.data}/mail.db")) as database, database:
            for table in ("tally", "tally_day"):
                database.execute(f"UPDATE {table} SET day = day - 3")
        self.server.start()

    def reports(self, number):
        """By recipient."""
        got = [self.hop.messages.get(timeout=PATIENCE) for _ in range(number)]
        self.assertEqual({path for path, _, _ in got}, {""})
        return {recipients[0]: email.message_from_bytes(octets) for _, recipients, octets in got}

    def file_of(self, message):
        (file,) = [part for part in message.walk() if part.get_filename()]
        return file.get_filename(), file.get_content_type(), gzip.decompress(file.get_payload(decode=True))

    def test_the_owner_is_told_of_the_day(self):
        self.serve("rfc9990")
        self.assertEqual(self.send("bob@here.example"), 250)
        self.assertEqual(self.send("bob@here.example"), 250)
        self.assertEqual(self.send("eve@here.example", path="eve@stranger.example"), 550)
        self.assertEqual(self.send("eve@quiet.example"), 250)
        self.let_days_pass()
        reports = self.reports(2)
        self.assertEqual(set(reports), {"dmarc@here.example", "y@helper.example"})
        message = reports["dmarc@here.example"]
        self.assertEqual(message["From"], f"<postmaster@{DOMAIN}>")
        self.assertIn(f"d={DOMAIN}", message["DKIM-Signature"])
        name, kind, text = self.file_of(message)
        self.assertEqual(kind, "application/gzip")
        self.assertRegex(name, rf"^{DOMAIN}!here\.example!\d+!\d+![0-9a-z]+\.xml\.gz$")
        subject = " ".join(message["Subject"].split())
        self.assertRegex(subject, rf"^Report Domain: here\.example Submitter: {DOMAIN} Report-ID: <[0-9a-z]+@{DOMAIN}>$")
        report = xml.etree.ElementTree.fromstring(text)
        self.assertEqual(faults_of(report, RFC_9990, NAME_SPACE), [])
        records = [{element.tag[len(NAME_SPACE) :]: element.text for element in record.iter()}
                   for record in report.iter(NAME_SPACE + "record")]
        self.assertEqual(
            sorted((record["count"], record["disposition"], record["envelope_from"]) for record in records),
            [("1", "reject", "stranger.example"), ("2", "pass", "here.example")],
        )
        self.assertEqual({record["source_ip"] for record in records}, {"127.0.0.1"})

        # Once, whatever happens; and what is told once more has the same name.
        self.server.stop()
        self.assertIn("x@stranger.example", "".join(line for line in self.server.log if "dmarc_report_lost" in line))
        self.assertEqual(self.counted(), [])
        self.server.start()
        self.assertEqual(self.send("bob@here.example"), 250)
        self.let_days_pass()
        again = self.file_of(self.reports(2)["dmarc@here.example"])[0]
        self.assertEqual(again, name)
        with self.assertRaises(queue.Empty):
            self.hop.messages.get_nowait()

    def test_the_form_before(self):
        self.serve("rfc7489")
        self.assertEqual(self.send("bob@here.example"), 250)
        self.let_days_pass()
        report = xml.etree.ElementTree.fromstring(self.file_of(self.reports(2)["dmarc@here.example"])[2])
        self.assertEqual(faults_of(report, RFC_7489, ""), [])

    def test_reports_are_not_reported(self):
        self.serve("rfc9990")
        self.assertEqual(self.send("bob@here.example", subject=f"Report Domain: {DOMAIN} Submitter: here.example"), 250)
        self.assertEqual(self.send("bob@here.example", path="", subject="hello"), 550)
        self.server.stop()
        self.assertEqual(self.counted(), [("here.example", 1)])

    def test_off_is_off(self):
        self.serve("off")
        self.assertEqual(self.send("bob@here.example"), 250)
        self.server.stop()
        self.assertEqual(self.counted(), [])

    def test_the_check_of_reports_finds_faults(self):
        text = "<feedback><version>2.0</version><report_metadata/><x/></feedback>"
        faults = faults_of(xml.etree.ElementTree.fromstring(text), RFC_9990, "")
        self.assertIn("version has '2.0' []", faults)
        self.assertIn("feedback has x", faults)
        self.assertIn("feedback has 0 of record", faults)
        self.assertIn("report_metadata has 0 of email", faults)


if __name__ == "__main__":
    main()
