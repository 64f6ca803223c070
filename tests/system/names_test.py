"""Names and passwords in any form that RFC 8265 knows for them, from the verb that sets them to the sign-in."""

import base64
import poplib
import unicodedata
import unittest

from common import DOMAIN, PATIENCE, Server, main

NAME = "jürgen"
SECRET = "Grüß Gott 42"


def decomposed(text):
    return unicodedata.normalize("NFD", text)


class Names(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)

    def sign_in(self, name, password):
        """By AUTH PLAIN, which has no idea of characters."""
        session = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        try:
            response = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
            session._shortcmd("AUTH PLAIN " + response)
            return True
        except poplib.error_proto as refused:
            self.assertIn(b"[AUTH]", refused.args[0])
            return False
        finally:
            session.close()

    def test_are_the_same_in_every_form(self):
        added = self.server.verb("account", "add", decomposed(NAME.upper()) + "@" + DOMAIN.upper(), "--password-stdin",
                                 stdin=decomposed(SECRET).replace(" ", "\N{NO-BREAK SPACE}") + "\n")
        self.assertEqual(added.stdout, f"added {NAME}@{DOMAIN}\n")
        self.server.start()
        for name in (NAME, decomposed(NAME), NAME.upper(), f"{NAME}@{DOMAIN}"):
            for password in (SECRET, decomposed(SECRET)):
                self.assertTrue(self.sign_in(name, password), (name, password))
            self.assertFalse(self.sign_in(name, SECRET.lower()))
        self.server.verb("account", "passwd", f"{NAME}@{DOMAIN}", "--password-stdin", stdin=decomposed("nëu") + "\n")
        self.assertTrue(self.sign_in(NAME, "nëu"))

    def test_mistakes(self):
        for name, password, told in (("a\N{ZERO WIDTH SPACE}b", "secret", "has characters that no name can have"),
                                     ("\N{ROMAN NUMERAL FOUR}", "secret", "has characters that no name can have"),
                                     ("alice", "tab\there", "control characters"),
                                     ("alice", "soft\N{SOFT HYPHEN}hyphen", "no alphabet knows")):
            done = self.server.verb("account", "add", f"{name}@{DOMAIN}", "--password-stdin", stdin=password + "\n", check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(told, done.stderr)
        lines = f"bob@{DOMAIN} fine\ncarol@{DOMAIN} not\x01fine\n"
        done = self.server.verb("account", "import", "-", stdin=lines, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("-:2: the password is not UTF-8", done.stderr)


if __name__ == "__main__":
    main()
