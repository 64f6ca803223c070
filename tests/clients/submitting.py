"""What users of mail clients count on when they send, as tests that each client runs in its own way."""

from common import BODY, PASSWORD, certificate, letter


class SubmittingScript:
    """A client that is a script of ours over the library of a language: `sender` runs it.

    To be mixed into a ClientTest. The script takes PORT SECURITY USER PASSWORD
    RECIPIENT..., with "starttls" or "implicit" TLS, and a message at standard input.
    It trusts the certificate in ./certificate.pem. It ends with 1 when it cannot sign
    in, and with another status when something else goes wrong.
    """

    sender = ()

    def submit(self, security, message, *recipients, password=PASSWORD, status=0):
        self.file("certificate.pem", certificate().read_bytes())
        port = self.port("submissions" if security == "implicit" else "submission")
        words = (port, security, self.address, password, *(recipients or [self.address]))
        self.run_client(*self.sender, *words, stdin=message, status=status)

    def test_sends(self):
        for number, security in enumerate(("starttls", "implicit")):
            with self.subTest(security):
                message = letter(f"over {security}", BODY + "Grüße\r\n", sender=self.address, to=self.address)
                self.submit(security, message)
                received = self.on_the_server()[number]
                self.assert_delivered(received, message)
                self.assertRegex(received, rb"\bwith ESMTPSA\b")

    def test_sends_to_others_as_well(self):
        second = self.server.add_account(self.address.split("@")[0] + "-second")
        self.submit("implicit", letter("for two", sender=self.address), self.address, second)
        for self.address in (self.address, second):
            self.assertEqual(self.count(), 1)

    def test_wrong_password(self):
        self.submit("starttls", letter("never", sender=self.address), password="wrong", status=1)
        self.assertEqual(self.count(), 0)

    def test_unknown_recipient(self):
        self.submit("implicit", letter("never", sender=self.address), "nobody@example.test", status=2)
        self.assertEqual(self.count(), 0)
