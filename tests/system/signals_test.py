"""SIGTERM drains, SIGHUP reloads: what happens to the sessions that are open meanwhile."""

import contextlib
import poplib
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, pop3, retrieve, smtp


class Lines:
    """A conversation by hand."""

    def __init__(self, server, name):
        self.socket = socket.create_connection(("127.0.0.1", server.ports[name]), timeout=PATIENCE)
        self.replies = self.socket.makefile("rb")

    def ask(self, command):
        self.socket.sendall(command + b"\r\n")
        return self.answer()

    def answer(self):
        return self.replies.readline()

    def close(self):
        self.replies.close()
        self.socket.close()


class Terminate(unittest.TestCase):
    def setUp(self):
        self.server = Server().add_domain()
        self.addCleanup(self.server.close)
        self.server.add_account("alice")
        self.server.start()

    def lines(self, name):
        lines = Lines(self.server, name)
        self.addCleanup(lines.close)
        self.assertIn(lines.answer()[:3], (b"220", b"+OK"))
        return lines

    def wait_until_refused(self, name):
        """Whoever comes between the signal and the closing of the port is sent away."""
        address = ("127.0.0.1", self.server.ports[name])
        with contextlib.suppress(ConnectionError):
            while True:
                with socket.create_connection(address, timeout=PATIENCE / 4) as late:
                    if late.getsockname() == late.getpeername():
                        return  # TCP may connect a port to itself where nobody listens
                    self.read_to_end(late)

    def read_to_end(self, late):
        try:
            while late.recv(4096):
                pass
        except TimeoutError:
            # The system may forget a connection that was made while its listener closed,
            # which the client learns from the next octet. A session would answer.
            late.sendall(b"QUIT\r\n")
            self.fail(f"a session was not told: {late.recv(4096)}\n{self.server.tail()}")

    def test_ends_at_once_when_nobody_is_there(self):
        self.assertEqual(self.server.stop(), 0)

    def test_sigint_is_the_same(self):
        self.server.signal(signal.SIGINT)
        self.assertEqual(self.server.ended(), 0)

    def test_idle_sessions_are_told(self):
        fresh, greeted, submission, pop = (self.lines(n) for n in ("smtp", "smtp", "submission", "pop3"))
        self.assertTrue(greeted.ask(b"HELO client.example.net").startswith(b"250"))
        secured = smtplib.SMTP_SSL("127.0.0.1", self.server.ports["submissions"], timeout=PATIENCE, context=anyone())
        self.addCleanup(secured.close)
        signed_in = pop3(self.server, f"alice@{DOMAIN}")
        self.addCleanup(signed_in.close)
        self.server.signal(signal.SIGTERM)
        for session in (fresh, greeted, submission):
            self.assertTrue(session.answer().startswith(b"421 "))
            self.assertEqual(session.answer(), b"")
        self.assertEqual(secured.getreply()[0], 421)
        for pop_socket in (pop.socket, signed_in.sock):
            while pop_socket.recv(4096):
                pass
        self.assertEqual(self.server.ended(), 0)

    def test_a_message_under_way_is_finished(self):
        session = self.lines("smtp")
        for command in (b"HELO x.example", b"MAIL FROM:<a@example.net>", f"RCPT TO:<alice@{DOMAIN}>".encode(), b"DATA"):
            self.assertIn(session.ask(command)[:1], (b"2", b"3"))
        message = letter("under way", "x\r\n" * 1000)
        session.socket.sendall(message[:500])
        self.server.signal(signal.SIGTERM)
        self.server.wait_for("server.stopping")
        self.wait_until_refused("smtp")
        self.assertTrue(session.ask(message[500:] + b".").startswith(b"250 "))
        self.assertEqual(self.server.ended(), 0)

        self.server.start()
        pop = pop3(self.server, f"alice@{DOMAIN}")
        self.assertTrue(retrieve(pop, 1).endswith(message))
        pop.close()

    def test_deletion_is_not_half_done(self):
        with smtp(self.server) as session:
            session.sendmail("a@example.net", [f"alice@{DOMAIN}"], letter("kept"))
        pop = pop3(self.server, f"alice@{DOMAIN}")
        self.addCleanup(pop.close)
        pop.dele(1)
        self.assertEqual(self.server.stop(), 0)  # no QUIT came, RFC 1939 §6
        self.server.start()
        again = pop3(self.server, f"alice@{DOMAIN}")
        self.assertEqual(again.stat()[0], 1)
        again.close()

    def test_whoever_does_not_finish_is_left_behind(self):
        session = self.lines("smtp")
        for command in (b"HELO x.example", b"MAIL FROM:<a@example.net>", f"RCPT TO:<alice@{DOMAIN}>".encode(), b"DATA"):
            session.ask(command)
        self.server.signal(signal.SIGTERM)
        self.assertEqual(self.server.ended(), 0)

    def test_a_second_signal_ends_at_once(self):
        session = self.lines("smtp")
        for command in (b"HELO x.example", b"MAIL FROM:<a@example.net>", f"RCPT TO:<alice@{DOMAIN}>".encode(), b"DATA"):
            session.ask(command)
        self.server.signal(signal.SIGTERM)
        self.server.wait_for("server.stopping")
        self.server.signal(signal.SIGTERM)
        self.assertNotEqual(self.server.ended(patience=8), 0)


