"""s-nail reads a POP3 maildrop in place, in the clear, with STLS and with TLS at once."""

from urllib.parse import quote

from common import PASSWORD, ClientTest, letter, main, needs
from fetching import BODY_OF_ALL_KINDS, fingerprint


@needs("s-nail")
class Snail(ClientTest):
    def snail(self, *commands, security="none", password=PASSWORD):
        """Opens the maildrop, gives the commands, and closes it, which deletes what they marked."""
        scheme, port = ("pop3s", self.port("pop3s")) if security == "implicit" else ("pop3", self.port("pop3"))
        settings = ["v15-compat=yes", "pop3-no-apop", "tls-fingerprint-digest=SHA256", f"tls-fingerprint={fingerprint()}"]
        if security == "stls":
            settings.append("pop3-use-starttls")
        words = [word for setting in settings for word in ("-S", setting)]
        url = f"{scheme}://{quote(self.address, safe='')}:{quote(password)}@127.0.0.1:{port}"
        lines = "".join(f"{command}\n" for command in (*commands, "quit"))
        return self.run_client("s-nail", "-:/", "-#", *words, "-f", url, stdin=lines.encode())

    def test_octet_for_octet(self):
        for security in ("none", "stls", "implicit"):
            with self.subTest(security):
                message = letter(f"over {security}", BODY_OF_ALL_KINDS, to=self.address)
                self.deliver(message)
                self.snail("copy 1 ./box", "delete 1", security=security)
                self.assertEqual(self.signed_in_with_tls(), security != "none")
                # An mbox of one: a line that begins with From, the message, an empty line.
                [box] = [text for text in self.taken(self.folder) if text.startswith(b"From ")]
                self.assert_delivered(box.split(b"\r\n", 1)[1].removesuffix(b"\r\n"), message)
        self.assertEqual(self.count(), 0)

    def test_headers_alone_leave_mail_there(self):
        self.deliver(*(letter(f"number {number}", to=self.address) for number in range(20)))
        listed = self.snail("headers").stdout.decode()
        for number in range(20):
            self.assertIn(f"number {number} ", listed)
        self.assertEqual(self.count(), 20)

    def test_deletes_some(self):
        self.deliver(*(letter(f"number {number}", to=self.address) for number in range(5)))
        self.snail("delete 2 4", "undelete 4")
        left = b"".join(self.on_the_server())
        self.assertEqual([f"Subject: number {number}\r\n".encode() in left for number in range(5)], [True, False, True, True, True])

    def test_wrong_password(self):
        self.deliver(letter("kept", to=self.address))
        told = self.snail("delete 1", password="wrong").stderr
        self.assertIn(b"wrong name or password", told)
        self.assertEqual(self.count(), 1)


if __name__ == "__main__":
    main()
