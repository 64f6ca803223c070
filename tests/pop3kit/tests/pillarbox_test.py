"""The kit before Pillarbox: no MUST fails, however it is reached, and the mailbox is left as it was."""

import json
import os
import pathlib
import poplib
import shutil
import smtplib
import subprocess
import sys
import tempfile
import unittest

from paths import TESTS
from pillarbox import PASSWORD, PATIENCE, PROGRAM, Server, clean_environment, letter, main
from token_provider import AUDIENCE, ISSUER, Provider


class PillarboxTest(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(limits__exempt="127.0.0.0/8", **cls.settings).add_domain().start()
        cls.addClassCleanup(cls.server.close)
        cls.accounts = 0

    def setUp(self):
        type(self).accounts += 1
        self.address = self.server.add_account(f"user{self.accounts}")
        words = ("account", "app-password", "add", self.address, "kit", "--apop")
        self.secret = self.server.verb(*words).stdout.split()[-1]
        temporary = tempfile.TemporaryDirectory(prefix="pop3kit-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def port(self, name):
        return f"127.0.0.1:{self.server.ports[name]}"

    def kit(self, *words, port="pop3", password=PASSWORD):
        """Runs the kit; its exit status, and what failed."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        account = ("--user", self.address, "--password", password, "--apop-secret", self.secret)
        self.done = subprocess.run(
            [sys.executable, "-B", "-m", "pop3kit", self.port(port), *account, "--json", str(report), *words],
            capture_output=True, text=True, timeout=5 * PATIENCE, env=clean_environment() | {"PYTHONPATH": str(TESTS)},
        )  # fmt: skip
        self.results = json.loads(report.read_text())["results"] if report.exists() else []
        return self.done.returncode

    def verdicts(self, verdict):
        return {result["id"] for result in self.results if result["verdict"] == verdict}

    def smtp(self):
        return ("--deliver", self.port("smtp"), "--from", "someone@example.net", "--to", self.address)

    def messages(self):
        session = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=PATIENCE)
        session.user(self.address)
        session.pass_(PASSWORD)
        count = session.stat()[0]
        session.quit()
        return count

    def deliver(self, message):
        with smtplib.SMTP("127.0.0.1", self.server.ports["smtp"], timeout=PATIENCE) as client:
            client.sendmail("someone@example.net", [self.address], message)

    def check_all(self, *words, port="pop3"):
        self.kit(*words, *self.smtp(), port=port)
        said = self.done.stdout + self.done.stderr
        self.assertEqual(self.verdicts("fail"), set(), said)
        self.assertEqual(self.done.returncode, 0, said)
        self.assertEqual(self.done.stderr, "")
        self.assertEqual(self.messages(), 0)


class Requirements(PillarboxTest):
    def test_in_the_clear(self):
        self.check_all()
        self.assertIn("apop", self.verdicts("pass"))
        self.assertIn("stls.injection", self.verdicts("pass"))

    def test_stls(self):
        self.check_all("--tls", "stls")

    def test_implicit_tls(self):
        self.check_all("--tls", "implicit", port="pop3s")
        self.assertIn("tls.implicit", self.verdicts("pass"))

    def test_a_loader(self):
        """Import brings what SMTP refuses: a NUL octet."""
        arguments = " ".join(f"'{word}'" for word in self.server.arguments())
        folder = self.folder / "maildir"
        command = (
            f"rm -rf '{folder}' && mkdir -p '{folder}/cur' '{folder}/new' '{folder}/tmp' && cat > '{folder}'/new/$$.host && "
            f"'{os.path.abspath(PROGRAM)}' import maildir '{folder}' --account {self.address} {arguments}"
        )
        self.kit("--load", command, "--only", "retr", "--only", "content")
        self.assertEqual(self.verdicts("fail"), set(), self.done.stdout + self.done.stderr)
        self.assertIn("content.nul", self.verdicts("pass"), self.done.stdout + self.done.stderr)
        self.assertEqual(self.messages(), 0)


class WithAnExclusiveMaildrop(PillarboxTest):
    settings = {"pop3__maildrop_lock": "exclusive"}

    def test_in_the_clear(self):
        self.check_all()


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class WithTokens(PillarboxTest):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="pop3kit-")
        cls.addClassCleanup(temporary.cleanup)
        folder = pathlib.Path(temporary.name)
        cls.provider = Provider(folder, "ES256")
        keys = folder / "keys.json"
        keys.write_text(json.dumps({"keys": [cls.provider.jwk()]}))
        cls.settings = {
            "auth__mechanisms": "PLAIN,OAUTHBEARER,XOAUTH2",
            "auth__oauth_keys": keys,
            "auth__oauth_issuer": ISSUER,
            "auth__oauth_audience": AUDIENCE,
        }
        super().setUpClass()

    def test_tokens(self):
        self.kit(*self.smtp(), "--token", self.provider.token(email=self.address), "--only", "sasl")
        said = self.done.stdout + self.done.stderr
        self.assertEqual(self.verdicts("fail"), set(), said)
        self.assertEqual(self.done.returncode, 0, said)
        tokens = {"oauthbearer", "oauthbearer.wrong", "oauthbearer.status", "oauthbearer.form", "xoauth2", "xoauth2.wrong"}
        self.assertLessEqual({"sasl." + name for name in tokens}, self.verdicts("pass"), said)


class OtherMail(PillarboxTest):
    def test_is_not_touched_without_being_asked(self):
        self.deliver(letter("mine", to=self.address))
        self.assertEqual(self.kit(*self.smtp()), 2)
        self.assertIn("1 messages that are not ours", self.done.stderr)
        self.assertEqual(self.messages(), 1)

    def test_is_left_alone_among_ours(self):
        self.deliver(letter("mine", to=self.address))
        self.kit(*self.smtp(), "--among-other-mail")
        self.assertEqual(self.verdicts("fail"), set(), self.done.stdout + self.done.stderr)
        self.assertIn("list.empty", self.verdicts("not checked"))
        self.assertEqual(self.messages(), 1)

    def test_is_enough_for_much(self):
        self.deliver(letter("mine", to=self.address))
        self.kit("--filled")
        self.assertEqual(self.verdicts("fail"), set(), self.done.stdout + self.done.stderr)
        self.assertIn("retr.size", self.verdicts("pass"))
        self.assertIn("update", self.verdicts("not checked"))
        self.assertEqual(self.messages(), 1)


class CommandLine(PillarboxTest):
    def test_one_requirement(self):
        self.assertEqual(self.kit(*self.smtp(), "--only", "stat"), 0)
        self.assertEqual(self.verdicts("pass"), {"stat", "stat.sum"})
        self.assertIn("MUST 2 of 2 passed", self.done.stdout)

    def test_a_failure_says_what_was_said(self):
        self.assertEqual(self.kit(*self.smtp(), "--only", "apop", "--apop-secret", "wrong"), 0)
        for part in ("apop ", "RFC 1939 §7", "optional fail", "sent      b'APOP", "received  b'-ERR", "expected  '+OK'"):
            self.assertIn(part, self.done.stdout)

    def test_what_cannot_be_run(self):
        cases = {
            "cannot sign in": (*self.smtp(), "--password", "wrong"),
            "check --deliver": ("--deliver", self.port("pop3")),
            "no requirement 'nonsense'": (*self.smtp(), "--only", "nonsense"),
            "is empty": ("--filled",),
            "ended with status 3: no room": ("--load", "echo no room >&2; exit 3"),
        }
        for text, words in cases.items():
            with self.subTest(text):
                self.assertEqual(self.kit(*words), 2)
                self.assertIn(text, self.done.stderr)
        self.assertEqual(self.messages(), 0)

    def test_no_server(self):
        words = [sys.executable, "-B", "-m", "pop3kit", "127.0.0.1:1", "--user", "a", "--password", "b", "--filled"]
        environment = clean_environment() | {"PYTHONPATH": str(TESTS)}
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, env=environment)
        self.assertEqual(done.returncode, 2)
        self.assertIn("is the server running?", done.stderr)


if __name__ == "__main__":
    main()
