"""mpop, msmtp and mutt prove that they know the password, on a server where nobody may send it."""

from common import BODY, PASSWORD, ClientTest, certificate, configure, letter, main, needs
from fetching import fingerprint

MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-1")
configure(auth__mechanisms=",".join(MECHANISMS))


class Scram(ClientTest):
    def tls(self):
        return ["tls on", "tls_starttls off", f"tls_fingerprint {fingerprint()}"]

    @needs("mpop")
    def test_mpop_fetches(self):
        for mechanism in MECHANISMS:
            self.deliver(letter(mechanism, BODY, to=self.address))
            lines = ["account default", "host 127.0.0.1", f"port {self.port('pop3s')}", f"user {self.address}"]
            lines += [f'password "{PASSWORD}"', f"auth {mechanism.lower()}", f"delivery mda {self.keeper()}", *self.tls()]
            self.run_client("mpop", f"--file={self.file('mpoprc', chr(10).join(lines) + chr(10))}")
        self.assertEqual(len(self.taken(self.folder / "got")), len(MECHANISMS))

    @needs("msmtp")
    def test_msmtp_sends(self):
        for mechanism in MECHANISMS:
            lines = ["account default", "host 127.0.0.1", f"port {self.port('submissions')}", f"from {self.address}"]
            lines += [f"user {self.address}", f'password "{PASSWORD}"', f"auth {mechanism.lower()}", *self.tls()]
            path = self.file("msmtprc", "\n".join(lines) + "\n")
            text = letter(mechanism, BODY, sender=self.address, to=self.address).replace(b"\r\n", b"\n")
            self.run_client("msmtp", f"--file={path}", self.address, stdin=text)
        self.assertEqual(self.count(), len(MECHANISMS))

    @needs("mutt")
    def test_mutt_sends(self):
        # Of what is offered it takes what GNU SASL holds to be the strongest.
        name, _, domain = self.address.partition("@")
        settings = [
            f"set from='{self.address}' use_from=yes envelope_from=yes copy=no",
            f"set smtp_url='smtps://{name}%40{domain}@127.0.0.1:{self.port('submissions')}/' smtp_pass='{PASSWORD}'",
            f"set certificate_file='{certificate()}' ssl_verify_host=no ssl_force_tls=yes ssl_usesystemcerts=no",
            f"set folder='{self.folder}' spoolfile='{self.folder}/inbox'",
        ]
        path = self.file("muttrc", "\n".join(settings) + "\n")
        self.run_client("mutt", "-n", "-F", path, "-s", "by proof", "--", self.address, stdin=b"as promised\n")
        self.assertEqual(self.count(), 1)

    @needs("mpop")
    def test_wrong_password(self):
        lines = ["account default", "host 127.0.0.1", f"port {self.port('pop3s')}", f"user {self.address}"]
        lines += ["password wrong", "auth scram-sha-256", f"delivery mda {self.keeper()}", *self.tls()]
        self.run_client("mpop", f"--file={self.file('mpoprc', chr(10).join(lines) + chr(10))}", status=77)  # EX_NOPERM


if __name__ == "__main__":
    main()
