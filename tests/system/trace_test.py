"""What happened to a message: told beside the running server, and after a crash."""

import http.client
import json
import poplib
import smtplib
import time
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, Server, letter, main, pop3, retrieve, smtp

SENDER = "someone@example.net"


class Trace(unittest.TestCase):
    def serve(self, **settings):
        server = Server(**settings)
        self.addCleanup(server.close)
        server.add_domain()
        self.alice = server.add_account("alice")
        self.bob = server.add_account("bob")
        server.start()
        return server

    def send(self, server, name, *recipients):
        """The id in "stored as ID"."""
        with smtp(server) as session:
            session.ehlo()
            session.mail(SENDER)
            for recipient in recipients:
                self.assertEqual(session.rcpt(recipient)[0], 250)
            code, reply = session.data(letter(name))
        self.assertEqual(code, 250, reply)
        return reply.decode().split("stored as ")[1]

    def told(self, server, what, *options):
        """A list of events for each message."""
        done = server.verb("trace", what, *options, "--json")
        return [story["events"] for story in json.loads(done.stdout)["items"]]

    def told_of_messages(self, server, what, *options):
        """Of an account, that it signed in is told apart, once that is written down."""
        return [story for story in self.told(server, what, *options) if story[0]["kind"] != "signedIn"]

    def wait_for(self, server, what):
        """What was refused is written down a moment later."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if stories := self.told(server, what):
                return stories
        self.fail(f"nothing was ever told of {what}\n{server.tail()}")

    def transcript(self, server, session):
        """It is written a moment after the session's end."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            shown = server.verb("transcript", "show", session, check=False)
            if shown.returncode == 0:
                return shown.stdout
        self.fail(f"no transcript of {session} was ever written\n{server.tail()}")

    def test_the_life_of_a_message(self):
        server = self.serve()
        name = self.send(server, "life", self.alice, self.bob)
        session = pop3(server, self.alice)
        retrieve(session, 1)
        session.dele(1)
        session.quit()
        for what in ("<life@example.net>", "life@example.net", name, SENDER, self.alice):
            (events,) = self.told_of_messages(server, what)
            self.assertEqual([event["kind"] for event in events], ["stored", "stored", "fetched", "deleted"], what)
        stored, other, fetched, deleted = events
        self.assertEqual({stored["recipient"], other["recipient"]}, {self.alice, self.bob})
        self.assertEqual((stored["peer"], stored["sender"], stored["mailbox"], stored["uid"]), ("127.0.0.1", SENDER, "Inbox", 1))
        self.assertEqual((fetched["account"], fetched["protocol"]), (self.alice, "POP3"))
        self.assertTrue(deleted["restorable"])
        for session in (stored["session"], deleted["session"]):
            self.assertIn(f"session {session}", self.transcript(server, session))
        words = server.verb("trace", "<life@example.net>").stdout
        for part in (
            f"message <life@example.net> from <{SENDER}>, stored as {name}",
            f"for <{self.alice}>, and stored in Inbox of {self.alice}, uid 1",
            f"fetched by POP3 with the account's own password from Inbox of {self.alice}",
            "in the vault until 2",
        ):
            self.assertIn(part, words)
        times = [line.split()[0] for line in words.splitlines()[1:]]
        self.assertEqual(times, sorted(times))
        server.verb("vault", "restore", self.alice, "--all")
        self.assertEqual(self.told(server, name)[0][-1]["kind"], "restored")
        self.assertEqual(self.told_of_messages(server, self.alice, "--since", "1h"), self.told_of_messages(server, self.alice))

    def test_what_was_refused(self):
        server = self.serve()
        with smtp(server) as session:
            session.ehlo()
            session.mail(SENDER)
            self.assertEqual(session.rcpt(f"alise@{DOMAIN}")[0], 550)
            session.rset()
            session.mail(SENDER)
            session.rcpt(self.alice)
            session.docmd("DATA")
            session.send(b"a bare\nline feed\r\n.\r\n")
            self.assertEqual(session.getreply()[0], 550)
        with smtp(server, "submission") as session:
            session.ehlo()
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                session.login(self.bob, "a wrong password")
        ((event,),) = self.wait_for(server, f"alise@{DOMAIN}")
        self.assertEqual((event["kind"], event["code"], event["peer"], event["sender"]), ("recipientRefused", 550, "127.0.0.1", SENDER))
        self.assertTrue(event["reason"].startswith("5.1.1 "), event)
        ((event,),) = self.wait_for(server, self.alice)
        self.assertEqual((event["kind"], event["code"]), ("messageRefused", 550))
        failures = self.wait_for(server, self.bob)  # one for each mechanism that the client tried
        self.assertEqual({event["kind"] for (event,) in failures}, {"signInFailed"})
        self.assertNotIn("a wrong password", json.dumps(failures))
        words = server.verb("trace", f"alise@{DOMAIN}").stdout
        self.assertIn(f"was refused <alise@{DOMAIN}> from <{SENDER}>: 550 5.1.1", words)

    def test_who_signed_in_and_who_could_not(self):
        server = self.serve()
        with smtp(server, "submission") as session:
            session.login(self.bob, PASSWORD)
        for name in (self.bob, self.bob, self.bob.split("@")[0]):
            with self.assertRaises(poplib.error_proto):
                pop3(server, name, "a wrong password")
        for _ in range(2):  # a program that looks for mail all the time is told of once
            pop3(server, self.bob).quit()
        self.assertEqual(self.sign_in(server, self.bob, "a wrong password"), 401)
        self.assertEqual(self.sign_in(server, self.bob, PASSWORD), 200)

        expected = [("signedIn", "ESMTPA"), *[("signInFailed", "POP3")] * 3, ("signedIn", "POP3"), ("signInFailed", "HTTP"), ("signedIn", "HTTP")]
        until = time.monotonic() + PATIENCE
        told = []
        while len(told) < len(expected) and time.monotonic() < until:
            told = [event for (event,) in self.told(server, self.bob)]
        self.assertEqual([(event["kind"], event["protocol"]) for event in told], expected)
        self.assertEqual({(event["peer"], event["account"]) for event in told}, {("127.0.0.1", self.bob)})
        self.assertNotIn("a wrong password", json.dumps(told))
        # What the client said is in the session's transcript, but for its secrets.
        shown = self.transcript(server, told[1]["session"])
        self.assertIn(f"C: USER {self.bob}", shown)
        self.assertNotIn("a wrong password", shown)
        words = server.verb("trace", self.bob).stdout
        self.assertIn(f"127.0.0.1 (POP3) could not sign in as {self.bob}: -ERR [AUTH] ", words)
        self.assertIn(f"127.0.0.1 (HTTP) signed in as {self.bob} with the account's own password", words)

    @staticmethod
    def sign_in(server, address, password):
        """In the browser; the status of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", server.ports["http"], timeout=PATIENCE)
        own = {"Host": "localhost", "Origin": "http://localhost", "Content-Type": "application/json"}
        connection.request("POST", "/api/v1/session", json.dumps({"address": address, "password": password}), own)
        status = connection.getresponse().status
        connection.close()
        return status

    def test_nothing_is_known(self):
        server = self.serve()
        for what in (f"nobody@{DOMAIN}", "<nothing@example.net>", "nothing"):
            done = server.verb("trace", what, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"nothing is known of '{what}'", done.stderr)
            self.assertEqual(self.told(server, what), [])
        done = server.verb("trace", self.alice, "--since", "yesterday", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--since", done.stderr)

    def test_an_acknowledged_message_is_told_of_after_a_crash(self):
        server = self.serve()
        for turn in range(3):
            names = [self.send(server, f"crash{turn}n{number}", self.alice) for number in range(5)]
            server.kill()
            for number, name in enumerate(names):  # also while no server runs
                (events,) = self.told(server, name)
                self.assertEqual([event["kind"] for event in events], ["stored"])
                self.assertEqual(events[0]["messageId"], f"<crash{turn}n{number}@example.net>")
            server.start()
        self.assertEqual(len(self.told(server, self.alice)), 15)
        self.assertIn("all is well", server.verb("verify").stdout)

    def test_mail_for_others(self):
        server = self.serve()
        with smtp(server, "submission") as session:
            session.login(self.alice, PASSWORD)
            session.sendmail(self.alice, ["carol@elsewhere.example"], letter("out", sender=self.alice))
        (events,) = self.told(server, "carol@elsewhere.example")
        self.assertEqual(events[0]["kind"], "queued")
        self.assertEqual((events[0]["user"], events[0]["account"]), (self.alice, self.alice))
        server.verb("queue", "drop", str(events[0]["queue"]))
        (events,) = self.told(server, "<out@example.net>")
        self.assertEqual([event["kind"] for event in events], ["queued", "dropped"])

    def test_policy_in_the_list_of_accounts(self):
        server = self.serve()
        server.verb("account", "keep", self.alice, "until-fetched", "--grace", "2d")
        listed = json.loads(server.verb("account", "list", "--json").stdout)
        self.assertEqual({one["address"]: one["keep"] for one in listed}, {self.alice: "until-fetched 2d", self.bob: "forever"})


if __name__ == "__main__":
    main()
