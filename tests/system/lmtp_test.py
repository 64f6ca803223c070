"""LMTP, as a mail server in front speaks it."""

import smtplib
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, pop3


class Lmtp(unittest.TestCase):
    def test_answers_for_each_recipient(self):
        server = Server(lmtp__listen="127.0.0.1:0").add_domain()
        self.addCleanup(server.close)
        alice, bob = server.add_account("alice"), server.add_account("bob")
        server.verb("account", "quota", bob, "2K")
        server.start()
        with smtplib.LMTP("127.0.0.1", server.ports["lmtp"], timeout=PATIENCE) as lmtp:
            refused = lmtp.sendmail("a@example.net", [alice, bob, f"nobody@{DOMAIN}"], letter("large", body=("x" * 900 + "\r\n") * 4))
        self.assertEqual({address: answer[0] for address, answer in refused.items()}, {bob: 452, f"nobody@{DOMAIN}": 550})
        for address, count in ((alice, 1), (bob, 0)):
            session = pop3(server, address)
            self.assertEqual(session.stat()[0], count)
            session.quit()
        self.assertEqual(server.stop(), 0)

    def test_people_say_here_too_what_is_junk(self):
        server = Server(lmtp__listen="127.0.0.1:0").add_domain()
        self.addCleanup(server.close)
        alice, bob = server.add_account("alice"), server.add_account("bob")
        server.verb("account", "junk", "block", alice, "@example.net")
        server.start()
        with smtplib.LMTP("127.0.0.1", server.ports["lmtp"], timeout=PATIENCE) as lmtp:
            for address in (alice, bob):  # smtplib reads one answer only
                self.assertEqual(lmtp.sendmail("a@example.net", [address], letter("offer")), {})
        for user, count in ((alice, 0), (alice.replace("@", "+Junk@"), 1), (bob, 1)):
            session = pop3(server, user)
            self.assertEqual(session.stat()[0], count, user)
            session.quit()


if __name__ == "__main__":
    main()