def anyone():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@unittest.skipUnless(shutil.which("openssl"), "openssl is not installed")
class Reload(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.certificate = self.server.folder / "certificate.pem"
        self.key = self.server.folder / "key.pem"
        self.make_certificate("first.example.test")
        self.server.settings |= {"tls.certificate": str(self.certificate), "tls.key": str(self.key)}
        self.server.add_domain()
        self.server.add_account("alice")
        self.server.start()

    def make_certificate(self, name):
        words = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 10".split()
        words += ["-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate]
        subprocess.run(["openssl", *words], check=True, capture_output=True)

    def shown(self):
        """The certificate a new connection is shown."""
        return ssl.get_server_certificate(("127.0.0.1", self.server.ports["pop3s"]), timeout=PATIENCE).strip()

    def test_a_new_certificate(self):
        first = self.certificate.read_text().strip()
        self.assertEqual(self.shown(), first)
        old = poplib.POP3_SSL("127.0.0.1", self.server.ports["pop3s"], timeout=PATIENCE, context=anyone())
        self.addCleanup(old.close)
        self.make_certificate("second.example.test")
        second = self.certificate.read_text().strip()
        self.server.signal(signal.SIGHUP)
        self.server.wait_for("server.certificate_loaded")
        self.assertEqual(self.shown(), second)
        self.assertNotEqual(first, second)
        self.assertIn("UIDL", old.capa())  # whoever is connected notices nothing
        self.assertEqual(self.server.stop(), 0)

    def test_a_bad_certificate_is_not_taken(self):
        first = self.shown()
        good = self.certificate.read_text()
        for bad in ("", "not a certificate\n", good[: len(good) // 2]):
            self.certificate.write_text(bad)
            self.server.signal(signal.SIGHUP)
            line = self.server.wait_for("server.certificate_kept")
            self.assertIn(str(self.certificate), line)
            self.assertEqual(self.shown(), first)
        self.certificate.unlink()
        self.server.signal(signal.SIGHUP)
        self.server.wait_for("server.certificate_kept")
        self.assertEqual(self.shown(), first)

    def test_a_bad_configuration_is_not_taken(self):
        self.server.stop()
        self.server.config_file = self.server.folder / "pillarbox.toml"
        self.server.config_file.write_text('[log]\nlevel = "info"\n')
        self.server.start()
        self.server.config_file.write_text("[log]\nlevel = 5\n")
        self.server.signal(signal.SIGHUP)
        line = self.server.wait_for("server.configuration_kept")
        self.assertIn("pillarbox.toml:2", line)
        self.server.config_file.write_text('[log]\nlevel = "debug"\n')
        self.server.signal(signal.SIGHUP)
        self.server.wait_for("server.reloaded")
        self.assertIsNotNone(self.shown())


if __name__ == "__main__":
    main()
