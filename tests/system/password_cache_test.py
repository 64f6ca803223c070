"""What was the right password a moment ago, once it is changed beside the running server."""

import poplib
import unittest

from common import PASSWORD, Server, main, pop3


class PasswordCache(unittest.TestCase):
    def setUp(self):
        self.server = Server(auth__cache="1h")
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.alice = self.server.add_account("alice")
        self.server.start()

    def accepted(self, password):
        pop3(self.server, self.alice, password).quit()

    def refused(self, password):
        with self.assertRaisesRegex(poplib.error_proto, "wrong"):
            pop3(self.server, self.alice, password)

    def test_a_changed_password_is_refused_at_once(self):
        for _ in range(2):
            self.accepted(PASSWORD)
        self.server.verb("account", "passwd", self.alice, "--password-stdin", stdin="another long enough\n")
        self.refused(PASSWORD)
        self.accepted("another long enough")

    def test_a_revoked_app_password_is_refused_at_once(self):
        secret = self.server.verb("account", "app-password", "add", self.alice, "phone").stdout.split()[-1]
        for _ in range(2):
            self.accepted(secret)
        self.server.verb("account", "app-password", "revoke", self.alice, "phone")
        self.refused(secret)
        self.accepted(PASSWORD)

    def test_a_disabled_account_is_refused_at_once(self):
        self.accepted(PASSWORD)
        self.server.verb("account", "disable", self.alice)
        self.refused(PASSWORD)
        self.server.verb("account", "enable", self.alice)
        self.accepted(PASSWORD)

    def test_a_change_of_somebody_else_leaves_it_right(self):
        self.server.stop()
        self.server.settings["pop3.maildrop_lock"] = "exclusive"
        self.server.start()
        self.accepted(PASSWORD)
        self.server.add_account("bob")
        self.accepted(PASSWORD)

    def test_a_name_with_a_suffix_that_becomes_an_account_is_that(self):
        name = f"alice+Junk@{self.alice.partition('@')[2]}"
        for _ in range(2):
            pop3(self.server, name, PASSWORD).quit()
        self.server.add_account("alice+junk", "another long enough")
        with self.assertRaisesRegex(poplib.error_proto, "wrong"):
            pop3(self.server, name, PASSWORD)


if __name__ == "__main__":
    main()
