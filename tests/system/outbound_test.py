"""Mail that leaves by a smarthost: what becomes of it however the smarthost behaves."""

import contextlib
import json
import re
import signal
import ssl
import subprocess
import threading
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, Server, letter, main, pop3, retrieve, smtp
from next_hop import DROP, GARBAGE, HUGE, STAGES, NextHop

BOB = "bob@elsewhere.example"
CAROL = "carol@elsewhere.example"


class Outbound(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.submitted = threading.Event()
        self.killed = threading.Event()

    def hop(self, **options):
        hop = NextHop(**options)
        self.addCleanup(hop.close)
        return hop

    def send_by(self, hop, scheme="smtp", user=""):
        self.server.settings |= {
            "outbound.mode": "smarthost",
            "outbound.smarthost": f"{scheme}://{user}127.0.0.1:{hop.port}",
        }

    def start(self, **options):
        hop = self.hop(**options)
        self.send_by(hop)
        self.server.start()
        return hop

    def submit(self, *recipients, subject="outside", body="Hello.\r\n"):
        message = letter(subject, body, sender=self.alice)
        self.submitted.clear()
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, recipients or [BOB], message, mail_options=["BODY=8BITMIME"])
        self.submitted.set()
        return message

    def queued(self):
        return json.loads(self.server.verb("queue", "list", "--json").stdout)

    def retry(self):
        self.server.verb("queue", "retry", "--all")

    def inbox(self):
        session = pop3(self.server, self.alice)
        with contextlib.closing(session):
            return [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]

    # ---- as it should be -----------------------------------------------------

    def test_a_message_goes_out_as_it_came(self):
        hop = self.start()
        body = "Hello.\r\n.\r\n..two dots\r\nüber\r\n"
        message = self.submit(BOB, CAROL, body=body)
        sender, recipients, text = hop.messages.get(timeout=PATIENCE)
        self.assertEqual((sender, recipients), (self.alice, [BOB, CAROL]))
        self.assertTrue(text.startswith(b"Received: "), text[:100])
        self.assertTrue(text.endswith(message), text)
        self.server.wait_for("outbound.delivered")
        self.server.wait_for("outbound.delivered")
        self.assertEqual(self.queued(), [])
        self.assertEqual(self.inbox(), [])
        self.assertTrue(any("BODY=8BITMIME" in line and "SIZE=" in line for line in hop.sessions.get(timeout=PATIENCE)))

    def test_a_large_message(self):
        hop = self.start()
        message = self.submit(body="0123456789 abcdefghijklmnopqrstuvwxyz\r\n" * 50_000)
        self.assertTrue(hop.messages.get(timeout=PATIENCE)[2].endswith(message))
        self.server.stop()
        hop = self.start(extensions=("PIPELINING", "8BITMIME", "CHUNKING"))
        message = self.submit(body="0123456789 abcdefghijklmnopqrstuvwxyz\r\n" * 50_000)
        self.assertTrue(hop.messages.get(timeout=PATIENCE)[2].endswith(message))
        self.assertTrue(any(line.startswith("BDAT ") for line in hop.sessions.get(timeout=PATIENCE)))

    def test_servers_that_know_less(self):
        for extensions in ((), ("8BITMIME",), ("PIPELINING",), ("PIPELINING", "CHUNKING"), ("CHUNKING",)):
            with self.subTest(extensions):
                hop = self.hop(extensions=extensions)
                self.send_by(hop)
                self.server.start()
                message = self.submit(BOB, CAROL)
                _, recipients, text = hop.messages.get(timeout=PATIENCE)
                self.assertEqual(recipients, [BOB, CAROL])
                self.assertTrue(text.endswith(message))
                self.server.wait_for("outbound.delivered")
                self.assertEqual(self.server.stop(), 0)

    def test_what_waited_goes_once_it_may(self):
        hop = self.hop()
        self.server.start()  # which holds
        for number in range(5):
            self.submit(f"user{number}@elsewhere.example")
        self.assertEqual([entry["state"] for entry in self.queued()], ["held"] * 5)
        self.assertEqual(self.server.stop(), 0)
        self.send_by(hop)
        self.server.start()
        got = sorted(hop.messages.get(timeout=PATIENCE)[1][0] for _ in range(5))
        self.assertEqual(got, [f"user{number}@elsewhere.example" for number in range(5)])

    # ---- faults --------------------------------------------------------------

    def test_not_now_at_every_stage(self):
        hop = self.start()
        for stage in STAGES:
            with self.subTest(stage):
                hop.faults[stage].append(f"450 4.2.1 not now, at {stage}")
                self.submit(subject=stage)
                self.server.wait_for("outbound.deferred")
                entry, = self.queued()
                self.assertIn(f"not now, at {stage}", entry["reply"])
                self.assertEqual((entry["state"], entry["attempts"]), ("waiting", 1))
                self.retry()
                hop.messages.get(timeout=PATIENCE)
                self.server.wait_for("outbound.delivered")
                self.assertEqual(self.queued(), [])
        self.assertEqual(hop.taken, len(STAGES))
        self.assertEqual(self.inbox(), [])

    def test_lost_at_every_stage(self):
        hop = self.start()
        for stage in STAGES:
            with self.subTest(stage):
                hop.faults[stage].append(DROP)
                self.submit(subject=stage)
                self.server.wait_for("outbound.deferred")
                self.assertIn("was lost while", self.queued()[0]["reply"])
                self.retry()
                hop.messages.get(timeout=PATIENCE)
                self.server.wait_for("outbound.delivered")
                self.assertEqual(self.queued(), [])
        self.assertEqual(hop.taken, len(STAGES))

    def test_what_is_no_reply(self):
        hop = self.start()
        for stage in STAGES:
            for octets in (GARBAGE, HUGE * 1000):
                with self.subTest(stage, octets=octets[:10]):
                    hop.faults[stage].append(octets)
                    self.submit(subject=stage)
                    self.server.wait_for("outbound.deferred")
                    self.assertIn("127.0.0.1 sent ", self.queued()[0]["reply"])
                    self.retry()
                    hop.messages.get(timeout=PATIENCE)
                    self.server.wait_for("outbound.delivered")

    def test_never_is_told_to_the_sender(self):
        hop = self.start()
        for at, stage in enumerate(("mail", "rcpt", "data", "text")):
            with self.subTest(stage):
                hop.faults[stage].append(f"554 5.7.1 never, at {stage}")
                self.submit(subject=f"subject of {stage}")
                self.server.wait_for("outbound.failed")
                self.assertEqual(self.queued(), [])
                bounce = self.inbox()[at]
                self.assertIn("Return-Path: <>\r\n", bounce)
                self.assertIn(f"Final-Recipient: rfc822; {BOB}\r\n", bounce)
                self.assertIn("Action: failed\r\n", bounce)
                self.assertIn("Status: 5.7.1\r\n", bounce)
                self.assertIn(f"never, at {stage}", bounce)
                self.assertIn(f"Subject: subject of {stage}", bounce)
                self.assertNotIn("\r\nHello.\r\n", bounce)
        self.assertEqual(hop.taken, 0)

    def test_never_is_told_to_nobody_where_nobody_sent_it(self):
        hop = self.start()
        hop.faults["rcpt"].append("554 5.7.1 never")
        with smtp(self.server, "submission") as client:
            client.login(self.alice, PASSWORD)
            client.sendmail("", [BOB], letter("a receipt", sender=self.alice))
        self.server.wait_for("outbound.failed")
        self.assertEqual((self.queued(), self.inbox()), ([], []))

    def test_some_recipients_and_not_others(self):
        hop = self.start()
        hop.refused = {"no@elsewhere.example": "550 5.1.1 no such user", "later@elsewhere.example": "450 4.2.0 busy"}
        self.submit("no@elsewhere.example", BOB, "later@elsewhere.example", CAROL)
        self.assertEqual(hop.messages.get(timeout=PATIENCE)[1], [BOB, CAROL])
        self.server.wait_for("outbound.deferred")
        self.assertEqual([entry["to"] for entry in self.queued()], ["later@elsewhere.example"])
        bounce, = self.inbox()
        self.assertIn("no@elsewhere.example", bounce)
        self.assertIn("Status: 5.1.1\r\n", bounce)
        self.assertNotIn("later@", bounce)

    def test_too_large_or_eight_bit_for_it(self):
        hop = self.start(extensions=("SIZE 5000",))
        self.submit(body=("x" * 900 + "\r\n") * 6)
        self.server.wait_for("outbound.failed")
        self.submit(body="über\r\n")
        self.server.wait_for("outbound.failed")
        first, second = self.inbox()
        self.assertIn("Status: 5.3.4\r\n", first)
        self.assertIn("Status: 5.6.3\r\n", second)
        self.assertEqual((self.queued(), hop.taken), ([], 0))

    def test_nobody_listens(self):
        hop = self.hop()
        hop.close()
        self.send_by(hop)
        self.server.start()
        self.submit()
        self.server.wait_for("outbound.deferred")
        self.assertIn("cannot be reached", self.queued()[0]["reply"])

    def test_our_own_name(self):
        hop = self.start(name="mail.example.test")
        self.submit()
        self.server.wait_for("outbound.failed")
        self.assertIn("Status: 5.4.6\r\n", self.inbox()[0])
        self.assertEqual(hop.taken, 0)

    # ---- TLS and passwords ---------------------------------------------------

    def certificate(self):
        files = self.server.folder / "hop.pem", self.server.folder / "hop.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=hop.example.net", "-addext", "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]],
            check=True, capture_output=True, timeout=PATIENCE)
        return [str(file) for file in files]

    def signing_in(self, password="secret", **options):
        hop = self.hop(certificate=self.certificate(), users={"us": "secret"}, **options)
        self.send_by(hop, "smtps" if options else "smtp", user="us@")
        file = self.server.folder / "password"
        file.write_text(password + "\n")
        self.server.settings["outbound.smarthost_password_file"] = str(file)
        return hop

    def test_signs_in_under_tls(self):
        for options in ({}, {"implicit_tls": True}):
            with self.subTest(**options):
                hop = self.signing_in(**options)
                self.server.settings["outbound.smarthost_ca_file"] = hop.certificate[0]
                self.server.start()
                self.submit()
                hop.messages.get(timeout=PATIENCE)
                self.server.wait_for("outbound.delivered")
                self.assertEqual(self.server.stop(), 0)

    def require_tls(self):
        with smtp(self.server, "submission") as client:
            client.starttls(context=ssl._create_unverified_context())
            client.login(self.alice, PASSWORD)
            message = letter("under TLS", sender=self.alice)
            client.sendmail(self.alice, [BOB], message, mail_options=["REQUIRETLS"])

    def test_what_must_not_cross_in_the_clear_comes_back(self):
        hop = self.hop(extensions=("8BITMIME", "REQUIRETLS"))  # which it cannot mean
        self.send_by(hop)
        self.server.start()
        self.require_tls()
        self.server.wait_for("outbound.failed")
        self.assertIn("Status: 5.7.30\r\n", self.inbox()[0])
        self.assertEqual((self.queued(), hop.taken), ([], 0))

    def test_what_must_not_cross_in_the_clear_goes_where_that_is_promised(self):
        hop = self.signing_in(extensions=("8BITMIME", "REQUIRETLS"), implicit_tls=True)
        self.server.settings["outbound.smarthost_ca_file"] = hop.certificate[0]
        self.server.start()
        self.require_tls()
        hop.messages.get(timeout=PATIENCE)
        self.server.wait_for("outbound.delivered")
        self.assertTrue(any(line.startswith("MAIL FROM:") and line.endswith(" REQUIRETLS") for line in hop.sessions.get(timeout=PATIENCE)))

    def test_a_certificate_that_nobody_vouches_for(self):
        hop = self.signing_in()
        self.server.start()
        self.submit()
        self.server.wait_for("outbound.deferred")
        self.assertIn("beginning TLS", self.queued()[0]["reply"])
        self.assertFalse(any("AUTH" in line for line in hop.sessions.get(timeout=PATIENCE)))

    def test_a_wrong_password_gives_no_mail_back(self):
        hop = self.signing_in(password="wrong")
        self.server.settings["outbound.smarthost_ca_file"] = hop.certificate[0]
        self.server.start()
        self.submit()
        self.server.wait_for("outbound.deferred")
        self.assertIn("535", self.queued()[0]["reply"])

    def test_encryption_without_a_name_and_none_where_it_fails(self):
        hop = self.hop(certificate=self.certificate())
        self.send_by(hop)
        self.server.start()
        self.submit()
        hop.messages.get(timeout=PATIENCE)
        self.assertIn("STARTTLS", hop.sessions.get(timeout=PATIENCE))

    # ---- the server ends -----------------------------------------------------

    def test_killed_before_the_message_was_taken(self):
        hop = self.start()
        for stage in ("banner", "ehlo", "mail", "rcpt", "data"):
            with self.subTest(stage):
                self.killed.clear()
                hop.faults[stage].append(self.kill)
                self.submit(subject=stage)
                self.assertTrue(self.killed.wait(PATIENCE))
                self.server.start()
                hop.messages.get(timeout=PATIENCE)
                self.server.wait_for("outbound.delivered")
                self.assertEqual(self.queued(), [])
        self.assertEqual(hop.taken, 5)

    def test_killed_when_the_message_was_taken_and_nobody_knew(self):
        hop = self.start()
        hop.faults["text"].append(self.kill)
        self.submit()
        self.assertTrue(self.killed.wait(PATIENCE))
        self.server.start()
        hop.messages.get(timeout=PATIENCE)
        self.server.wait_for("outbound.delivered")
        self.assertEqual(self.queued(), [])

    def kill(self, _):
        self.submitted.wait(PATIENCE)
        self.server.kill()
        self.killed.set()
        return DROP

    def test_stops_when_the_message_under_way_is_settled(self):
        hop = self.start()
        stopping = threading.Event()

        def when_stopping(_):
            self.submitted.wait(PATIENCE)
            self.server.signal(signal.SIGTERM)
            self.server.wait_for("server.stopping")
            stopping.set()

        hop.faults["text"].append(when_stopping)
        self.submit()
        hop.messages.get(timeout=PATIENCE)
        self.assertTrue(stopping.is_set())
        self.assertEqual(self.server.ended(), 0)
        self.assertEqual(self.queued(), [])

    def test_sighup_brings_another_way(self):
        config = self.server.folder / "pillarbox.toml"
        self.server.config_file = config
        del self.server.settings["outbound.mode"]
        config.write_text('[outbound]\nmode = "hold"\n')
        self.server.start()
        self.submit()
        hop = self.hop()
        config.write_text(f'[outbound]\nmode = "smarthost"\nsmarthost = "smtp://127.0.0.1:{hop.port}"\n')
        self.server.signal(signal.SIGHUP)
        hop.messages.get(timeout=PATIENCE)

    # ---- the administrator ---------------------------------------------------

    def test_verbs_of_the_queue(self):
        hop = self.start()
        hop.faults["banner"].append("450 later")
        self.submit()
        self.server.wait_for("outbound.deferred")
        number = str(self.queued()[0]["id"])
        self.server.verb("queue", "hold", number)
        self.retry()
        self.assertEqual(self.queued()[0]["state"], "held")
        shown, = json.loads(self.server.verb("queue", "show", number, "--json").stdout)
        self.assertEqual((shown["attempts"], shown["reply"], shown["next"]), (1, "450 later", ""))
        self.assertRegex(shown["tried"], r"^\d{4}-\d\d-\d\dT")
        self.server.verb("queue", "release", number)
        self.retry()
        hop.messages.get(timeout=PATIENCE)
        refused = self.server.verb("queue", "retry", check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("--all", refused.stderr)
        refused = self.server.verb("queue", "show", "4711", check=False)
        self.assertTrue(re.search("no entry 4711", refused.stderr), refused.stderr)


if __name__ == "__main__":
    main()
