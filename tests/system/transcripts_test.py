"""What was said in a session is kept without its secrets, can be shown and played again, and is bounded."""

import base64
import hashlib
import json
import os
import pathlib
import poplib
import smtplib
import socket
import ssl
import stat
import subprocess
import unittest

from common import PASSWORD, PATIENCE, PROGRAM, Server, main, pop3

RUNNER = os.environ.get("PILLARBOX_TRANSCRIPTS", str(pathlib.Path(PROGRAM).resolve().parent / "bin" / "transcripts"))

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

    def command(self, line):
        """The last line of SMTP's answer."""
        answer = self.say(line)
        while answer[3:4] == "-":
            answer = self.read()
        return answer

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

    # ---- SMTP ----------------------------------------------------------------

    def smtp_dialogue(self, server, port, *lines):
        wire = Wire(server.ports[port])
        self.addCleanup(wire.close)
        answers = [wire.command(line) for line in ("EHLO client.example", *lines, "QUIT")]
        return answers[1:-1]

    def test_smtp_secrets(self):
        server = self.serve()
        plain = b64(f"\0{self.alice}\0{PASSWORD}")
        wrong = b64(f"\0{self.alice}\0a-wrong-guess")
        self.smtp_dialogue(server, "submission", "AUTH PLAIN", plain)
        self.smtp_dialogue(server, "submission", f"auth  plain  {plain}", f"AUTH PLAIN {plain}")
        self.smtp_dialogue(server, "submission", f"AUTH PLAIN {wrong}", "AUTH LOGIN", b64(self.alice), b64(PASSWORD))
        self.smtp_dialogue(server, "submission", f"AUTH LOGIN {b64(self.alice)}", b64("a-wrong-guess"), plain, PASSWORD)
        self.smtp_dialogue(server, "submission", "AUTH PLAIN =", f"AUTH {plain}", f"AUTH FOO {plain}", f"NOOP {PASSWORD}")
        self.smtp_dialogue(server, "smtp", f"AUTH PLAIN {plain}", plain, f"VRFY {PASSWORD}", f"PASS {PASSWORD}")
        self.assertEqual(server.stop(), 0)
        self.no_secret_in(self.octets(server))
        listed = self.listed(server, "--protocol", "submission")
        self.assertEqual([entry["account"] for entry in listed].count(self.alice), 3)
        shown = server.verb("transcript", "show", listed[-1]["id"]).stdout
        for line in ("C: AUTH PLAIN", "** 1 challenges and responses left out", "S: 235 2.7.0 signed in", "C: QUIT"):
            self.assertIn(f" {line}\n", shown)

    def test_smtp_messages_are_counted(self):
        server = self.serve()
        body = "Subject: unmistakable\r\n\r\n..private\r\n"
        lines = ("MAIL FROM:<x@example.net>", f"RCPT TO:<{self.alice}>", "DATA", body + ".")
        self.assertIn("stored as", self.smtp_dialogue(server, "smtp", *lines)[-1])
        self.assertEqual(server.stop(), 0)
        kept = self.octets(server)
        self.assertNotIn(b"unmistakable", kept)
        self.assertNotIn(b"private", kept)
        self.assertIn(f"C: <{len(body) - 1} octets of message>\n".encode(), kept)
        self.assertIn(f"C: RCPT TO:<{self.alice}>\n".encode(), kept)

    # ---- played again --------------------------------------------------------

    def play_all(self, server, count):
        self.assertEqual(server.stop(), 0)
        listed = self.listed(server)
        self.assertEqual(len(listed), count)
        for entry in listed:
            script = server.verb("transcript", "show", entry["id"], "--as-test").stdout
            file = server.folder / "transcript.txt"
            file.write_text(script)
            done = subprocess.run([RUNNER, str(file)], capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr + script)
            self.assertNotIn(PASSWORD, script)

    def test_pop3_plays_again(self):
        server = self.serve()
        letters = server.folder / "letters.mbox"
        letters.write_text("".join(f"From x Thu Jan  1 00:00:00 2026\nSubject: {n}\n\n{'x' * 50 * n}\n\n" for n in (1, 2, 3)))
        server.verb("import", "mbox", str(letters), "--account", self.alice)
        session = pop3(server, self.alice)
        session.stat(), session.list(), session.list(2), session.uidl(), session.uidl(1), session.retr(2), session.top(3, 1)
        session.dele(1)
        session.list(), session.stat(), session.capa()
        session.quit()
        plain = b64(f"\0{self.alice}\0{PASSWORD}")
        self.dialogue(server, "USER alice", "PASS a-wrong-guess", "RETR x", "hunter2", "RETR 1", f"AUTH PLAIN {plain}")
        self.dialogue(server, "AUTH PLAIN", plain, "AUTH PLAIN")
        self.dialogue(server, "AUTH LOGIN", "*", f"AUTH LOGIN {b64(self.alice)}", b64("a-wrong-guess"))
        secure = poplib.POP3("127.0.0.1", server.ports["pop3"], timeout=PATIENCE)
        secure.stls(ssl._create_unverified_context())
        secure.user(self.alice), secure.pass_(PASSWORD), secure.quit()
        secure = poplib.POP3_SSL("127.0.0.1", server.ports["pop3s"], timeout=PATIENCE, context=ssl._create_unverified_context())
        secure.apop(self.alice, "one-time-only")
        secure.quit()
        self.play_all(server, 6)

    def test_smtp_plays_again(self):
        server = self.serve()
        server.add_account("bob")
        self.smtp_dialogue(
            server, "smtp", "MAIL FROM:<x@example.net>", "RCPT TO:<bob@example.test>", "RCPT TO:<nobody@example.test>", "DATA", "a: b\r\n\r\n.", "NOOP x", "XX"
        )
        self.smtp_dialogue(
            server, "smtp", "MAIL FROM:<x@example.net>", "RCPT TO:<bob@example.test>", "BDAT 6\r\na: b", "BDAT 2 LAST\r\n", "BDAT 6 LAST\r\nQUIT", "BDAT x"
        )
        plain = b64(f"\0{self.alice}\0{PASSWORD}")
        letter = f"From: <{self.alice}>\r\n\r\n."
        self.smtp_dialogue(
            server, "submission", f"AUTH PLAIN {plain}", f"MAIL FROM:<{self.alice}>", "RCPT TO:<bob@example.test>", "RCPT TO:<far@example.net>", "DATA", letter
        )
        chunk = f"From: <{self.alice}>\r\n\r\nthe rest"
        self.smtp_dialogue(
            server, "submission", f"AUTH PLAIN {plain}", f"MAIL FROM:<{self.alice}>", "RCPT TO:<bob@example.test>", f"BDAT {len(chunk) + 2} LAST\r\n{chunk}"
        )
        with smtplib.SMTP_SSL("127.0.0.1", server.ports["submissions"], "client.example", timeout=PATIENCE, context=ssl._create_unverified_context()) as client:
            client.login(self.alice, PASSWORD)
            client.sendmail(self.alice, ["bob@example.test"], letter[:-1])
        self.play_all(server, 5)

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
