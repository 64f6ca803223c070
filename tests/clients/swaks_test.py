"""swaks sends in the clear, with STARTTLS and with TLS from the start, and signs in."""

from common import HOST, PASSWORD, ClientTest, certificate, configure, main, needs

configure(auth__mechanisms="PLAIN,LOGIN,CRAM-MD5")
REFUSED_LOGIN = 28  # swaks' exit statuses
REFUSED_RECIPIENT = 24
REFUSED_TLS = 29


@needs("swaks")
class Swaks(ClientTest):
    def swaks(self, port, *words, status=0, sender=None):
        words = ["--server", "127.0.0.1", "--port", self.port(port), "--to", self.address, *words]
        words += ["--from", sender or self.address, "--header", "Subject: from swaks", "--body", "Grüße\n.dot\n"]
        return self.run_client("swaks", *words, status=status).stdout

    def assert_received(self, with_protocol):
        texts = self.on_the_server()
        self.assertEqual(len(texts), 1)
        self.assertIn(b"\r\nSubject: from swaks\r\n", texts[0])
        self.assertIn("\r\n\r\nGrüße\r\n.dot".encode(), texts[0])
        self.assertRegex(texts[0], rb"(?i)\bwith " + with_protocol + rb"\b")

    def test_plain(self):
        self.swaks("smtp", sender="someone@example.net")
        self.assert_received(b"ESMTP")

    def test_helo(self):
        self.swaks("smtp", "--protocol", "SMTP", sender="someone@example.net")
        self.assert_received(b"SMTP")

    def test_starttls(self):
        self.swaks("smtp", "--tls", sender="someone@example.net")
        self.assert_received(b"ESMTPS")

    def test_null_sender(self):
        self.swaks("smtp", sender="<>")
        self.assertIn(b"Return-Path: <>", self.on_the_server()[0])

    def sign_in(self, port, mechanism, tls, password=PASSWORD, status=0):
        words = ["--auth", mechanism, "--auth-user", self.address, "--auth-password", password]
        return self.swaks(port, tls, *words, status=status)

    def test_starttls_plain(self):
        self.sign_in("submission", "PLAIN", "--tls")
        self.assert_received(b"ESMTPSA")

    def test_starttls_login(self):
        self.sign_in("submission", "LOGIN", "--tls")
        self.assert_received(b"ESMTPSA")

    def test_implicit_tls_plain(self):
        self.sign_in("submissions", "PLAIN", "--tlsc")
        self.assert_received(b"ESMTPSA")

    def test_implicit_tls_login(self):
        self.sign_in("submissions", "LOGIN", "--tlsc")
        self.assert_received(b"ESMTPSA")

    def test_cram_md5(self):
        secret = self.server.verb("account", "app-password", "add", self.address, "swaks", "--apop").stdout.split()[-1]
        for port, tls in (("submission", "--tls"), ("submissions", "--tlsc")):
            self.sign_in(port, "CRAM-MD5", tls, password=secret)
            self.sign_in(port, "CRAM-MD5", tls, password="wrong", status=REFUSED_LOGIN)
        self.assertEqual(self.count(), 2)

    def test_tls_where_there_is_some(self):
        self.swaks("smtp", "--tls-optional", sender="someone@example.net")
        self.assert_received(b"ESMTPS")

    def test_tls_of_a_server_that_is_verified(self):
        words = ["--tls", "--tls-verify", "--tls-ca-path", certificate(), "--tls-sni", HOST]
        self.swaks("smtp", *words, sender="someone@example.net")
        self.assert_received(b"ESMTPS")

    def test_one_version_of_tls_after_the_other(self):
        for protocol in ("tlsv1_2", "tlsv1_3"):
            self.swaks("smtp", "--tls", "--tls-protocol", protocol, sender="someone@example.net")
        self.swaks("smtp", "--tls", "--tls-protocol", "tlsv1_1", sender="someone@example.net", status=REFUSED_TLS)
        self.assertEqual(self.count(), 2)

    def test_wrong_password(self):
        for mechanism in ("PLAIN", "LOGIN"):
            self.sign_in("submissions", mechanism, "--tlsc", password="wrong", status=REFUSED_LOGIN)
        self.assertEqual(self.on_the_server(), [])

    def test_no_auth_where_mail_comes_in(self):
        self.sign_in("smtp", "PLAIN", "--tls", status=REFUSED_LOGIN)

    def test_unknown_recipient(self):
        output = self.swaks("smtp", "--to", "nobody@example.test", sender="a@example.net", status=REFUSED_RECIPIENT)
        self.assertIn(b"550 5.1.1", output)

    def test_pipelining(self):
        output = self.swaks("smtp", "--pipeline", sender="someone@example.net")
        self.assertIn(b"250-PIPELINING", output)
        self.assert_received(b"ESMTP")


if __name__ == "__main__":
    main()
