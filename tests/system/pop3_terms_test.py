"""What holds for an account's maildrop, changed by its verb beside the running server."""

import json
import poplib
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, pop3, retrieve, smtp


class Pop3Terms(unittest.TestCase):
    def setUp(self):
        self.server = Server(pop3__expire="30d").add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.bob = self.server.add_account("bob")
        self.server.start()

    def terms(self, address=None):
        """EXPIRE and LOGIN-DELAY, as CAPA has them for the account, or for nobody yet."""
        if address:
            session = pop3(self.server, address)
        else:
            session = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        told = session.capa()
        session.quit()
        return told["EXPIRE"], told.get("LOGIN-DELAY")

    def set(self, address, *options):
        return self.server.verb("account", "pop3", address, *options)

    def test_hold_from_the_next_session_on(self):
        self.assertEqual(self.terms(), (["30"], None))
        self.assertEqual(self.terms(self.alice), (["30"], None))
        done = self.set(self.alice, "--expire", "5d", "--login-delay", "1h")
        self.assertIn("waits 3600s between sign-ins, and its mail expires: 5d", done.stdout)
        self.assertEqual(self.terms(), (["5", "USER"], ["3600", "USER"]))
        self.assertEqual(self.terms(self.bob), (["30"], ["0"]))
        self.assertEqual(self.terms(self.alice), (["5"], ["3600"]))
        with self.assertRaisesRegex(poplib.error_proto, "LOGIN-DELAY"):
            self.terms(self.alice)

        self.set(self.alice, "--login-delay", "default")  # and --expire stays
        self.assertEqual(self.terms(self.alice), (["5"], None))
        self.set(self.alice, "--expire", "never")
        self.assertEqual(self.terms(self.alice), (["NEVER"], None))
        self.assertEqual(self.terms(), (["30", "USER"], None))
        listed = json.loads(self.server.verb("account", "list", "--json").stdout)
        self.assertEqual([(one["expire"], one["loginDelay"]) for one in listed], [("never", 0), ("30d", 0)])
        self.set(self.alice, "--expire", "default")
        self.assertEqual(self.terms(), (["30"], None))

    def test_nothing_is_left_with_0(self):
        for _ in range(2):
            with smtp(self.server) as session:
                session.sendmail("a@example.net", [self.alice, self.bob], letter("for both"))
        self.set(self.alice, "--expire", "0d")
        for address, left in ((self.alice, 1), (self.bob, 2)):
            session = pop3(self.server, address)
            retrieve(session, 1)
            session.quit()
            session = pop3(self.server, address)
            self.assertEqual(session.stat()[0], left)
            session.quit()
        self.assertEqual(len(json.loads(self.server.verb("vault", "list", self.alice, "--json").stdout)), 1)

    def test_mistakes(self):
        for words, told in (((self.alice, "--expire", "1w"), "--expire: '1w' is no time"),
                            ((self.alice, "--expire", "36h"), "never, days such as 30d"),
                            ((self.alice, "--login-delay", "2d"), "write 1d or less, or 0s for none; or default"),
                            ((self.alice,), "say what is to hold, with --login-delay or --expire"),
                            ((f"nobody@{DOMAIN}", "--expire", "5d"), "there is no account")):
            done = self.server.verb("account", "pop3", *words, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(told, done.stderr)


if __name__ == "__main__":
    main()
