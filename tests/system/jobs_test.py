"""What the server does behind its answers, when it has to stop meanwhile."""

import json
import unittest
import urllib.request

from common import DOMAIN, PASSWORD, PATIENCE, Server, main, pop3

MANY = 20_000  # more than any machine imports before the next signal


class Browser:
    """Alice's, signed in."""

    def __init__(self, server):
        self.origin = f"http://localhost:{server.ports['http']}"
        body = json.dumps({"address": f"alice@{DOMAIN}", "password": PASSWORD}).encode()
        with self.send("POST", "/session", body, {"Content-Type": "application/json", "Origin": self.origin}) as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            token = json.load(answer)["csrfToken"]
        self.headers = {"Cookie": cookie, "X-CSRF-Token": token, "Origin": self.origin}

    def send(self, method, path, body=None, headers=None):
        asked = urllib.request.Request(f"{self.origin}/api/v1{path}", body, headers or self.headers, method=method)
        return urllib.request.urlopen(asked, timeout=PATIENCE)

    def begin_import(self, octets):
        with self.send("POST", "/import", octets, {**self.headers, "Content-Type": "application/octet-stream"}) as answer:
            return json.load(answer)["job"]

    def job(self, name):
        with self.send("GET", f"/jobs/{name}") as answer:
            return json.load(answer)


class Jobs(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        self.server.add_account("alice")
        self.server.start()

    def count(self):
        session = pop3(self.server, f"alice@{DOMAIN}")
        number = session.stat()[0]
        session.quit()
        return number

    def test_a_stop_ends_an_import_which_goes_on_when_it_is_done_again(self):
        many = "".join(f"From a@example.net Mon Nov  3 10:00:00 2025\nMessage-ID: <{n}@example.net>\nSubject: {n}\n\ntext\n\n" for n in range(MANY)).encode()
        browser = Browser(self.server)
        job = browser.begin_import(many)
        while browser.job(job)["done"] == 0:
            pass
        self.assertEqual(self.server.stop(), 0)
        told = [line for line in self.server.log if "api.imported" in line]
        self.assertEqual(len(told), 1, self.server.tail())

        self.server.start()
        brought = self.count()
        self.assertGreater(brought, 0)
        self.assertLess(brought, MANY, "it was not waited for")
        browser = Browser(self.server)
        few = many[: many.index(b"From ", many.index(f"<{brought + 10}@".encode()))]
        job = browser.begin_import(few)
        while (shown := browser.job(job))["state"] == "running":
            pass
        there = "1 message" if brought == 1 else f"{brought} messages"
        self.assertEqual(shown["message"], f"11 messages imported. {there} there already.")
        self.assertEqual(self.count(), brought + 11)
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    main()
