"""A new server: set up by its link in a browser, by the environment, or by verbs."""

import json
import re
import unittest
import urllib.error
import urllib.request

from common import PASSWORD, PATIENCE, Server, main, pop3, retrieve
from ports import reserved_port

ADDRESS = "ada@example.org"


def ask(server, path, body=None):
    """Status and body of an answer; redirects are not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *unused):
            return None

    request = urllib.request.Request(f"http://localhost:{server.ports['http']}{path}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.build_opener(Stay).open(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def wish(code, address=ADDRESS):
    return {"code": code, "domain": "example.org", "address": address, "password": PASSWORD}


class InABrowser(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)

    def code(self):
        printed = self.server.printed()
        found = re.search(r"http://localhost:(\d+)/setup\?code=([A-Z0-9]{4}-[A-Z0-9]{4})\n", printed)
        self.assertTrue(found, printed)
        self.assertEqual(int(found[1]), self.server.ports["http"], "the link leads to the port it listens on")
        self.assertIn(f"/setup?code={found[2]}", printed.split("https://mail.example.test")[1])
        return found[2]

    def test_the_link_works_once(self):
        server = self.server.start()
        code = self.code()
        self.assertEqual(ask(server, "/mail/inbox")[0], 303)
        self.assertEqual(ask(server, "/api/v1/setup", wish("AAAA-AAAA"))[0], 403)
        status, body = ask(server, "/api/v1/setup", wish(code))
        self.assertEqual((status, json.loads(body)), (201, {"address": ADDRESS}))
        self.assertEqual(ask(server, "/api/v1/setup", wish(code, "eve@example.org"))[0], 404)
        self.assertEqual(ask(server, "/api/v1/setup")[0], 404)
        self.assertNotEqual(ask(server, "/mail/inbox")[0], 303)

        session = pop3(server, ADDRESS)
        self.assertEqual(session.stat()[0], 1)
        message = retrieve(session, 1)
        self.assertIn(b"Subject: Welcome to Pillarbox\r\n", message)
        self.assertIn(b"Received:", message, "it came the way all mail comes")
        session.quit()
        accounts = json.loads(server.verb("account", "list", "--json").stdout)
        self.assertEqual([(row["address"], row["admin"]) for row in accounts], [(ADDRESS, True)])
        self.assertFalse(any(code in line for line in server.log), "the code is in no log")

        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual(server.printed(), "", "there is nothing to set up any more")
        self.assertEqual(ask(server, "/api/v1/setup")[0], 404)

    def test_the_link_names_the_ports_that_others_reach(self):
        ports = {name: reserved_port() for name in ("http", "https")}
        self.server.settings |= {f"{name}.listen": f"127.0.0.1:{port}" for name, port in ports.items()}
        self.server.settings["published_ports"] = f"{ports['http']}=127.0.0.1:3080,{ports['https']}=3443"
        self.server.start()
        self.assertRegex(self.server.printed(), r"http://localhost:3080/setup\?code=(.|\n)*https://mail.example.test:3443/setup\?code=")
        link = self.server.verb("account", "reset-link", self.server.add_domain().add_account("alice")).stdout
        self.assertRegex(link, "^https://mail.example.test:3443/set-password#")

    def test_each_start_has_its_own_code(self):
        first = self.server.start() and self.code()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertNotEqual(self.code(), first)
        self.assertEqual(ask(self.server, "/api/v1/setup", wish(first))[0], 403)

    def test_verbs_do_it_too(self):
        server = self.server.start()
        code = self.code()
        server.verb("domain", "add", "example.org")
        server.verb("account", "add", "--admin", ADDRESS, "--password-stdin", stdin=PASSWORD + "\n")
        self.assertEqual(ask(server, "/api/v1/setup", wish(code, "eve@example.org"))[0], 404)
        pop3(server, ADDRESS).quit()

    def test_without_a_web_listener_it_says_which_verbs(self):
        self.server.settings |= {"http.listen": "", "https.listen": ""}
        self.server.start()
        printed = self.server.printed()
        self.assertIn("pillarbox account add --admin", printed)
        self.assertNotIn("code=", printed)


class BySettings(unittest.TestCase):
    def test_there_is_no_page(self):
        with Server(setup__domain="example.org", setup__admin=ADDRESS) as server:
            password = server.folder / "password"
            password.write_text(PASSWORD + "\n")
            server.settings["setup.password_file"] = str(password)
            server.start()
            self.assertNotIn("/setup", server.printed())
            self.assertEqual(ask(server, "/api/v1/setup")[0], 404)
            session = pop3(server, ADDRESS)
            self.assertEqual(session.stat()[0], 0, "machines find an empty Inbox")
            session.quit()


if __name__ == "__main__":
    main()
