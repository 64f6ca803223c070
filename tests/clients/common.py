"""One running server for the tests of a file, and an account for each test."""

import itertools
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from pillarbox import DOMAIN, HOST, PASSWORD, Server, clean_environment, letter, main, split_trace  # noqa: E402,F401

BODY = "First line.\r\n.one dot\r\n..two dots\r\n.\tdot and tab\r\n\r\n  spaces  \r\nlast line\r\n"

_server = None
_numbers = itertools.count(1)


def server():
    global _server
    if _server is None:
        _server = Server().add_domain().start()
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

    def assert_delivered(self, received, sent):
        """`received` is `sent`, octet for octet, below trace fields of ours."""
        trace, rest = split_trace(received)
        self.assertIn(b"Received:", trace)
        self.assertIn(b"Return-Path: <", trace)
        self.assertIn(f"Delivered-To: {self.address}".encode(), trace)
        self.assertEqual(rest, sent)
