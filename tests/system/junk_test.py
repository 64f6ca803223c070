"""What is junk: lists in DNS, what people say of senders, and what they teach by moving."""

import contextlib
import hmac
import http.server
import json
import queue
import socket
import struct
import tempfile
import threading
import time
import unittest

from common import PATIENCE, Server, main, pop3, retrieve, smtp
from compose_test import Browser
from small_dns import SmallDns
from verify_test import ZONE, letter_from


class SmallMilter:
    """Hears whole messages, and answers their end with the packets of `last`."""

    def __init__(self):
        self.last = [b"c"]
        self.heard = queue.Queue()  # sender, recipient, message
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                self._converse(connection, stream)

    def _converse(self, connection, stream):
        envelope, head, body = [], b"", b""
        while size := stream.read(4):
            packet = stream.read(int.from_bytes(size, "big"))
            command, data = packet[:1], packet[1:]
            replies = [b"c"]
            if command == b"O":
                replies = [b"O" + struct.pack(">III", 6, 0x21, 0)]
            elif command in (b"D", b"Q"):
                replies = []
            elif command in (b"M", b"R"):
                envelope.append(data.rstrip(b"\0").strip(b"<>"))
            elif command == b"L":
                name, value, _ = data.split(b"\0")
                head += name + b": " + value + b"\r\n"
            elif command == b"B":
                body += data
            elif command == b"E":
                self.heard.put(envelope + [head + b"\r\n" + body])
                replies = self.last
            for reply in replies:
                connection.sendall(struct.pack(">I", len(reply)) + reply)


