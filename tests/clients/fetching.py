"""What users of POP3 clients count on, as tests that each client runs in its own way."""

import hashlib
import ssl

from common import BODY, PASSWORD, certificate, letter

# Lines that begin with dots, and lines longer than a client's buffers: 998 octets
# are RFC 5322's limit, which senders do not keep.
BODY_OF_ALL_KINDS = BODY + "." + "d" * 997 + "\r\n" + "long " * 1000 + "end\r\n..\r\n.\r\n\r\nlast line\r\n"


def fingerprint():
    """SHA-256 of the certificate that the server made for itself, in hexadecimal with colons."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate().read_text())).digest().hex(":")


class Fetching:
    """To be mixed into a ClientTest that has `fetch` and `take`.

    `fetch(security, keep, password, status)` runs the client once over
    "none", "stls" or "implicit" TLS, and leaves the mail on the server or
    deletes it. `take()` is what the client has stored since the last call:
    messages as octets with CRLF. `refused` is the client's exit status when it
    cannot sign in.
    """

    securities = ("none", "stls", "implicit")
    refused = 1

    def fetch(self, security="none", keep=False, password=PASSWORD, status=0):
        raise NotImplementedError

    def take(self):
        raise NotImplementedError

    def test_octet_for_octet(self):
        for security in self.securities:
            with self.subTest(security):
                message = letter(f"over {security}", BODY_OF_ALL_KINDS, to=self.address)
                self.deliver(message)
                self.fetch(security)
                self.assertEqual(self.signed_in_with_tls(), security != "none")
                received = self.take()
                self.assertEqual(len(received), 1)
                self.assert_delivered(received[0], message)

    def test_keeping_fetches_only_what_is_new(self):
        self.deliver(letter("first", to=self.address), letter("second", to=self.address))
        security = self.securities[-1]
        for _ in range(2):
            self.fetch(security, keep=True)
        self.assertEqual(len(self.take()), 2)
        third = letter("third", to=self.address)
        self.deliver(third)
        self.fetch(security, keep=True)
        received = self.take()
        self.assertEqual(len(received), 1)
        self.assert_delivered(received[0], third)
        self.assertEqual(self.count(), 3)

    def test_fetched_mail_is_deleted(self):
        for security in self.securities:
            with self.subTest(security):
                self.deliver(*(letter(f"number {number}", BODY, to=self.address) for number in range(20)))
                self.fetch(security)
                self.assertEqual(len(self.take()), 20)
                self.assertEqual(self.count(), 0)

    def test_an_empty_maildrop(self):
        self.fetch()
        self.assertEqual(self.take(), [])

    def test_wrong_password(self):
        self.deliver(letter("kept", to=self.address))
        self.fetch(password="wrong", status=self.refused)
        self.assertEqual(self.take(), [])
        self.assertEqual(self.count(), 1)


class FetchingScript(Fetching):
    """A client that is a script of ours over the library of a language: `command` runs it.

    It takes PORT SECURITY USER PASSWORD and `keep` or `delete`, trusts the
    certificate in ./certificate.pem, writes messages as they come to ./got, and
    keeps the unique ids that it knows in ./seen. It ends with 1 when it cannot
    sign in, and with another status when something else goes wrong.
    """

    command = ()

    def fetch(self, security="none", keep=False, password=PASSWORD, status=0):
        (self.folder / "got").mkdir(exist_ok=True)
        self.file("certificate.pem", certificate().read_bytes())
        port = self.port("pop3s" if security == "implicit" else "pop3")
        words = (port, security, self.address, password, "keep" if keep else "delete")
        self.run_client(*self.command, *words, status=status)

    def take(self):
        return self.taken(self.folder / "got")
