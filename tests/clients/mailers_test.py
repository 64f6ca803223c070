"""msmtp sends; mpop and fetchmail fetch; each in the clear, with STARTTLS or STLS, and with TLS at once."""

from common import BODY, HOST, PASSWORD, ClientTest, certificate, letter, main, needs
from fetching import fingerprint


@needs("msmtp")
class Msmtp(ClientTest):
    def msmtp(self, port, *settings, sender, message, status=0):
        lines = ["account default", "host 127.0.0.1", f"port {self.port(port)}", f"from {sender}", "domain client.example.net"]
        path = self.file("msmtprc", "\n".join([*lines, *settings]) + "\n")
        # msmtp takes the local line ends and makes CRLF of them.
        text = message.replace(b"\r\n", b"\n")
        return self.run_client("msmtp", f"--file={path}", self.address, stdin=text, status=status)

    def sign_in(self, mechanism="on", password=PASSWORD):
        return [f"auth {mechanism}", f"user {self.address}", f'password "{password}"']

    def tls(self):
        return ["tls on", f"tls_fingerprint {fingerprint()}"]

    def test_plain(self):
        message = letter("msmtp", BODY, to=self.address)
        self.msmtp("smtp", sender="someone@example.net", message=message)
        self.assert_delivered(self.on_the_server()[0], message)

    def test_starttls(self):
        message = letter("msmtp starttls", BODY, sender=self.address, to=self.address)
        self.msmtp("submission", *self.tls(), "tls_starttls on", *self.sign_in(), sender=self.address, message=message)
        self.assert_delivered(self.on_the_server()[0], message)

    def test_implicit_tls(self):
        message = letter("msmtp tls", BODY, sender=self.address, to=self.address)
        for mechanism in ("plain", "login"):
            words = [*self.tls(), "tls_starttls off", *self.sign_in(mechanism)]
            self.msmtp("submissions", *words, sender=self.address, message=message)
        for received in self.on_the_server():
            self.assert_delivered(received, message)
        self.assertEqual(self.count(), 2)

    def test_wrong_password(self):
        words = [*self.tls(), "tls_starttls off", *self.sign_in(password="wrong")]
        self.msmtp("submissions", *words, sender=self.address, message=letter("no"), status=77)  # EX_NOPERM
        self.assertEqual(self.count(), 0)


@needs("mpop")
class Mpop(ClientTest):
    def mpop(self, port, *settings, status=0):
        (self.folder / "maildir").mkdir(exist_ok=True)
        for name in ("cur", "new", "tmp"):
            (self.folder / "maildir" / name).mkdir(exist_ok=True)
        lines = ["account default", "host 127.0.0.1", f"port {self.port(port)}", f"user {self.address}"]
        lines += [f"uidls_file {self.folder}/uidls", "delivery maildir ./maildir", "received_header off"]
        path = self.file("mpoprc", "\n".join([*lines, *settings]) + "\n")
        return self.run_client("mpop", f"--file={path}", status=status)

    def received(self):
        # mpop writes local line ends.
        files = sorted((self.folder / "maildir" / "new").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in files]

    def check(self, port, *settings):
        message = letter("mpop", BODY, to=self.address)
        self.deliver(message)
        self.mpop(port, f'password "{PASSWORD}"', *settings)
        received = self.received()
        self.assertEqual(len(received), 1)
        self.assert_delivered(received[0], message)

    def test_plain_text(self):
        self.check("pop3", "auth user", "keep off")
        self.assertEqual(self.count(), 0)

    def test_keeping_fetches_only_what_is_new(self):
        self.check("pop3", "auth user", "keep on")
        self.deliver(letter("second", to=self.address))
        self.mpop("pop3", f'password "{PASSWORD}"', "auth user", "keep on")
        self.assertEqual(len(self.received()), 2)
        self.assertEqual(self.count(), 2)

    def test_sasl_plain(self):
        self.check("pop3", "auth plain", "keep on")

    def test_sasl_login(self):
        self.check("pop3", "auth login", "keep on")

    def test_stls(self):
        self.check("pop3", "auth on", "tls on", "tls_starttls on", f"tls_fingerprint {fingerprint()}")

    def test_implicit_tls(self):
        self.check("pop3s", "auth on", "tls on", "tls_starttls off", f"tls_fingerprint {fingerprint()}")

    def test_apop(self):
        secret = self.server.verb("account", "app-password", "add", self.address, "mpop", "--apop").stdout.split()[-1]
        self.deliver(letter("apop", to=self.address))
        self.mpop("pop3", f"password {secret}", "auth apop")
        self.assertEqual(len(self.received()), 1)

    def test_one_by_one_and_pipelined(self):
        messages = [letter(f"number {number}", BODY, to=self.address) for number in range(30)]
        self.deliver(*messages)
        for pipelining in ("on", "off"):
            self.mpop("pop3", f'password "{PASSWORD}"', "auth user", f"pipelining {pipelining}", "keep on")
            self.assertEqual(len(self.received()), 30)
            (self.folder / "uidls").unlink()
            for path in (self.folder / "maildir" / "new").iterdir():
                path.unlink()

    def test_wrong_password(self):
        self.mpop("pop3", "password wrong", "auth user", status=77)


@needs("fetchmail")
class Fetchmail(ClientTest):
    def fetchmail(self, port, *options, password=PASSWORD, status=0):
        lines = ["set invisible", f"poll 127.0.0.1 protocol POP3 port {self.port(port)} uidl auth password no dns"]
        lines += [f"username '{self.address}' password '{password}' is 'someone' here"]
        lines += options
        path = self.file("fetchmailrc", "\n".join(lines) + "\n")
        words = ["--fetchmailrc", path, "--pidfile", self.folder / "pid", "--idfile", self.folder / "ids", "--mda", self.keeper()]
        return self.run_client("fetchmail", *words, status=status)

    def received(self):
        return self.taken(self.folder / "got")

    def check(self, port, *options):
        message = letter("fetchmail", BODY, to=self.address)
        self.deliver(message)
        self.fetchmail(port, *options)
        received = self.received()
        self.assertEqual(len(received), 1)
        # fetchmail looks for a Return-Path of its own to keep, and the rest is ours.
        self.assertTrue(received[0].endswith(message), received[0])

    def test_plain_text(self):
        self.check("pop3", "sslproto ''")
        self.assertEqual(self.count(), 0)

    def test_keeping_fetches_only_what_is_new(self):
        self.check("pop3", "sslproto ''", "keep")
        self.fetchmail("pop3", "sslproto ''", "keep", status=1)  # nothing new
        self.deliver(letter("second", to=self.address))
        self.fetchmail("pop3", "sslproto ''", "keep")
        self.assertEqual(len(self.received()), 1)

    def test_stls(self):
        self.check("pop3", "sslproto TLS1.2+", f"sslcertfile {certificate()}", "sslcommonname " + HOST)

    def test_implicit_tls(self):
        self.check("pop3s", "ssl", f"sslcertfile {certificate()}", "sslcommonname " + HOST)

    def test_wrong_password(self):
        self.fetchmail("pop3", "sslproto ''", password="wrong", status=3)


if __name__ == "__main__":
    main()
