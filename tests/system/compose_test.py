"""Mail that is written over HTTP: what is sent can be undone for some seconds, and is sent once whatever happens.

Waits for those seconds.
"""

import email
import email.policy
import http.client
import json
import unittest
import urllib.parse

from common import DOMAIN, PASSWORD, PATIENCE, Server, main, pop3, retrieve


class Browser:
    """An account that is signed in over HTTP."""

    def __init__(self, server, address):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.ports["http"], timeout=PATIENCE)
        self.headers = {"Host": "localhost", "Origin": "http://localhost", "Content-Type": "application/json"}
        answer, session = self.ask("POST", "/session", {"address": address, "password": PASSWORD}, expect=200)
        self.headers["Cookie"] = answer.headers["Set-Cookie"].split(";")[0]
        self.headers["X-CSRF-Token"] = session["csrfToken"]

    def close(self):
        self.connection.close()

    def ask(self, method, path, body=None, expect=None, **headers):
        fields = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        octets = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        self.connection.request(method, "/api/v1" + path, octets, fields)
        answer = self.connection.getresponse()
        content = answer.read()
        if expect is not None and answer.status != expect:
            raise AssertionError(f"{method} {path} answers {answer.status}: {content[:500]}")
        return answer, json.loads(content) if content else None

    def write(self, subject, **members):
        _, draft = self.ask("POST", "/drafts", {"subject": subject, "to": [{"address": f"bob@{DOMAIN}"}], **members}, 201)
        return draft["id"]

    def attach(self, draft, name, octets):
        path = f"/drafts/{draft}/attachments?name=" + urllib.parse.quote(name)
        return self.ask("POST", path, octets, 201, Content_Type="application/octet-stream")[1]

    def send(self, draft):
        _, sent = self.ask("POST", f"/drafts/{draft}/send", {}, 202, Idempotency_Key=f"send-{draft}")
        return sent["id"]

    def state(self, submission):
        return self.ask("GET", f"/submissions/{submission}", expect=200)[1]["state"]


class Compose(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8").add_domain()
        self.addCleanup(self.server.close)
        for name in ("alice", "bob"):
            self.server.add_account(name)
        self.server.start()
        self.sign_in()

    def sign_in(self):
        self.alice = Browser(self.server, f"alice@{DOMAIN}")
        self.addCleanup(self.alice.close)

    def restart(self):
        self.server.kill()
        self.server.start()
        self.sign_in()

    def wait_until_sent(self, submission):
        self.server.wait_for(f"mailflow.sent submission={submission} ")
        self.assertEqual(self.alice.state(submission), "sent")

    def inbox(self, name):
        session = pop3(self.server, f"{name}@{DOMAIN}")
        letters = [email.message_from_bytes(retrieve(session, n + 1), policy=email.policy.default) for n in range(session.stat()[0])]
        session.quit()
        return letters

    def subjects(self, name):
        return [str(one["Subject"]) for one in self.inbox(name)]

    def mailbox(self, role):
        return self.alice.ask("GET", f"/mailboxes/{role}/messages", expect=200)[1]["items"]

    def test_a_letter_with_a_file_arrives(self):
        octets = bytes(range(256)) * 8000
        draft = self.alice.write("Grüße", text="Hello\n\n> quoted", bcc=[{"address": f"alice@{DOMAIN}"}])
        self.alice.attach(draft, "Größe.bin", octets)
        self.wait_until_sent(self.alice.send(draft))

        (got,) = self.inbox("bob")
        self.assertEqual(str(got["Subject"]), "Grüße")
        self.assertEqual(str(got["From"]), f"alice@{DOMAIN}")
        self.assertIsNone(got["Bcc"])
        self.assertEqual(got.get_body().get_content().replace("\r\n", "\n"), "Hello\n\n> quoted\n")
        (file,) = got.iter_attachments()
        self.assertEqual(file.get_filename(), "Größe.bin")
        self.assertEqual(file.get_content(), octets)
        self.assertEqual(self.subjects("alice"), ["Grüße"])
        self.assertEqual(len(self.mailbox("sent")), 1)
        self.assertEqual(self.mailbox("drafts"), [])

    def test_killed_before_its_time_it_is_sent_once(self):
        first = self.alice.send(self.alice.write("first"))
        self.restart()
        self.assertEqual(self.alice.state(first), "pending")
        self.wait_until_sent(first)
        self.restart()
        # When the next one has gone, nothing that was due before it is left.
        self.wait_until_sent(self.alice.send(self.alice.write("second")))
        self.assertEqual(self.subjects("bob"), ["first", "second"])
        self.assertEqual(len(self.mailbox("sent")), 2)
        self.assertEqual(self.mailbox("drafts"), [])

    def test_undone_it_stays_a_draft_and_is_never_sent(self):
        draft = self.alice.write("first")
        first = self.alice.send(draft)
        self.alice.ask("DELETE", f"/submissions/{first}", expect=200)
        self.restart()
        self.wait_until_sent(self.alice.send(self.alice.write("second")))
        self.assertEqual(self.alice.state(first), "undone")
        self.assertEqual(self.subjects("bob"), ["second"])
        self.assertEqual([one["subject"] for one in self.mailbox("drafts")], ["first"])

    def test_a_file_is_taken_only_from_who_may_send_one(self):
        draft = self.alice.write("file")
        path = f"/drafts/{draft}/attachments?name=x"
        octets = {"Content_Type": "application/octet-stream"}
        for headers, size, status in (
            ({"Cookie": ""}, 1 << 20, 401),
            ({"X_CSRF_Token": "wrong"}, 1 << 20, 403),
            ({}, 60 << 20, 413),
        ):
            with self.subTest(status=status):
                # Answered before the octets come: they are not even sent.
                connection = http.client.HTTPConnection("127.0.0.1", self.server.ports["http"], timeout=PATIENCE)
                self.addCleanup(connection.close)
                connection.putrequest("POST", "/api/v1" + path, skip_host=True)
                fields = self.alice.headers | {name.replace("_", "-"): value for name, value in (octets | headers).items()}
                for name, value in (fields | {"Content-Length": str(size)}).items():
                    connection.putheader(name, value)
                connection.endheaders()
                self.assertEqual(connection.getresponse().status, status)


if __name__ == "__main__":
    main()
