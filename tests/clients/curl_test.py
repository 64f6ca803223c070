"""curl sends by SMTP and submission, and fetches by POP3, in the clear and with TLS."""

from common import BODY, HOST, PASSWORD, ClientTest, certificate, letter, main, needs

LOGIN_DENIED = 67  # curl's exit status for a refused login
SEND_REFUSED = 55


@needs("curl")
class Curl(ClientTest):
    def curl(self, *words, status=0):
        return self.run_client("curl", "--silent", "--show-error", "--max-time", "100", *words, status=status).stdout

    def tls(self, port):
        """The certificate is verified, under the server's own name."""
        return ["--cacert", certificate(), "--resolve", f"{HOST}:{port}:127.0.0.1"]

    def send(self, url, message, *words, sender="someone@example.net", status=0):
        path = self.file("message", message)
        self.curl(url, "--mail-from", sender, "--mail-rcpt", self.address, "--upload-file", path, *words, status=status)

    def user(self, password=PASSWORD):
        return ["--user", f"{self.address}:{password}"]

    def pop3(self, path="", *words, status=0):
        return self.curl(f"pop3://127.0.0.1:{self.port('pop3')}/{path}", *self.user(), *words, status=status)

    def test_smtp_to_pop3(self):
        message = letter("from curl", BODY, to=self.address)
        self.send(f"smtp://127.0.0.1:{self.port('smtp')}", message)
        self.assert_delivered(self.pop3("1"), message)

    def test_smtp_starttls_from_another_server(self):
        port = self.port("smtp")
        message = letter("starttls", to=self.address)
        self.send(f"smtp://{HOST}:{port}", message, "--ssl-reqd", *self.tls(port))
        self.assert_delivered(self.pop3("1"), message)

    def test_submission_with_starttls(self):
        port = self.port("submission")
        message = letter("submission", BODY, sender=self.address, to=self.address)
        self.send(f"smtp://{HOST}:{port}", message, "--ssl-reqd", *self.tls(port), *self.user(), sender=self.address)
        self.assert_delivered(self.pop3("1"), message)

    def test_submissions_and_pop3s(self):
        port = self.port("submissions")
        message = letter("submissions", BODY, sender=self.address, to=self.address)
        self.send(f"smtps://{HOST}:{port}", message, *self.tls(port), *self.user(), sender=self.address)
        port = self.port("pop3s")
        received = self.curl(f"pop3s://{HOST}:{port}/1", *self.tls(port), *self.user())
        self.assert_delivered(received, message)

    def test_every_mechanism(self):
        port = self.port("submissions")
        for number, mechanism in enumerate(("PLAIN", "LOGIN"), 1):
            message = letter(f"auth {mechanism}", sender=self.address, to=self.address)
            words = [*self.tls(port), *self.user(), "--login-options", f"AUTH={mechanism}"]
            self.send(f"smtps://{HOST}:{port}", message, *words, sender=self.address)
            for options in (f"AUTH={mechanism}", "AUTH=*"):
                self.assert_delivered(self.pop3(str(number), "--login-options", options), message)

    def test_stls(self):
        port = self.port("pop3")
        message = letter("stls", to=self.address)
        self.send(f"smtp://127.0.0.1:{self.port('smtp')}", message)
        received = self.curl(f"pop3://{HOST}:{port}/1", "--ssl-reqd", *self.tls(port), *self.user())
        self.assert_delivered(received, message)

    def test_lists_and_deletes(self):
        for subject in ("one", "two", "three"):
            self.send(f"smtp://127.0.0.1:{self.port('smtp')}", letter(subject, to=self.address))
        sizes = [line.split() for line in self.pop3().split(b"\r\n") if line]
        self.assertEqual([number for number, _ in sizes], [b"1", b"2", b"3"])
        for number, size in sizes:
            self.assertEqual(len(self.pop3(number.decode())), int(size))
        before = self.pop3("", "--request", "UIDL").split()
        self.pop3("2", "--request", "DELE", "--list-only")
        after = self.pop3("", "--request", "UIDL").split()
        self.assertEqual(after[1::2], [before[1], before[5]])

    def test_top(self):
        self.send(f"smtp://127.0.0.1:{self.port('smtp')}", letter("top", "a\r\nb\r\nc\r\n", to=self.address))
        top = self.pop3("", "--request", "TOP 1 1")
        self.assertTrue(top.endswith(b"\r\n\r\na\r\n"), top)

    def test_wrong_password(self):
        port = self.port("pop3")
        self.curl(f"pop3://127.0.0.1:{port}/", *self.user("wrong"), status=LOGIN_DENIED)
        port = self.port("submissions")
        words = [*self.tls(port), *self.user("wrong")]
        self.send(f"smtps://{HOST}:{port}", letter("no"), *words, sender=self.address, status=LOGIN_DENIED)

    def test_no_relay(self):
        path = self.file("message", letter("relay"))
        words = ["--mail-from", "a@example.net", "--mail-rcpt", "b@example.org", "--upload-file", path]
        self.curl(f"smtp://127.0.0.1:{self.port('smtp')}", *words, status=SEND_REFUSED)
        self.curl(f"smtp://127.0.0.1:{self.port('submission')}", *words, status=SEND_REFUSED)

    def test_somebody_elses_address_is_refused(self):
        port = self.port("submissions")
        words = [*self.tls(port), *self.user()]
        self.send(f"smtps://{HOST}:{port}", letter("forged"), *words, sender="boss@example.test", status=SEND_REFUSED)

    def test_a_large_message(self):
        line = "0123456789abcdef" * 4 + "\r\n"
        message = letter("large", line * 80_000, to=self.address)
        self.send(f"smtp://127.0.0.1:{self.port('smtp')}", message)
        self.assert_delivered(self.pop3("1"), message)


if __name__ == "__main__":
    main()
