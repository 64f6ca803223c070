"""Signing in with bearer tokens: curl, and a client by hand, with a provider of their own."""

import base64
import contextlib
import json
import os
import poplib
import shutil
import signal
import smtplib
import subprocess
import time
import unittest

from common import DOMAIN, PATIENCE, Server, main

ISSUER = "https://login.example.test"
AUDIENCE = "pillarbox"
ALICE = f"alice@{DOMAIN}"


def base64url(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


class Provider:
    """Keys, and the tokens that are signed with them, as the program openssl makes both."""

    def __init__(self, folder, algorithm="RS256", key_id="first"):
        self.algorithm = algorithm
        self.key_id = key_id
        self.key = folder / f"{key_id}.pem"
        kind = {"RS256": ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"], "ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]}
        self.openssl("genpkey", "-out", str(self.key), "-algorithm", *kind.get(algorithm, ["ED25519"]))

    @staticmethod
    def openssl(*words, octets=b""):
        return subprocess.run(["openssl", *words], input=octets, check=True, capture_output=True).stdout

    def jwk(self):
        der = self.openssl("pkey", "-in", str(self.key), "-pubout", "-outform", "DER")
        common = {"kid": self.key_id, "use": "sig", "alg": self.algorithm}
        if self.algorithm == "RS256":
            modulus = self.openssl("rsa", "-in", str(self.key), "-noout", "-modulus").decode().strip().split("=")[1]
            return common | {"kty": "RSA", "n": base64url(bytes.fromhex(modulus)), "e": "AQAB"}
        if self.algorithm == "ES256":
            return common | {"kty": "EC", "crv": "P-256", "x": base64url(der[-64:-32]), "y": base64url(der[-32:])}
        return common | {"kty": "OKP", "crv": "Ed25519", "x": base64url(der[-32:])}

    def token(self, **claims):
        claims = {"iss": ISSUER, "aud": [AUDIENCE, "other"], "email": ALICE, "exp": int(time.time()) + 3600} | claims
        header = {"alg": self.algorithm, "typ": "JWT", "kid": self.key_id}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        return text + "." + base64url(self.sign(text.encode()))

    def sign(self, octets):
        if self.algorithm == "EdDSA":
            text = self.key.with_suffix(".signed")  # openssl must know its size beforehand
            text.write_bytes(octets)
            return self.openssl("pkeyutl", "-sign", "-rawin", "-inkey", str(self.key), "-in", str(text))
        der = self.openssl("dgst", "-sha256", "-sign", str(self.key), octets=octets)
        return numbers_of(der) if self.algorithm == "ES256" else der


def numbers_of(der):
    """The two numbers of an ECDSA signature in DER, 32 octets each."""
    numbers, at = b"", 2
    for _ in range(2):
        size = der[at + 1]
        numbers += der[at + 2 : at + 2 + size].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + size
    return numbers


