"""A forgotten password: a link from an administrator or the command line, and what it opens."""

import json
import re
import unittest
import urllib.error
import urllib.request

from common import DOMAIN, PASSWORD, PATIENCE, Server, main, pop3

ALICE = f"alice@{DOMAIN}"
WANTED = "a sentence that only I know"


class ResetLink(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.server.add_account("alice")
        self.server.start()

    def ask(self, path, **body):
        request = urllib.request.Request(f"http://localhost:{self.server.ports['http']}/api/v1{path}",
                                         json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def link(self):
        """Of the verb: the code in it."""
        made = self.server.verb("account", "reset-link", ALICE).stdout
        found = re.fullmatch(r"(https?://[^/]+)/set-password#([a-z2-9]{32})\n", made)
        self.assertTrue(found, made)
        return found[2]

    def test_opens_the_account_once(self):
        code = self.link()
        status, shown = self.ask("/reset-link", code=code)
        self.assertEqual((status, shown["address"]), (200, ALICE))
        self.assertEqual(self.ask("/reset-link/password", code=code, password=WANTED)[0], 200)
        status, refused = self.ask("/reset-link/password", code=code, password="another")
        self.assertEqual((status, refused["type"]), (403, "urn:pillarbox:problem:forbidden"))
        pop3(self.server, ALICE, WANTED).close()
        with self.assertRaisesRegex(Exception, "AUTH"):
            pop3(self.server, ALICE, PASSWORD)
        log = "".join(self.server.log)
        self.assertIn("account.password_reset", log)
        self.assertIn("account.reset_refused", log)
        self.assertNotIn(code, log)

    def test_a_newer_one_takes_its_place(self):
        old, new = self.link(), self.link()
        self.assertEqual(self.ask("/reset-link", code=old)[0], 403)
        self.assertEqual(self.ask("/reset-link", code=new)[0], 200)
        self.server.verb("account", "disable", ALICE)
        self.server.verb("account", "enable", ALICE)
        self.assertEqual(self.ask("/reset-link", code=new)[0], 403)

    def test_mistakes(self):
        done = self.server.verb("account", "reset-link", f"bob@{DOMAIN}", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"there is no account bob@{DOMAIN}", done.stderr)
        self.server.verb("account", "disable", ALICE)
        done = self.server.verb("account", "reset-link", ALICE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("account enable", done.stderr)


if __name__ == "__main__":
    main()
