"""What was said in a session is kept without its secrets, can be shown, and is bounded."""

import base64
import hashlib
import json
import pathlib
import poplib
import socket
import stat
import unittest

from common import PASSWORD, PATIENCE, Server, main, pop3

SECRETS = (PASSWORD, "a-wrong-guess", "one-time-only")


def b64(text):
    return base64.b64encode(text.encode()).decode()


def forms(secret):
    """The secret as it may lie in a file: plain, and in base64 wherever it begins in what was encoded."""
    yield secret.encode()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode())
        # Without the characters that depend on what stands around it.
        yield encoded[{0: 0, 1: 2, 2: 3}[before] : len(encoded) // 4 * 4 - 4]


class Wire:
    """A client that says what it is told, line by line."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.file = self.socket.makefile("rb")
        self.greeting = self.read()

    def read(self):
        return self.file.readline().decode().rstrip("\r\n")

    def say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.read()

    def close(self):
        self.file.close()
        self.socket.close()


class Transcripts(unittest.TestCase):
    def serve(self, **settings):
        server = Server(**{"log.level": "debug"} | settings)
        self.addCleanup(server.close)
        server.add_domain()
        self.alice = server.add_account("alice")
        server.verb("account", "app-password", "add", self.alice, "phone", "--apop", "--password-stdin", stdin="one-time-only\n")
        server.start()
        return server

    def listed(self, server, *options):
        return json.loads(server.verb("transcript", "list", "--json", *options).stdout)

    def octets(self, server):
        return b"".join(path.read_bytes() for path in sorted((server.data / "transcripts").iterdir()))

    def no_secret_in(self, octets):
        for secret in SECRETS:
            for form in forms(secret):
                self.assertNotIn(form, octets)

    # ---- POP3 ----------------------------------------------------------------

    def dialogue(self, server, *lines):
        wire = Wire(server.ports["pop3"])
        self.addCleanup(wire.close)
        answers = [wire.say(line) for line in lines]
        wire.say("QUIT")
        return wire.greeting, answers

    def test_pop3_secrets(self):
        server = self.serve(**{"auth.mechanisms": "PLAIN,LOGIN"})
        plain = b64(f"\0{self.alice}\0{PASSWORD}")
        self.dialogue(server, f"USER {self.alice}", "PASS a-wrong-guess", f"user  {self.alice}", f"pass {PASSWORD}", "STAT")
        self.dialogue(server, "AUTH PLAIN", plain)
        self.dialogue(server, f"auth  plain  {plain}")
        self.dialogue(server, "AUTH LOGIN", b64(self.alice), b64(PASSWORD))
        self.dialogue(server, f"AUTH LOGIN {b64(self.alice)}", b64("a-wrong-guess"), b64(PASSWORD), PASSWORD, plain)
        self.dialogue(server, f"AUTH {plain}", f"AUTH FOO {plain}", f"PASS {PASSWORD}", f"XPASS {PASSWORD}")
        wire = Wire(server.ports["pop3"])
        self.addCleanup(wire.close)
        timestamp = wire.greeting[wire.greeting.index("<") :]
        digest = hashlib.md5((timestamp + "one-time-only").encode()).hexdigest()
        self.assertTrue(wire.say(f"APOP {self.alice} {digest}").startswith("+OK"))
        wire.say("QUIT")
        self.assertEqual(server.stop(), 0)

        kept = self.octets(server)
        self.no_secret_in(kept)
        self.assertNotIn(digest.encode(), kept)
        listed = self.listed(server)
        self.assertEqual(len(listed), 7)
        self.assertEqual({entry["end"] for entry in listed}, {"quit"})
        first = server.verb("transcript", "show", listed[-1]["id"]).stdout
        for line in (f"C: USER {self.alice}", "C: PASS <secret>", "C: pass <secret>", "S: +OK 0 messages", "C: QUIT", "** quit"):
            self.assertIn(f" {line}\n", first)

    def test_messages_are_counted(self):
        server = self.serve()
        letter = server.folder / "letters.mbox"
        letter.write_bytes(b"From x Thu Jan  1 00:00:00 2026\nSubject: unmistakable\n\nthe body is private\n")
        server.verb("import", "mbox", str(letter), "--account", self.alice)
        session = pop3(server, self.alice)
        session.retr(1)
        session.top(1, 10)
        session.quit()
        self.assertEqual(server.stop(), 0)
        kept = self.octets(server)
        self.assertNotIn(b"unmistakable", kept)
        self.assertNotIn(b"private", kept)
        self.assertIn(b" octets of message 1>\n", kept)

    # ---- the verbs -----------------------------------------------------------

    def test_log_lines_lead_to_it_beside_the_server_and_after_a_crash(self):
        server = self.serve()
        session = pop3(server, self.alice)
        session.quit()
        login = server.wait_for("pop3.login ")
        server.wait_for("transcript.written")
        ident = login.split("session=")[1].split()[0]
        shown = server.verb("transcript", "show", ident).stdout
        self.assertIn(f"session {ident}\nprotocol pop3\npeer 127.0.0.1\naccount {self.alice}\n", shown)
        server.kill()
        server.start()
        self.assertEqual(server.verb("transcript", "show", ident).stdout, shown)

    def test_filters(self):
        server = self.serve()
        pop3(server, self.alice).quit()
        Wire(server.ports["pop3"]).close()
        server.wait_for("reason=closed_by_peer")
        self.assertEqual(server.stop(), 0)
        everything = self.listed(server)
        self.assertEqual(sorted(entry["account"] for entry in everything), ["", self.alice])
        self.assertEqual(sorted(entry["end"] for entry in everything), ["closed_by_peer", "quit"])
        for options, count in (
            (("--account", self.alice.upper()), 1),
            (("--account", "bob@example.test"), 0),
            (("--address", "127.0.0.1"), 2),
            (("--address", "192.0.2.1"), 0),
            (("--protocol", "pop3"), 2),
            (("--protocol", "smtp"), 0),
            (("--limit", "1"), 1),
        ):
            self.assertEqual(len(self.listed(server, *options)), count, options)
        self.assertIn("closed_by_peer", server.verb("transcript", "list").stdout)
        for words, sentence in ((("list", "--address", "nowhere"), "nowhere"), (("show", "nobody"), "transcript list")):
            done = server.verb("transcript", *words, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(sentence, done.stderr)

    # ---- what is kept --------------------------------------------------------

    def test_nobody_else_reads_it(self):
        server = self.serve()
        pop3(server, self.alice).quit()
        self.assertEqual(server.stop(), 0)
        folder = server.data / "transcripts"
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual({stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}, {0o600})
        backup = server.folder / "backup"
        server.verb("backup", str(backup))
        self.assertFalse([path for path in pathlib.Path(backup).rglob("*") if "transcript" in path.name])

    def test_size_holds(self):
        server = self.serve(**{"transcripts.size": "1M"})
        for _ in range(60):
            session = poplib.POP3("127.0.0.1", server.ports["pop3"], timeout=PATIENCE)
            session.user(self.alice)
            session.pass_(PASSWORD)
            session.sock.sendall(b"NOOP\r\n" * 2000)
            for _ in range(2000):
                session.file.readline()
            session.quit()
        self.assertEqual(server.stop(), 0)
        kept = self.octets(server)
        self.assertLessEqual(len(kept), 1 << 20)
        self.assertGreater(len(kept), 1 << 19)
        self.assertIn(b" lines left out\n", kept)
        self.assertTrue(10 < len(self.listed(server)) < 60)

    def test_off(self):
        server = self.serve()
        pop3(server, self.alice).quit()
        self.assertEqual(server.stop(), 0)
        self.assertTrue(self.octets(server))
        server.settings["transcripts.keep"] = "0s"
        server.start()
        pop3(server, self.alice).quit()
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.octets(server), b"")
        self.assertEqual(self.listed(server), [])


if __name__ == "__main__":
    main()
