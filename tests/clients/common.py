"""One running server for the tests of a file, and an account for each test."""

import itertools
import pathlib
import poplib
import shutil
import smtplib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from pillarbox import DOMAIN, HOST, PASSWORD, PATIENCE, Server, clean_environment, letter, main, split_trace  # noqa: E402,F401

poplib._MAXLINE = 1 << 20  # its own limit is 2048; ours is wider

BODY = "First line.\r\n.one dot\r\n..two dots\r\n.\tdot and tab\r\n\r\n  spaces  \r\nlast line\r\n"

_server = None
_settings = {}
_numbers = itertools.count(1)


def configure(**settings):
    """For the whole file, before its first test."""
    _settings.update(settings)


def server():
    global _server
    if _server is None:
        _server = Server(**_settings).add_domain().start()
    return _server


def stop_server():
    global _server
    if _server is not None:
        status = _server.stop()
        _server.close()
        _server = None
        if status != 0:
            raise AssertionError(f"the server ended with status {status}")


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


def trusting():
    """A TLS context that believes the certificate the server made for itself."""
    context = ssl.create_default_context(cafile=str(certificate()))
    context.check_hostname = False
    return context


def certificate():
    return server().data / "tls-certificate.pem"


class ClientTest(unittest.TestCase):
    """Gives each test an account (self.address) and a folder (self.folder)."""

    @classmethod
    def tearDownClass(cls):
        stop_server()

    def setUp(self):
        self.server = server()
        self.address = self.server.add_account(f"user{next(_numbers)}")
        temporary = tempfile.TemporaryDirectory(prefix="pillarbox-client-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def port(self, name):
        return self.server.ports[name]

    def file(self, name, content, mode=0o600):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(mode)
        return str(path)

    def start_daemon(self, words, ready):
        """Runs another server until the end of the test. Returns once it has said `ready`, which is octets."""
        daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        said = []
        while not said or ready not in said[-1]:
            said.append(daemon.stdout.readline())
            self.assertTrue(said[-1], said)
        reader = threading.Thread(target=lambda: [said.append(line) for line in daemon.stdout])
        reader.start()

        def end():
            daemon.terminate()
            daemon.wait(timeout=120)
            reader.join(timeout=120)
            daemon.stdout.close()

        self.addCleanup(end)

    def run_client(self, *words, stdin=b"", status=0):
        """Runs a program with our folder as its home; its CompletedProcess."""
        done = subprocess.run(
            list(map(str, words)),
            input=stdin,
            capture_output=True,
            timeout=120,
            cwd=self.folder,
            env=clean_environment() | {"HOME": str(self.folder)},
        )
        if status is not None and done.returncode != status:
            self.fail(
                f"{words[0]} ended with {done.returncode}, not {status}\n"
                f"{done.stdout.decode(errors='replace')[-2000:]}{done.stderr.decode(errors='replace')[-2000:]}\n"
                + self.server.tail()
            )
        return done

    def deliver(self, *messages):
        """By SMTP, as another server would."""
        with smtplib.SMTP("127.0.0.1", self.port("smtp"), timeout=60) as smtp:
            for message in messages:
                smtp.sendmail("someone@example.net", [self.address], message)

    def on_the_server(self):
        """The messages in the maildrop, which stay there."""
        pop = poplib.POP3("127.0.0.1", self.port("pop3"), timeout=60)
        pop.user(self.address)
        pop.pass_(PASSWORD)
        texts = [b"".join(line + b"\r\n" for line in pop.retr(n + 1)[1]) for n in range(pop.stat()[0])]
        pop.quit()
        return texts

    def count(self):
        return len(self.on_the_server())

    def signed_in_with_tls(self):
        """Whether the next POP3 sign-in of this account that the server reports was over TLS."""
        while f" user={self.address} " not in (line := self.server.wait_for(" pop3.login ")):
            pass
        return ' tls="TLS' in line

    def keeper(self):
        """A delivery program: what one call of it reads is a message in the folder `got`."""
        (self.folder / "got").mkdir(exist_ok=True)
        script = f'#!/bin/sh\nset -C\nn=0\nuntil cat > "{self.folder}/got/$n"; do n=$((n+1)); done 2>/dev/null\n'
        return self.file("keep", script, 0o700)

    @staticmethod
    def taken(folder):
        """The files of a folder, oldest first, with CRLF, which clients store as LF; then the folder is empty."""
        files = sorted(folder.glob("*"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for path in files]
        for path in files:
            path.unlink()
        return texts

    def assert_delivered(self, received, sent):
        """`received` is `sent`, octet for octet, below trace fields of ours."""
        trace, rest = split_trace(received)
        self.assertIn(b"Received:", trace)
        self.assertIn(b"Return-Path: <", trace)
        self.assertIn(f"Delivered-To: {self.address}".encode(), trace)
        self.assertEqual(rest, sent)
