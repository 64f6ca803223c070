"""Addresses, from the verbs that make them to who may write to them and from them."""

import json
import poplib
import smtplib
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, Server, letter, main, smtp

IDN = "bücher.example"
IDN_ASCII = "xn--bcher-kva.example"


class Addresses(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8", auth__allow_plaintext="always").add_domain()
        self.addCleanup(self.server.close)
        for name in ("alice", "bob"):
            self.add_account(f"{name}@{DOMAIN}")

    def add_account(self, address):
        return self.server.verb("account", "add", address, "--password-stdin", stdin=PASSWORD + "\n").stdout

    def refused(self, *words):
        done = self.server.verb(*words, check=False)
        self.assertEqual(done.returncode, 1, done)
        return done.stderr

    def answer(self, recipient, sender="someone@elsewhere.example", options=()):
        with smtp(self.server) as session:
            session.ehlo()
            session.mail(sender, options)
            code, text = session.rcpt(recipient)
            return f"{code} {text.decode()}"

    def test_domains_and_names_in_any_script(self):
        self.assertEqual(self.server.verb("domain", "add", IDN.upper()).stdout, f"added {IDN_ASCII}\n")
        self.assertIn("there already", self.refused("domain", "add", IDN_ASCII))
        self.assertEqual(self.add_account(f"Jürgen@{IDN}"), f"added jürgen@{IDN_ASCII}\n")
        self.server.verb("alias", "add", f"größe@{IDN}", f"jürgen@{IDN}")
        self.server.start()
        with smtp(self.server) as session:
            session.ehlo()
            self.assertTrue(session.has_extn("smtputf8"))
            session.sendmail("someone@elsewhere.example", [f"größe@{IDN}", f"JÜRGEN@{IDN_ASCII}"], letter("one"),
                             mail_options=["SMTPUTF8"])
            self.assertRaises(smtplib.SMTPRecipientsRefused, session.sendmail, "someone@elsewhere.example",
                              [f"jurgen@{IDN_ASCII}"], letter("none"))
        # Both recipients are one account, which has one copy.
        session = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        session.encoding = "utf-8"
        session.utf8()
        session.user(f"jürgen@{IDN}")
        session.pass_(PASSWORD)
        self.assertEqual(session.stat()[0], 1)
        session.quit()

    def test_aliases_end_and_are_switched_off(self):
        self.server.verb("alias", "add", f"past@{DOMAIN}", f"alice@{DOMAIN}", "--until", "2020-02-29")
        added = self.server.verb("alias", "add", f"fair@{DOMAIN}", f"alice@{DOMAIN}", "--until", "2999-12-31T12:00:00Z").stdout
        self.assertEqual(added, f"added fair@{DOMAIN} -> alice@{DOMAIN} until 2999-12-31T12:00:00Z\n")
        self.assertIn("is no time", self.refused("alias", "add", f"x@{DOMAIN}", f"alice@{DOMAIN}", "--until", "soon"))
        self.assertEqual(self.server.verb("alias", "disable", f"Fair@{DOMAIN}").stdout, f"disabled fair@{DOMAIN}\n")
        self.assertIn("there is no alias", self.refused("alias", "disable", f"none@{DOMAIN}"))
        listed = json.loads(self.server.verb("alias", "list", "--json").stdout)
        self.assertEqual([(a["address"], a["state"], a["until"]) for a in listed],
                         [(f"fair@{DOMAIN}", "disabled", "2999-12-31T12:00:00Z"),
                          (f"past@{DOMAIN}", "ended", "2020-03-01T00:00:00Z")])
        self.server.start()
        self.assertIn("550 5.1.6", self.answer(f"past@{DOMAIN}"))
        self.assertIn("550 5.1.1", self.answer(f"fair@{DOMAIN}"))
        self.server.verb("alias", "enable", f"fair@{DOMAIN}")
        self.assertIn("250", self.answer(f"fair@{DOMAIN}"))

    def test_a_domain_says_what_ends_a_name(self):
        self.server.start()
        self.assertIn("250", self.answer(f"alice+x@{DOMAIN}"))
        self.server.verb("domain", "separators", DOMAIN, "-")
        self.assertIn("550", self.answer(f"alice+x@{DOMAIN}"))
        self.assertIn("250", self.answer(f"alice-x@{DOMAIN}"))
        self.assertIn("cannot separate", self.refused("domain", "separators", DOMAIN, "x"))
        self.server.verb("domain", "separators", DOMAIN, "none")
        self.assertIn("550", self.answer(f"alice-x@{DOMAIN}"))
        self.server.verb("domain", "separators", DOMAIN, "default")
        self.assertIn("250", self.answer(f"alice+x@{DOMAIN}"))

    def test_senders_are_permitted(self):
        def may(sender):
            with smtp(self.server, "submission") as session:
                session.ehlo()
                session.login(f"alice@{DOMAIN}", PASSWORD)
                return session.mail(sender)[0] == 250

        self.server.start()
        self.assertFalse(may(f"bob@{DOMAIN}"))
        self.server.verb("account", "sender", "add", f"alice@{DOMAIN}", f"Bob@{DOMAIN}")
        self.server.verb("account", "sender", "add", f"alice@{DOMAIN}", "@elsewhere.example")
        self.assertTrue(may(f"bob@{DOMAIN}"))
        self.assertTrue(may("anyone@elsewhere.example"))
        self.assertIn("already", self.refused("account", "sender", "add", f"alice@{DOMAIN}", f"bob@{DOMAIN}"))
        self.assertIn("there is no account", self.refused("account", "sender", "add", f"x@{DOMAIN}", f"bob@{DOMAIN}"))
        listed = json.loads(self.server.verb("account", "sender", "list", f"alice@{DOMAIN}", "--json").stdout)
        self.assertEqual(listed, [{"permitted": "@elsewhere.example"}, {"permitted": f"bob@{DOMAIN}"}])
        self.server.verb("account", "sender", "remove", f"alice@{DOMAIN}", f"bob@{DOMAIN}")
        self.assertIn("was not permitted", self.refused("account", "sender", "remove", f"alice@{DOMAIN}", f"bob@{DOMAIN}"))
        self.assertFalse(may(f"bob@{DOMAIN}"))


if __name__ == "__main__":
    main()