class Signing(unittest.TestCase):
    """What the tests share: a server that takes tokens of providers, and ways in."""

    def setUp(self):
        self.server = Server(
            auth__mechanisms="OAUTHBEARER,XOAUTH2,PLAIN",
            auth__oauth_issuer=ISSUER,
            auth__oauth_audience=AUDIENCE,
            limits__exempt="127.0.0.0/8",
        )
        self.addCleanup(self.server.close)

    def begin(self, **settings):
        self.server.settings |= {key.replace("__", "."): str(value) for key, value in settings.items()}
        self.server.add_domain()
        self.server.add_account("alice")
        self.server.start()

    def pop3(self, mechanism, message):
        """Whether POP3 takes the message, sent when asked for."""
        session = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        with contextlib.closing(session):
            session._shortcmd("AUTH " + mechanism)
            return self.answer(session, message)

    def answer(self, session, message):
        try:
            reply = session._shortcmd(base64.b64encode(message).decode())
            if reply.startswith(b"+ "):
                self.challenge = json.loads(base64.b64decode(reply[2:]))
                reply = session._shortcmd("AQ==")
        except poplib.error_proto as refusal:
            self.reply = str(refusal)
            return False
        return reply.startswith(b"+OK")

    def bearer(self, token, user=ALICE):
        return self.pop3("OAUTHBEARER", f"n,a={user},\x01host=mail\x01port=110\x01auth=Bearer {token}\x01\x01".encode())

    def xoauth2(self, token, user=ALICE):
        return self.pop3("XOAUTH2", f"user={user}\x01auth=Bearer {token}\x01\x01".encode())

    def smtp(self, token, user=ALICE):
        """Whether submission takes it, by smtplib, which sends it as an initial response."""
        with smtplib.SMTP("127.0.0.1", self.server.ports["submission"], timeout=PATIENCE) as session:
            session.ehlo()
            answers = iter([f"user={user}\x01auth=Bearer {token}\x01\x01", ""])
            try:
                code, text = session.auth("XOAUTH2", lambda challenge=None: next(answers))
            except smtplib.SMTPAuthenticationError as refusal:
                self.reply = f"{refusal.smtp_code} {refusal.smtp_error.decode()}"
                return False
            return code == 235 and text.startswith(b"2.7.0")

    def curl(self, url, token, *words, user=ALICE, octets=b""):
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--insecure", "--user", f"{user}:", "--oauth2-bearer", token, *words, url],
            input=octets,
            capture_output=True,
            timeout=PATIENCE,
        )
        return done.returncode == 0

    def nowhere_in_the_log(self, token):
        self.assertNotIn(token, "\n".join(self.server.log))


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class Keys(Signing):
    def setUp(self):
        super().setUp()
        self.keys = self.server.folder / "keys.json"
        self.providers = [Provider(self.server.folder, name, name) for name in ("RS256", "ES256", "EdDSA")]
        self.publish(*self.providers)

    def publish(self, *providers):
        """As a whole: the server may be reading."""
        written = self.keys.with_suffix(".new")
        written.write_text(json.dumps({"keys": [provider.jwk() for provider in providers]}))
        os.replace(written, self.keys)

    def begin(self, **settings):
        super().begin(auth__oauth_keys=self.keys, **settings)

    def test_tokens_of_each_algorithm_sign_in(self):
        self.begin()
        for provider in self.providers:
            token = provider.token()
            self.assertTrue(self.bearer(token), provider.algorithm)
            self.assertTrue(self.xoauth2(token), provider.algorithm)
            self.assertTrue(self.smtp(token), provider.algorithm)
            self.nowhere_in_the_log(token)

    def test_others_do_not(self):
        self.begin()
        provider = self.providers[1]
        stranger = Provider(self.server.folder, "ES256", "stranger")
        stranger.key_id = "ES256"
        good = provider.token()
        for token in (
            provider.token(exp=int(time.time()) - 3600),
            provider.token(nbf=int(time.time()) + 3600),
            provider.token(iss="https://elsewhere.test"),
            provider.token(aud="other"),
            provider.token(email=f"bob@{DOMAIN}"),
            provider.token(email_verified=False),
            stranger.token(),
            base64url(b'{"alg":"none"}') + "." + good.split(".")[1] + ".",
            "opaque",
        ):
            self.assertFalse(self.bearer(token))
            self.assertEqual(self.challenge["status"], "invalid_token")
            self.assertEqual(self.challenge["openid-configuration"], ISSUER + "/.well-known/openid-configuration")
            self.assertIn("[AUTH]", self.reply)
            self.assertFalse(self.smtp(token))
            self.assertTrue(self.reply.startswith("535 5.7.8"), self.reply)
            self.nowhere_in_the_log(token)
        self.assertTrue(self.bearer(good))
        self.assertFalse(self.bearer(good, user=f"bob@{DOMAIN}"))

    def test_a_signal_reads_the_keys_again(self):
        self.begin()
        old, new = self.providers[0], Provider(self.server.folder, "RS256", "second")
        self.assertFalse(self.bearer(new.token()))
        self.keys.write_text("{}")
        self.server.signal(signal.SIGHUP)
        self.assertIn("auth.oauth_keys", self.server.wait_for("server.configuration_kept"))
        self.assertTrue(self.bearer(old.token()))
        self.publish(new)
        self.server.signal(signal.SIGHUP)
        self.server.wait_for("server.reloaded")
        self.assertTrue(self.bearer(new.token()))
        self.assertFalse(self.bearer(old.token()))

    def test_the_log_says_why(self):
        self.begin()
        self.assertFalse(self.bearer(self.providers[0].token(aud="other")))
        self.assertIn("auth.oauth_audience", self.server.wait_for("auth.token_refused"))

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_curl_fetches_and_sends(self):
        self.begin()
        good, bad = self.providers[0].token(), self.providers[0].token(aud="other")
        for mechanism in ("OAUTHBEARER", "XOAUTH2"):
            options = ["--login-options", f"AUTH={mechanism}"]
            for initial in ([], ["--sasl-ir"]):
                for name, scheme in (("pop3", "pop3"), ("pop3s", "pop3s"), ("submission", "smtp"), ("submissions", "smtps")):
                    url = f"{scheme}://127.0.0.1:{self.server.ports[name]}"
                    words = options + initial
                    letter = b""
                    if scheme.startswith("smtp"):
                        words += ["--mail-from", ALICE, "--mail-rcpt", ALICE, "--upload-file", "-"]
                        letter = f"From: {ALICE}\r\nSubject: token\r\n\r\nHello.\r\n".encode()
                    self.assertTrue(self.curl(url, good, *words, octets=letter), (mechanism, initial, name))
                    self.assertFalse(self.curl(url, bad, *words, octets=letter), (mechanism, initial, name))


class Settings(unittest.TestCase):
    def test_mechanisms_without_a_check_are_no_configuration(self):
        for settings, said in (
            ({"auth__mechanisms": "XOAUTH2"}, "auth.oauth_keys"),
            ({"auth__mechanisms": "OAUTHBEARER", "auth__oauth_keys": "/none", "auth__oauth_issuer": "x"}, "auth.oauth_audience"),
            (
                {"auth__mechanisms": "OAUTHBEARER", "auth__oauth_keys": "/none", "auth__oauth_issuer": "x", "auth__oauth_audience": "y"},
                "/none: it cannot be read",
            ),
        ):
            with Server(**settings) as server:
                done = server.verb("check-config", check=False)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    main()
