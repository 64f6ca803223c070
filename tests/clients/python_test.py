"""Python's smtplib and poplib, and the sequence of commands that Thunderbird sends."""

import base64
import poplib
import smtplib
import socket
import ssl

from common import BODY, DOMAIN, PASSWORD, ClientTest, letter, main, trusting


class PythonTest(ClientTest):
    def smtp(self, name="smtp", sign_in=False):
        if name == "submissions":
            client = smtplib.SMTP_SSL("127.0.0.1", self.port(name), timeout=60, context=trusting())
        else:
            client = smtplib.SMTP("127.0.0.1", self.port(name), timeout=60)
        self.addCleanup(client.close)
        if sign_in:
            client.login(self.address, PASSWORD)
        return client

    def pop(self, name="pop3", sign_in=True):
        if name == "pop3s":
            client = poplib.POP3_SSL("127.0.0.1", self.port(name), timeout=60, context=trusting())
        else:
            client = poplib.POP3("127.0.0.1", self.port(name), timeout=60)
        self.addCleanup(client.close)
        if sign_in:
            client.user(self.address)
            client.pass_(PASSWORD)
        return client

    @staticmethod
    def whole(pop, number):
        return b"".join(line + b"\r\n" for line in pop.retr(number)[1])


class Smtplib(PythonTest):
    def check(self, message, **how):
        with self.smtp(**how) as smtp:
            smtp.sendmail(self.address if how.get("sign_in") else "someone@example.net", [self.address], message)
        self.assert_delivered(self.whole(self.pop(), 1), message)

    def test_plain(self):
        self.check(letter("smtplib", BODY))

    def test_submission_in_the_clear_from_here(self):
        self.check(letter("loopback", BODY, sender=self.address), name="submission", sign_in=True)

    def test_submissions(self):
        self.check(letter("tls", BODY, sender=self.address), name="submissions", sign_in=True)

    def test_starttls(self):
        with self.smtp("submission") as smtp:
            smtp.starttls(context=trusting())
            smtp.login(self.address, PASSWORD)
            smtp.sendmail(self.address, [self.address], letter("starttls", sender=self.address))
        self.assertEqual(self.pop().stat()[0], 1)

    def test_tls_sessions_go_on_except_between_servers(self):
        context = trusting()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context.minimum_version = context.maximum_version = version
            for port, tickets in (("smtp", False), ("submission", True)):
                session = None
                for turn in range(2):
                    with self.smtp(port) as smtp:
                        smtp.ehlo()
                        smtp.docmd("STARTTLS")
                        smtp.sock = context.wrap_socket(smtp.sock, session=session)
                        smtp.file = None
                        smtp.ehlo()  # with TLS 1.3 a ticket comes behind the handshake
                        self.assertEqual(smtp.sock.session_reused, tickets and turn == 1, (version, port))
                        session = smtp.sock.session
                        self.assertEqual(bool(session and session.has_ticket), tickets, (version, port))
                    session = session if tickets else None

    def test_eight_bits(self):
        body = "".join(chr(0xDC80 + n) for n in range(0x80)) + " naïve café 日本語\r\n"
        message = letter("eight bits", body, extra="Content-Transfer-Encoding: 8bit\r\n")
        with self.smtp() as smtp:
            smtp.sendmail("someone@example.net", [self.address], message, mail_options=["BODY=8BITMIME"])
        self.assert_delivered(self.whole(self.pop(), 1), message)

    def test_utf8_subject(self):
        self.check(letter("Grüße 日本語 🎉"))

    def test_encoded_subject(self):
        self.check(letter("=?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_aus_K=C3=B6ln?="))

    def test_five_megabytes(self):
        line = "".join(chr(33 + n % 90) for n in range(76)) + "\r\n"
        self.check(letter("large", line * (5 * 1024 * 1024 // len(line) + 1)))

    def test_dots_and_empty_lines(self):
        self.check(letter("dots", ".\r\n..\r\n...\r\n\r\n\r\n.\r\n" * 3000 + "\r\n"))

    def test_long_lines(self):
        self.check(letter("long", "x" * 100_000 + "\r\n." + "y" * 70_000 + "\r\n"))

    def test_several_recipients(self):
        second = self.server.add_account(self.address.split("@")[0] + "-second")
        message = letter("several")
        with self.smtp() as smtp:
            refused = smtp.sendmail("someone@example.net", [self.address, second, f"nobody@{DOMAIN}"], message)
        self.assertEqual([code for code, _ in refused.values()], [550])
        self.assert_delivered(self.whole(self.pop(), 1), message)
        with smtplib.SMTP("127.0.0.1", self.port("smtp"), timeout=60) as smtp:
            smtp.sendmail("someone@example.net", [self.address.replace("@", "+tag@")], message)
        self.assertEqual(self.pop().stat()[0], 2)

    def test_null_sender(self):
        with self.smtp() as smtp:
            smtp.sendmail("", [self.address], letter("bounce"))
        self.assertIn(b"Return-Path: <>\r\n", self.whole(self.pop(), 1))

    def test_two_messages_and_reset(self):
        with self.smtp() as smtp:
            for subject in ("one", "two"):
                smtp.sendmail("someone@example.net", [self.address], letter(subject))
            smtp.mail("someone@example.net")
            smtp.rcpt(self.address)
            self.assertEqual(smtp.rset()[0], 250)
            self.assertEqual(smtp.docmd("DATA")[0], 503)
        self.assertEqual(self.pop().stat()[0], 2)

    def test_too_large_is_refused_at_once(self):
        with self.smtp() as smtp:
            smtp.ehlo()
            size = int(smtp.esmtp_features["size"])
            code, text = smtp.docmd(f"MAIL FROM:<a@example.net> SIZE={size + 1}")
        self.assertEqual(code, 552, text)

    def test_wrong_password(self):
        with self.smtp("submissions") as smtp, self.assertRaises(smtplib.SMTPAuthenticationError) as caught:
            smtp.login(self.address, "wrong")
        self.assertEqual(caught.exception.smtp_code, 535)

    def test_submission_needs_a_login(self):
        with self.smtp("submission") as smtp, self.assertRaises(smtplib.SMTPSenderRefused) as caught:
            smtp.sendmail(self.address, [self.address], letter("no"))
        self.assertEqual(caught.exception.smtp_code, 530)

    def test_lost_connection_delivers_nothing(self):
        smtp = self.smtp()
        smtp.ehlo()
        smtp.mail("someone@example.net")
        smtp.rcpt(self.address)
        self.assertEqual(smtp.docmd("DATA")[0], 354)
        smtp.send(letter("cut") + b"no end")
        smtp.close()
        self.deliver(letter("after"))
        self.assertEqual(self.pop().stat()[0], 1)


class Poplib(PythonTest):
    def test_everything(self):
        messages = [letter(f"number {number}", BODY * number) for number in range(1, 6)]
        self.deliver(*messages)
        pop = self.pop()
        count, octets = pop.stat()
        sizes = [int(line.split()[1]) for line in pop.list()[1]]
        self.assertEqual((count, octets), (5, sum(sizes)))
        for number, message in enumerate(messages, 1):
            received = self.whole(pop, number)
            self.assertEqual(len(received), sizes[number - 1])
            self.assert_delivered(received, message)
        ids = [line.split()[1] for line in pop.uidl()[1]]
        self.assertEqual(len(set(ids)), 5)
        pop.dele(2)
        pop.dele(4)
        self.assertEqual(pop.stat(), (3, sizes[0] + sizes[2] + sizes[4]))
        self.assertRaises(poplib.error_proto, pop.retr, 2)
        pop.rset()
        self.assertEqual(pop.stat()[0], 5)
        pop.dele(1)
        pop.quit()
        again = self.pop()
        self.assertEqual([line.split()[1] for line in again.uidl()[1]], ids[1:])

    def test_lost_connection_deletes_nothing(self):
        self.deliver(letter("kept"))
        pop = self.pop()
        pop.dele(1)
        pop.close()
        self.assertEqual(self.pop().stat()[0], 1)

    def test_apop(self):
        words = ("account", "app-password", "add", self.address, "device", "--apop")
        secret = self.server.verb(*words).stdout.split()[-1]
        pop = self.pop(sign_in=False)
        pop.apop(self.address, secret)
        self.assertEqual(pop.stat(), (0, 0))
        other = self.pop(sign_in=False)
        self.assertRaises(poplib.error_proto, other.apop, self.address, "wrong")

    def test_stls(self):
        self.deliver(letter("stls"))
        pop = self.pop(sign_in=False)
        self.assertIn("STLS", pop.capa())
        pop.stls(context=trusting())
        self.assertNotIn("STLS", pop.capa())
        pop.user(self.address)
        pop.pass_(PASSWORD)
        self.assertEqual(pop.stat()[0], 1)

    def test_pop3s(self):
        self.deliver(letter("pop3s"))
        self.assertEqual(self.pop("pop3s").stat()[0], 1)

    def test_top(self):
        self.deliver(letter("top", "one\r\n.two\r\nthree\r\n"))
        pop = self.pop()
        whole = self.whole(pop, 1)
        for lines in range(5):
            top = b"".join(line + b"\r\n" for line in pop.top(1, lines)[1])
            head, body = whole.split(b"\r\n\r\n", 1)
            expected = head + b"\r\n\r\n" + b"".join(body.splitlines(keepends=True)[:lines])
            self.assertEqual(top, expected)

    def test_wrong_password(self):
        pop = self.pop(sign_in=False)
        pop.user(self.address)
        self.assertRaises(poplib.error_proto, pop.pass_, "wrong")
        pop.user(self.address)
        pop.pass_(PASSWORD)

    def test_verbs_while_the_server_runs(self):
        pop = self.pop()
        pop.quit()
        self.server.verb("account", "disable", self.address)
        self.assertRaises(poplib.error_proto, self.pop)
        self.server.verb("account", "enable", self.address)
        self.pop().quit()


class Thunderbird(PythonTest):
    """What it says by POP3, in its order, down to the pipelining it does not do."""

    def converse(self, *commands):
        sock = socket.create_connection(("127.0.0.1", self.port("pop3")), timeout=60)
        self.addCleanup(sock.close)
        with sock.makefile("rb") as replies:
            answers = [replies.readline()]
            for command in commands:
                sock.sendall(command.encode() + b"\r\n")
                line = replies.readline()
                several = command.split()[0] in ("CAPA", "RETR", "TOP") or command in ("LIST", "UIDL", "AUTH")
                while several and line.startswith(b"+OK"):
                    more = replies.readline()
                    line += more
                    if more == b".\r\n" or more == b"":
                        break
                answers.append(line)
            return answers

    def test_first_check(self):
        self.deliver(letter("thunderbird", BODY))
        plain = base64.b64encode(f"\0{self.address}\0{PASSWORD}".encode()).decode()
        answers = self.converse(
            "AUTH", "CAPA", f"AUTH PLAIN {plain}", "STAT", "LIST", "UIDL", "XTND XLST Message-Id", "TOP 1 0", "RETR 1", "DELE 1", "QUIT"
        )
        greeting, auth, capa, sign_in, stat, listed, uidl, xtnd, top, retr, dele, quit_ = answers
        self.assertTrue(greeting.startswith(b"+OK"))
        self.assertIn(b"PLAIN", auth)
        self.assertIn(b"SASL PLAIN", capa)
        self.assertIn(b"UIDL", capa)
        for answer in (sign_in, stat, listed, uidl, top, retr, dele, quit_):
            self.assertTrue(answer.startswith(b"+OK"), answer)
        self.assertTrue(xtnd.startswith(b"-ERR"), xtnd)
        self.assertTrue(retr.endswith(b"\r\n.\r\n"))
        self.assertEqual(self.pop().stat()[0], 0)

    def test_leave_on_server(self):
        self.deliver(letter("left"))
        answers = self.converse("CAPA", "AUTH PLAIN", base64.b64encode(f"\0{self.address}\0{PASSWORD}".encode()).decode(), "STAT", "UIDL", "QUIT")
        self.assertTrue(answers[2].startswith(b"+ "), answers[2])
        self.assertEqual(answers[4].split()[1], b"1")
        self.assertEqual(self.pop().stat()[0], 1)


if __name__ == "__main__":
    main()