class Junk(unittest.TestCase):
    def serve(self, zone=(), **settings):
        self.dns = SmallDns(ZONE | dict(zone))
        self.addCleanup(self.dns.close)
        settings = {"verify__except": "", "dns__servers": f"127.0.0.1:{self.dns.port}"} | settings
        self.server = Server(**settings).add_domain()
        self.addCleanup(self.server.close)
        self.alice = self.server.add_account("alice")
        self.server.start()
        return self.server

    def send(self, author, more="", text="text", reverse_path=None):
        with smtp(self.server) as session:
            session.ehlo("mx.here.example")
            session.mail(author if reverse_path is None else reverse_path)
            session.rcpt(self.alice)
            code, reply = session.data(letter_from(author, more).replace("\r\ntext\r\n", f"\r\n{text}\r\n"))
        return code, reply.decode()

    def messages(self, mailbox=""):
        user = self.alice.replace("@", f"+{mailbox}@") if mailbox else self.alice
        session = pop3(self.server, user)
        with contextlib.closing(session):
            return [retrieve(session, number + 1).decode() for number in range(session.stat()[0])]

    def test_a_sender_is_new_once(self):
        self.serve()
        self.assertEqual(self.send("bob@here.example")[0], 250)
        self.assertEqual(self.send("bob@here.example")[0], 250)
        first, second = self.messages()
        self.assertIn("X-Pillarbox-Junk: inbox score=0.0;\r\n    first-contact=0.0\r\nAuthentication-Results: ", first)
        self.assertNotIn("X-Pillarbox-Junk", second)

    def test_forged_scores_go(self):
        self.serve()
        forged = "X-Pillarbox-Junk: inbox score=-9.0\r\nx-pillarbox-junk: inbox\r\n folded\r\n"
        self.send("bob@here.example")
        self.send("bob@here.example", forged)
        self.assertNotIn("pillarbox-junk", self.messages()[-1].lower())

    def test_people_say_who_is_junk(self):
        self.serve()
        self.server.verb("account", "junk", "block", self.alice, "@here.example")
        self.assertEqual(self.send("bob@here.example")[0], 250)
        self.assertEqual(self.messages(), [])
        (message,) = self.messages("Junk")
        self.assertIn("X-Pillarbox-Junk: junk score=0.0;\r\n    blocked=0.0 \"bob@here.example\"", message)
        rules = json.loads(self.server.verb("account", "junk", "list", self.alice, "--json").stdout)
        self.assertEqual(rules, [{"sender": "@here.example", "rule": "block"}])
        (story,) = json.loads(self.server.verb("trace", "<verify@here.example>", "--json").stdout)["items"]
        self.assertEqual([event["kind"] for event in story["events"]], ["stored", "judged", "verified"])
        self.assertIn("blocked", story["events"][1]["reason"])
        self.server.verb("account", "junk", "allow", self.alice, "bob@here.example")
        self.send("bob@here.example")
        self.assertEqual(len(self.messages()), 1)
        self.server.verb("account", "junk", "forget", self.alice, "@here.example")
        self.assertNotEqual(self.server.verb("account", "junk", "forget", self.alice, "@here.example", check=False).returncode, 0)
        self.assertNotEqual(self.server.verb("account", "junk", "block", self.alice, "nobody", check=False).returncode, 0)

    def test_it_is_the_author_who_is_blocked(self):
        self.serve()
        self.server.verb("account", "junk", "block", self.alice, "bob@here.example")
        for reverse_path in ("bob@here.example", "BOB@here.example", "bounces@here.example"):
            self.assertEqual(self.send("bob@here.example", reverse_path=reverse_path)[0], 250)
        self.assertEqual(self.send("eve@here.example", reverse_path="bob@here.example")[0], 250)
        self.assertEqual(len(self.messages("Junk")), 3)
        self.assertEqual(len(self.messages()), 1)

    def test_an_allowed_sender_has_to_be_verified(self):
        zone = {("1.0.0.127.bl.example", "A"): [], ("7.2.0.192.bl.example", "A"): ["127.0.0.2"]}
        self.serve(zone, junk__block_lists="bl.example=9", xclient__from="127.0.0.0/8")
        self.server.verb("account", "junk", "allow", self.alice, "x@careless.example")
        with smtp(self.server) as session:
            session.ehlo("mx.here.example")
            session.docmd("XCLIENT", "ADDR=192.0.2.7")
            session.ehlo("mx.there.example")
            session.mail("x@careless.example")
            session.rcpt(self.alice)
            self.assertEqual(session.data(letter_from("x@careless.example"))[0], 250)
        (message,) = self.messages("Junk")
        self.assertIn("blocklist=9.0 \"bl.example (127.0.0.2)\"", message)
        self.assertNotIn("allowed", message)

    def test_lists(self):
        zone = {("1.0.0.127.bl.example", "A"): ["127.0.0.2"], ("1.0.0.127.down.example", "A"): []}
        self.serve(zone, junk__block_lists="bl.example,silent.example", junk__dns_patience="1s")
        self.dns.silent.add("1.0.0.127.silent.example")
        # A list that has 127.0.0.1 has everybody.
        self.assertEqual(self.send("bob@here.example")[0], 250)
        (message,) = self.messages()
        self.assertNotIn("blocklist", message)

    def test_moving_teaches(self):
        self.serve()
        for number in range(10):
            self.send("bob@here.example", text=f"cheap watches, buy them now, number{number}")
            self.send("bob@here.example", text=f"minutes of the meeting on budgets, number{number}")
        browser = Browser(self.server, self.alice)
        self.addCleanup(browser.close)
        _, page = browser.ask("GET", "/mailboxes/inbox/messages?limit=100", expect=200)
        for what, mailbox in (("watches", "junk"), ("meeting", "archive")):
            ids = [one["id"] for one in page["items"] if what in one["preview"]]
            self.assertEqual(len(ids), 10)
            browser.ask("POST", "/messages/batch", {"ids": ids, "action": "move", "mailbox": mailbox}, 200)
        # They are learned from a moment later.
        until = time.monotonic() + PATIENCE
        known = None
        while known != {"junk": 10, "wanted": 10, "needed": 10} and time.monotonic() < until:
            _, known = browser.ask("GET", "/junk/filter", expect=200)
        self.assertEqual(known, {"junk": 10, "wanted": 10, "needed": 10})
        self.send("bob@here.example", text="buy cheap watches")
        self.assertEqual(self.messages(), [])
        junk = self.messages("Junk")[-1]
        self.assertRegex(junk, r'words=[56]\.\d "\d+%25 junk, .*watches 9\d%25')
        self.send("bob@here.example", text="the meeting has minutes")
        (wanted,) = self.messages()
        self.assertIn("X-Pillarbox-Junk: inbox score=-", wanted)
        _, page = browser.ask("GET", "/mailboxes/junk/messages?limit=1", expect=200)
        _, message = browser.ask("GET", "/messages/" + page["items"][0]["id"], expect=200)
        self.assertTrue(message["judgement"]["junk"])
        self.assertIn("watches", message["judgement"]["reasons"][0]["text"])
        browser.ask("DELETE", "/junk/filter", expect=204)
        self.send("bob@here.example", text="buy cheap watches")
        self.assertEqual(len(self.messages()), 2)

    def test_suspicious_servers_come_again(self):
        self.serve(junk__greylist="true", junk__greylist_delay="2s", smtp__connections_per_minute=0, smtp__messages_per_hour=0)
        self.assertEqual(self.send("bob@here.example")[0], 250)  # nothing speaks for junk
        code, reply = self.send("x@careless.example")
        self.assertEqual((code, reply[:5]), (451, "4.7.1"), reply)
        self.assertRegex(reply, "try again in [12] seconds")
        until = time.monotonic() + PATIENCE
        while code == 451 and time.monotonic() < until:
            code, reply = self.send("x@careless.example")
        self.assertEqual(code, 250, reply)
        self.assertEqual(self.send("x@careless.example")[0], 250)

    def test_rspamd(self):
        answers = {}
        asked = []

        class Rspamd(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                body = json.dumps(answers).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *unused):
                pass

        rspamd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rspamd)
        threading.Thread(target=rspamd.serve_forever, daemon=True).start()
        self.addCleanup(rspamd.server_close)
        self.serve(junk__rspamd=f"http://127.0.0.1:{rspamd.server_port}")
        answers.update(score=3.0, required_score=15.0, action="no action", symbols={"R_TEST": {"score": 3.0}})
        self.assertEqual(self.send("bob@here.example")[0], 250)
        self.assertIn('rspamd=1.0 "no action, 3.0 of 15.0, R_TEST 3.0"', self.messages()[-1])
        path, headers, body = asked[-1]
        self.assertEqual(path, "/checkv2")
        self.assertEqual((headers["IP"], headers["From"], headers["Helo"]), ("127.0.0.1", "bob@here.example", "mx.here.example"))
        self.assertEqual(headers["Rcpt"], self.alice)
        self.assertEqual(body.decode(), letter_from("bob@here.example"))
        answers.update(action="add header")
        self.assertEqual(self.send("bob@here.example")[0], 250)
        self.assertEqual((len(self.messages()), len(self.messages("Junk"))), (1, 1))
        answers.update(action="reject")
        code, reply = self.send("bob@here.example")
        self.assertEqual((code, reply), (550, "5.7.1 refused as junk"))
        answers.update(action="soft reject", messages={"smtp_message": "come again"})
        self.assertEqual(self.send("bob@here.example"), (451, "4.7.1 come again"))
        rspamd.shutdown()
        rspamd.server_close()
        self.assertEqual(self.send("bob@here.example")[0], 250)  # a filter that is down loses no mail
        self.server.wait_for("mailflow.filter_failed")

    def test_a_filter_that_is_down_may_defer(self):
        self.serve(junk__rspamd="http://127.0.0.1:1", junk__hook_fault="defer")
        code, reply = self.send("bob@here.example")
        self.assertEqual((code, reply[:5]), (451, "4.7.1"), reply)

    def test_milters(self):
        milter = SmallMilter()
        self.addCleanup(milter.close)
        self.serve(junk__milters=f"127.0.0.1:{milter.port}")
        milter.last = [b"hX-Filter\0seen\0", b"c"]
        self.assertEqual(self.send("bob@here.example")[0], 250)
        (message,) = self.messages()
        self.assertIn("X-Filter: seen\r\n", message.partition("Received: ")[0])
        self.assertEqual(milter.heard.get(timeout=PATIENCE), [b"bob@here.example", self.alice.encode(), letter_from("bob@here.example").encode()])
        milter.last = [b"qlooks odd\0", b"a"]
        self.assertEqual(self.send("bob@here.example")[0], 250)
        self.assertIn('milter=5.0 "looks odd"', self.messages("Junk")[-1])
        milter.last = [b"y554 5.7.1 go away\0"]
        self.assertEqual(self.send("bob@here.example"), (550, "5.7.1 go away"))
        milter.last = [b"t"]
        self.assertEqual(self.send("bob@here.example")[0], 451)
        milter.last = [b"zzz"]
        self.assertEqual(self.send("bob@here.example")[0], 250)
        self.server.wait_for("mailflow.filter_failed")

    def test_a_webhook_is_told(self):
        told = queue.Queue()
        answers = []  # instead of 204, one after the other

        class Hook(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                told.put((self.headers["X-Pillarbox-Signature"], self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(answers.pop(0) if answers else 204)
                self.end_headers()

            def log_message(self, *unused):
                pass

        hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        threading.Thread(target=hook.serve_forever, daemon=True).start()
        self.addCleanup(hook.server_close)
        self.addCleanup(hook.shutdown)
        with tempfile.NamedTemporaryFile("w") as secret:
            secret.write("a secret\n")
            secret.flush()
            self.serve(junk__webhook=f"http://127.0.0.1:{hook.server_port}/mail", junk__webhook_secret_file=secret.name)
        self.assertEqual(self.send("bob@here.example")[0], 250)
        signature, body = told.get(timeout=PATIENCE)
        self.assertEqual(signature, "sha256=" + hmac.new(b"a secret", body, "sha256").hexdigest())
        news = json.loads(body)
        self.assertEqual((news["event"], news["from"], news["to"]), ("accepted", "bob@here.example", [self.alice]))
        self.assertEqual((news["messageId"], news["client"]), ("<verify@here.example>", "127.0.0.1"))
        self.assertIn("spf=pass", news["verified"])
        self.assertIn(news["id"], self.messages()[0])
        answers.extend((503, 204, 400, 204))
        for _ in range(3):
            self.assertEqual(self.send("bob@here.example")[0], 250)
        first, again, second, third = (told.get(timeout=PATIENCE)[1] for _ in range(4))
        self.assertEqual(first, again)  # it was not taken at once
        self.assertEqual(len({body, first, second, third}), 4)  # 400 is no reason to repeat

    def test_off(self):
        self.serve(junk__mode="off")
        self.server.verb("account", "junk", "block", self.alice, "@here.example")
        self.send("bob@here.example")
        (message,) = self.messages()
        self.assertNotIn("X-Pillarbox-Junk", message)


if __name__ == "__main__":
    main()
