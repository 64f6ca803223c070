"""A mailing list breaks what vouches for a message, and seals that it had been whole: dkimpy is the list."""

import contextlib
import json
import subprocess
import tempfile
import unittest

from common import PATIENCE, Server, main, pop3, retrieve, smtp
from small_dns import SmallDns

ORACLE = "/usr/bin/python3"  # Debian's, which has its dkim module

SEAL = """
import sys
import dkim
key = open(sys.argv[1], "rb").read()
domain = sys.argv[2].encode()
message = sys.stdin.buffer.read()
fields = dkim.arc_sign(message, b"arc", domain, key, domain, include_headers=[b"from", b"to", b"subject"])
assert len(fields) == 3, fields
sys.stdout.buffer.write(b"".join(fields) + message)
"""
AUTHOR = "bob@bank.example"


def has_oracle():
    done = subprocess.run([ORACLE, "-c", "import dkim, authres"], capture_output=True, check=False)
    return done.returncode == 0


class Sealer:
    """Somebody at `domain` who passes mail on."""

    def __init__(self, folder, domain):
        self.domain = domain
        self.key = f"{folder}/{domain}.pem"
        subprocess.run(["openssl", "genrsa", "-traditional", "-out", self.key, "2048"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", self.key, "-pubout"], check=True, capture_output=True).stdout
        self.record = "v=DKIM1; k=rsa; p=" + "".join(public.decode().splitlines()[1:-1])

    def seal(self, message, found):
        """The message as it goes on: what was found of it stands before it, and is sealed."""
        message = f"Authentication-Results: {self.domain}; {found}\r\n{message}"
        done = subprocess.run([ORACLE, "-c", SEAL, self.key, self.domain], input=message.encode(), capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


@unittest.skipUnless(has_oracle(), "python3-dkim and python3-authres are not installed")
class Arc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.list = Sealer(cls.folder.name, "lists.example")
        cls.relay = Sealer(cls.folder.name, "relay.example")

    def serve(self, **settings):
        zone = {
            ("arc._domainkey.lists.example", "TXT"): [self.list.record],
            ("arc._domainkey.relay.example", "TXT"): [self.relay.record],
            ("bank.example", "TXT"): ["v=spf1 -all"],
            ("_dmarc.bank.example", "TXT"): ["v=DMARC1; p=reject"],
        }
        self.dns = SmallDns(zone)
        self.addCleanup(self.dns.close)
        settings = {"verify__except": "", "dns__servers": f"127.0.0.1:{self.dns.port}"} | settings
        self.server = Server(**settings).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()

    def letter(self):
        return f"From: {AUTHOR}\r\nTo: {self.alice}\r\nSubject: [list] news\r\nMessage-ID: <arc@bank.example>\r\n\r\ntext\r\n-- \r\nof the list\r\n"

    def from_list(self, found=f"spf=pass smtp.mailfrom={AUTHOR};\r\n dmarc=pass header.from=bank.example"):
        return self.list.seal(self.letter(), found)

    def relayed(self):
        return self.relay.seal(self.from_list(), "arc=pass; dmarc=fail header.from=bank.example")

    def send(self, text):
        with smtp(self.server) as session:
            session.ehlo("mx.lists.example")
            session.mail("list-bounces@lists.example")
            session.rcpt(self.alice)
            code, reply = session.data(text)
        return code, reply.decode()

    def inbox(self):
        session = pop3(self.server, self.alice)
        with contextlib.closing(session):
            return [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]

    def test_a_seal_alone_overrules_nothing(self):
        self.serve()
        code, reply = self.send(self.from_list())
        self.assertEqual((code, reply[:5]), (550, "5.7.1"), reply)
        line = self.server.wait_for("smtp.message_refused")
        self.assertIn("arc=pass", line)

    def test_a_trusted_one_does(self):
        self.serve(verify__arc_trusted="lists.example")
        code, reply = self.send(self.from_list())
        self.assertEqual(code, 250, reply)
        (message,) = self.inbox()
        plain = " ".join(message.split())
        self.assertIn('arc=pass reason="set 1 by lists.example";', plain)
        self.assertIn('dmarc=fail reason="overruled by ARC: lists.example is trusted, and verified it" header.from=bank.example', plain)
        (story,) = json.loads(self.server.verb("trace", "<arc@bank.example>", "--json").stdout)["items"]
        reasons = [event.get("reason") or "" for event in story["events"]]
        self.assertTrue(any("overruled by ARC: lists.example" in reason for reason in reasons), reasons)

    def test_of_several_all_behind_are_to_be_trusted(self):
        for trusted, expected in (("lists.example", 550), ("relay.example", 550), ("lists.example,relay.example", 250)):
            with self.subTest(trusted):
                self.serve(verify__arc_trusted=trusted)
                code, reply = self.send(self.relayed())
                self.assertEqual(code, expected, reply)

    def test_what_was_changed_afterwards_is_not_believed(self):
        self.serve(verify__arc_trusted="lists.example,relay.example")
        for old, new in (("of the list", "of a thief"), ("[list] news", "[list] olds"), ("dmarc=pass", "dmarc=PASS")):
            with self.subTest(new):
                code, reply = self.send(self.relayed().replace(old, new))
                self.assertEqual((code, reply[:5]), (550, "5.7.1"), reply)
                line = self.server.wait_for("smtp.message_refused")
                self.assertIn("arc=fail", line)

    def test_nor_is_a_list_that_found_it_broken(self):
        self.serve(verify__arc_trusted="lists.example")
        code, reply = self.send(self.from_list("dmarc=fail header.from=bank.example"))
        self.assertEqual((code, reply[:5]), (550, "5.7.1"), reply)


if __name__ == "__main__":
    main()
