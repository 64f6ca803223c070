"""Signing in with bearer tokens: curl, and a client by hand, with a provider of their own."""

import base64
import contextlib
import http.server
import json
import os
import poplib
import queue
import shutil
import signal
import smtplib
import ssl
import subprocess
import threading
import time
import unittest
import unittest.mock
import urllib.parse

from common import DOMAIN, PATIENCE, Server, main, pop3
from token_provider import ALICE, AUDIENCE, ISSUER, Provider, base64url


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


class Endpoint:
    """A provider that is asked: RFC 7662, on loopback."""

    SECRET = "s:e cret"

    def __init__(self, certificate=None, key=None):
        self.active = {}  # token to claims
        self.status = 200
        self.silent = False
        self.asked = []
        self.release = threading.Event()
        self.came = threading.Semaphore(0)
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                endpoint.asked.append((self.path, self.headers["Authorization"], form))
                endpoint.came.release()
                if endpoint.silent:
                    endpoint.release.wait(PATIENCE)
                    return
                claims = endpoint.active.get(form["token"][0])
                answer = json.dumps({"active": True} | claims if claims else {"active": False}).encode()
                self.send_response(endpoint.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *unused):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            self.scheme = "https"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def url(self, host="127.0.0.1"):
        return f"{self.scheme}://{host}:{self.http.server_address[1]}/introspect?realm=mail"

    def close(self):
        self.release.set()
        self.http.shutdown()
        self.http.server_close()


class Introspection(Signing):
    def provider(self, *arguments):
        endpoint = Endpoint(*arguments)
        self.addCleanup(endpoint.close)
        endpoint.active["good"] = {"email": ALICE, "iss": ISSUER, "aud": AUDIENCE}
        return endpoint

    def begin(self, url, **settings):
        secret = self.server.folder / "secret"
        secret.write_text(Endpoint.SECRET + "\n")
        super().begin(
            auth__oauth_introspection=url, auth__oauth_client_id="pillarbox", auth__oauth_client_secret_file=secret, **settings
        )

    def test_the_provider_tells(self):
        endpoint = self.provider()
        endpoint.active["other/+="] = {"email": f"bob@{DOMAIN}", "iss": ISSUER, "aud": AUDIENCE}
        endpoint.active["web"] = {"email": ALICE, "iss": ISSUER, "aud": "web"}
        self.begin(endpoint.url())
        for way in (self.bearer, self.xoauth2, self.smtp):
            self.assertTrue(way("good"))
            for bad in ("bad", "other/+=", "web"):
                self.assertFalse(way(bad))
                self.assertIn("535 5.7.8" if way == self.smtp else "[AUTH]", self.reply)
        path, authorization, form = endpoint.asked[2]
        self.assertEqual(path, "/introspect?realm=mail")
        self.assertEqual(base64.b64decode(authorization.removeprefix("Basic ")), b"pillarbox:s%3Ae%20cret")
        self.assertEqual(form, {"token": ["other/+="], "token_type_hint": ["access_token"]})
        self.nowhere_in_the_log("other/+=")

    def test_a_provider_that_cannot_tell_is_no_wrong_token(self):
        endpoint = self.provider()
        self.begin(endpoint.url(), limits__exempt="")
        for status in (401, 500, 302) * 4:  # more than the failures that a network may have
            endpoint.status = status
            self.assertFalse(self.bearer("good"))
            self.assertIn("[SYS/TEMP]", self.reply)
        self.assertFalse(self.smtp("good"))
        self.assertTrue(self.reply.startswith("454 4.7.0"), self.reply)
        self.server.wait_for("status=302")
        endpoint.status = 200
        self.assertTrue(self.bearer("good"))

    def test_a_provider_that_is_not_there(self):
        endpoint = Endpoint()
        self.begin(endpoint.url())
        endpoint.close()
        self.assertFalse(self.bearer("good"))
        self.assertIn("[SYS/TEMP]", self.reply)
        self.server.wait_for("auth.introspection_failed")

    def test_a_provider_that_says_nothing_keeps_nobody_else_waiting(self):
        endpoint = self.provider()
        self.begin(endpoint.url())
        endpoint.silent = True
        outcomes = queue.Queue()
        threading.Thread(target=lambda: outcomes.put(self.bearer("good")), daemon=True).start()
        self.assertTrue(endpoint.came.acquire(timeout=PATIENCE))
        pop3(self.server, ALICE).quit()
        self.assertTrue(outcomes.empty())
        self.assertFalse(outcomes.get(timeout=PATIENCE))
        self.assertIn("[SYS/TEMP]", self.reply)

    @unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
    def test_only_a_provider_with_the_right_certificate_is_asked(self):
        certificate, key = str(self.server.folder / "c.pem"), str(self.server.folder / "k.pem")
        made = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        Provider.openssl(*made, "-out", certificate, "-keyout", key)
        endpoint = self.provider(certificate, key)
        with unittest.mock.patch.dict(os.environ, {"SSL_CERT_FILE": certificate}):
            self.begin(endpoint.url("localhost"))
        self.assertTrue(self.bearer("good"))
        self.server.settings["auth.oauth_introspection"] = endpoint.url("127.0.0.1")
        for environment in ({"SSL_CERT_FILE": certificate}, {}):
            self.server.stop()
            with unittest.mock.patch.dict(os.environ, environment):
                self.server.start()
            self.assertFalse(self.bearer("good"))
            self.assertIn("[SYS/TEMP]", self.reply)
            self.assertIn("certificate verify failed", self.server.wait_for("auth.introspection_failed"))
            self.server.settings["auth.oauth_introspection"] = endpoint.url("localhost")
        self.assertEqual(len(endpoint.asked), 1)


class Settings(unittest.TestCase):
    def test_mechanisms_without_a_check_are_no_configuration(self):
        for settings, said in (
            ({"auth__mechanisms": "XOAUTH2"}, "auth.oauth_keys"),
            ({"auth__mechanisms": "OAUTHBEARER", "auth__oauth_keys": "/none", "auth__oauth_issuer": "x"}, "auth.oauth_audience"),
            (
                {
                    "auth__mechanisms": "XOAUTH2",
                    "auth__oauth_introspection": "https://login.example.test/",
                    "auth__oauth_client_id": "x",
                    "auth__oauth_client_secret_file": "/none",
                },
                "auth.oauth_client_secret_file: /none: it cannot be read",
            ),
            ({"auth__oauth_introspection": "http://login.example.test/"}, "in the clear"),
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
