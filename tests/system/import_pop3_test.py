"""Mail brought along over POP3: from a second Pillarbox, and from servers that misbehave.

The bad servers are scripts: what they say to a command, and where they hang up.
"""

import json
import shutil
import signal
import socket
import subprocess
import threading
import unittest

from common import DOMAIN, PASSWORD, PATIENCE, PROGRAM, Server, clean_environment, letter, main, pop3, retrieve, smtp

ALICE = f"alice@{DOMAIN}"
HANG_UP = object()


def unique_ids(session):
    return [line.split()[1].decode() for line in session.uidl()[1]]


def inbox(server):
    """All messages of the inbox, and their unique ids."""
    session = pop3(server, ALICE)
    messages = [retrieve(session, number + 1) for number in range(session.stat()[0])]
    ids = unique_ids(session)
    session.quit()
    return messages, ids


class ScriptedServer:
    """A POP3 server with a maildrop, whose replies a test may change.

    `replies` are octets by command ("CAPA", "RETR 2"), or HANG_UP behind some
    octets. Everything that clients said is in `commands`.
    """

    def __init__(self, messages, **replies):
        self.messages = messages
        self.replies = {command.replace("_", " "): reply for command, reply in replies.items()}
        self.commands = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def said(self, verb):
        return [command for command in self.commands if command.split()[:1] == [verb]]

    def _serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                try:
                    self._converse(connection, lines)
                except OSError:
                    pass  # the client left

    def _converse(self, connection, lines):
        connection.sendall(self.replies.get("GREETING", b"+OK ready\r\n"))
        for line in lines:
            command = line.decode().rstrip("\r\n")
            self.commands.append(command)
            reply = self.replies.get(command, self.replies.get(command.split()[0]))
            if reply is None:
                reply = self._reply(command)
            if isinstance(reply, tuple):
                connection.sendall(reply[0])
                # Closed with commands unread, it would be reset, and what was sent before could be lost.
                connection.shutdown(socket.SHUT_WR)
                for _ in lines:
                    pass
                return
            connection.sendall(reply)
            if command == "QUIT":
                return

    def _reply(self, command):
        verb, *arguments = command.split()
        if verb == "CAPA":
            return b"+OK\r\nUSER\r\nUIDL\r\nPIPELINING\r\n.\r\n"
        if verb == "STAT":
            return b"+OK %d %d\r\n" % (len(self.messages), sum(map(len, self.messages)))
        if verb == "UIDL":
            return b"+OK\r\n" + b"".join(b"%d id-%d\r\n" % (n, n) for n in range(1, len(self.messages) + 1)) + b".\r\n"
        if verb == "LIST":
            return b"+OK\r\n" + b"".join(b"%d %d\r\n" % (n + 1, len(m)) for n, m in enumerate(self.messages)) + b".\r\n"
        if verb == "RETR":
            return b"+OK\r\n" + stuffed(self.messages[int(arguments[0]) - 1]) + b".\r\n"
        return b"+OK\r\n"


def stuffed(message):
    return b"".join((b"." if line.startswith(b".") else b"") + line for line in message.splitlines(keepends=True))


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.add_domain().add_account("alice")
        self.server.start()
        self.password = self.server.folder / "password"
        self.password.write_text(PASSWORD + "\n")

    def words(self, url, *more):
        return ["import", "pop3", url, "--account", ALICE, "--password-file", str(self.password), "--json", *more]

    def run_import(self, url, *more):
        return json.loads(self.server.verb(*self.words(url, *more)).stdout)

    def fail_import(self, url, *more, status=1):
        """What it says, and the summary."""
        done = self.server.verb(*self.words(url, *more), check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn(PASSWORD, done.stderr)
        return done.stderr, json.loads(done.stdout) if done.stdout else None


class FromPillarbox(ImportTest):
    """The source has what is hard: dots, long lines, an 8-bit body, true duplicates."""

    def setUp(self):
        super().setUp()
        self.source = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(self.source.close)
        self.source.add_domain().add_account("alice")
        self.source.start()
        self.certificate = next(path for path in self.source.data.rglob("*.pem") if b"BEGIN CERTIFICATE" in path.read_bytes())

    def deliver(self, *subjects, body="Hello.\r\n"):
        with smtp(self.source) as session:
            for subject in subjects:
                session.sendmail("someone@example.net", [ALICE], letter(subject, body))

    def url(self, scheme="pop3s", host="localhost", user=ALICE, query=""):
        return f"{scheme}://{user}@{host}:{self.source.ports[scheme]}{query}"

    def trusted(self):
        return ["--ca-file", str(self.certificate)]

    def test_messages_unique_ids_and_order(self):
        self.deliver("plain", "other")
        self.deliver("dots", body=".\r\n..\r\n.x\r\n\r\n.\r\n")
        self.deliver("long", body=("y" * 1_500 + "\r\n") * 600)
        self.deliver(*(f"small {number}" for number in range(30)))
        summary = self.run_import(self.url(), *self.trusted())
        self.assertEqual((summary["imported"], summary["lostUniqueIds"]), (34, 0))
        self.assertEqual(inbox(self.server), inbox(self.source))

        # Again, and by another name of it: nothing is there to be done.
        self.assertEqual(self.run_import(self.url(), *self.trusted())["already"], 34)
        self.assertEqual(self.run_import(self.url(host="127.0.0.1"), *self.trusted())["already"], 34)
        self.deliver("new")
        summary = self.run_import(self.url(), *self.trusted())
        self.assertEqual((summary["imported"], summary["already"]), (1, 34))
        self.assertEqual(inbox(self.server), inbox(self.source))

    def test_stls(self):
        self.deliver("one")
        self.assertEqual(self.run_import(self.url("pop3"), *self.trusted())["imported"], 1)
        self.assertEqual(inbox(self.server), inbox(self.source))

    def test_in_the_clear_where_it_is_asked_for(self):
        self.deliver("one")
        self.assertEqual(self.run_import(self.url("pop3", host="127.0.0.1", query="?tls=none"))["imported"], 1)
        self.server.settings["auth.allow_plaintext"] = "never"
        said, _ = self.fail_import(self.url("pop3", host="127.0.0.1", query="?tls=none"))
        self.assertIn("without TLS", said)

    def test_a_certificate_that_nobody_vouches_for(self):
        self.deliver("one")
        for scheme in ("pop3", "pop3s"):
            said, summary = self.fail_import(self.url(scheme))
            self.assertIn("certificate is not trusted", said)
            self.assertIn("--ca-file", said)
            self.assertEqual(summary["imported"], 0)
        # One for another host is none for this one: "127.1" leads there, and is not in it.
        said, _ = self.fail_import(self.url(host="127.1"), *self.trusted())
        self.assertIn("mismatch", said)

    def test_a_wrong_password(self):
        self.password.write_text("wrong\n")
        said, _ = self.fail_import(self.url(), *self.trusted())
        self.assertRegex(said, r"does not accept user and password: '-ERR \[AUTH\]")

    def test_the_password_from_standard_input(self):
        self.deliver("one")
        words = ["import", "pop3", self.url(), "--account", ALICE, "--password-stdin", "--json", *self.trusted()]
        self.assertEqual(json.loads(self.server.verb(*words, stdin=PASSWORD + "\n").stdout)["imported"], 1)
        words.remove("--password-stdin")
        done = self.server.verb(*words, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--password-file", done.stderr)

    def test_into_a_folder(self):
        self.deliver("one")
        self.assertEqual(self.run_import(self.url(), "--folder", "Alt", *self.trusted())["imported"], 1)
        self.assertEqual(inbox(self.server)[0], [])

    def test_when_it_came(self):
        # The newest Received field says it, not the letter's Date of years ago.
        self.deliver("one")
        self.run_import(self.url(), *self.trusted())
        found = json.loads(self.server.verb("search", ALICE, "newer_than:2d", "--json").stdout)
        self.assertIn("one", json.dumps(found))

    @unittest.skipUnless(shutil.which("mpop"), "mpop is not installed")
    def test_a_client_that_moves_fetches_nothing_again(self):
        self.deliver(*(f"mail {number}" for number in range(12)))
        self.assertEqual(self.mpop(self.source), 12)
        self.assertEqual(self.mpop(self.source), 0)
        self.run_import(self.url(), *self.trusted())
        self.assertEqual(self.mpop(self.server), 0)
        with smtp(self.server) as session:
            session.sendmail("someone@example.net", [ALICE], letter("behind the move"))
        self.assertEqual(self.mpop(self.server), 1)

    def mpop(self, server):
        """How many messages it fetched. Its list of unique ids is by host and user, and not by port."""
        folder = self.server.folder / "client"
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        config = folder / "mpoprc"
        config.write_text(
            f"account default\nhost 127.0.0.1\nport {server.ports['pop3']}\nuser {ALICE}\n"
            f'password "{PASSWORD}"\nauth user\ntls off\nkeep on\nuidls_file {folder}/uidls\n'
            f"delivery maildir {folder}\nreceived_header off\n"
        )
        config.chmod(0o600)
        before = len(list((folder / "new").iterdir()))
        subprocess.run(["mpop", f"--file={config}"], check=True, capture_output=True, timeout=PATIENCE, env=clean_environment())
        return len(list((folder / "new").iterdir())) - before


class FromScripts(ImportTest):
    def source(self, count=10, **replies):
        self.messages = [letter(f"message {number}", f"{number}\r\n.\r\n") for number in range(1, count + 1)]
        script = ScriptedServer(self.messages, **replies)
        self.addCleanup(script.close)
        return script

    def url(self, source):
        return f"pop3://alice@127.0.0.1:{source.port}?tls=none"

    def test_pipelined_and_one_at_a_time(self):
        for capabilities in (b"+OK\r\nPIPELINING\r\n.\r\n", b"-ERR what?\r\n"):
            source = self.source(CAPA=capabilities)
            self.run_import(self.url(source))
            self.assertEqual(inbox(self.server), (self.messages, [f"id-{n}" for n in range(1, 11)]))
            self.assertEqual(source.said("DELE"), [])
            self.assertEqual(source.commands[-1], "QUIT")

    def test_a_connection_lost_is_gone_on_with(self):
        source = self.source(RETR_7=(b"+OK\r\nSubject: hal", HANG_UP))
        said, summary = self.fail_import(self.url(source))
        self.assertIn("message 7 of 10", said)
        self.assertIn("run this again", said)
        self.assertEqual(summary["imported"], 6)
        del source.replies["RETR 7"]
        source.commands.clear()
        summary = self.run_import(self.url(source))
        self.assertEqual((summary["imported"], summary["already"]), (4, 6))
        self.assertEqual(source.said("RETR"), [f"RETR {number}" for number in range(7, 11)], "fetched again")
        self.assertEqual(inbox(self.server), (self.messages, [f"id-{n}" for n in range(1, 11)]))

    def test_a_host_of_another_name(self):
        source = self.source()
        self.run_import(self.url(source))
        source.commands.clear()
        summary = self.run_import(self.url(source).replace("127.0.0.1", "localhost"))
        self.assertEqual((summary["imported"], summary["already"]), (0, 10))
        self.assertEqual(len(source.said("RETR")), 10, "it could be another one")

    def test_two_servers_with_the_same_unique_ids(self):
        first, second = self.source(2), self.source(2)
        second.messages = [message.replace(b"Subject: message", b"Subject: another") for message in self.messages]
        self.run_import(self.url(first))
        self.run_import(self.url(second).replace("127.0.0.1", "localhost"))
        self.assertEqual(len(inbox(self.server)[0]), 4)

    def test_a_goodbye_without_an_answer(self):
        source = self.source(QUIT=(b"", HANG_UP))
        self.assertEqual(self.run_import(self.url(source))["imported"], 10)

    def test_sizes_that_are_wrong(self):
        for size in (b"0", b"1", b"1000000"):
            with self.subTest(size=size):
                source = self.source(2, LIST=b"+OK\r\n1 " + size + b"\r\n2 100\r\n.\r\n")
                self.run_import(self.url(source))
                self.assertEqual(inbox(self.server)[0], self.messages)

    def test_what_is_too_large_is_not_fetched(self):
        source = self.source(2, LIST=b"+OK\r\n1 70000000000\r\n2 100\r\n.\r\n")
        summary = self.run_import(self.url(source))
        self.assertEqual((summary["imported"], sum(summary["skipped"].values())), (1, 1))
        self.assertEqual(source.said("RETR"), ["RETR 2"])

    def test_a_message_that_grows_too_large(self):
        self.server.settings["smtp.max_message_size"] = "64K"
        source = self.source(2, RETR_1=b"+OK\r\n" + b"x" * 100_000 + b"\r\n.\r\n")
        summary = self.run_import(self.url(source))
        self.assertEqual((summary["imported"], sum(summary["skipped"].values())), (1, 1))

    def test_a_message_without_an_end(self):
        self.server.settings["smtp.max_message_size"] = "64K"
        source = self.source(2, RETR_1=b"+OK\r\n" + b"x" * 1_000_000)
        said, _ = self.fail_import(self.url(source))
        self.assertIn("message 1 of 2: it does not end", said)

    def test_a_message_that_is_not_given(self):
        source = self.source(3, RETR_2=b"-ERR \x1b[31mit is damaged\r\n")
        done = self.server.verb(*self.words(self.url(source)))
        self.assertEqual(json.loads(done.stdout)["imported"], 2)
        self.assertIn("message 2 of 3: '-ERR [31mit is damaged'", done.stderr)
        del source.replies["RETR 2"]
        self.assertEqual(self.run_import(self.url(source))["imported"], 1)

    def test_one_unique_id_for_two_messages(self):
        # RFC 1939 §7 has clients be ready for it.
        source = self.source(3, UIDL=b"+OK\r\n1 same\r\n2 same\r\n3 other\r\n.\r\n")
        summary = self.run_import(self.url(source))
        self.assertEqual((summary["imported"], summary["lostUniqueIds"]), (3, 1))
        messages, ids = inbox(self.server)
        self.assertEqual(messages, self.messages)
        self.assertEqual((ids[0], ids[2]), ("same", "other"))
        self.assertEqual(self.run_import(self.url(source))["already"], 3)

    def test_what_a_server_may_get_wrong(self):
        cases = {
            "turns us away: '-ERR busy'": {"GREETING": b"-ERR busy\r\n"},
            "does not speak POP3: 'SSH-2.0-x'": {"GREETING": b"SSH-2.0-x\r\n"},
            "a line that is too long": {"GREETING": b"+OK " + b"x" * 100_000},
            "tells no unique ids": {"UIDL": b"-ERR what?\r\n"},
            "lists a message twice": {"UIDL": b"+OK\r\n1 a\r\n1 b\r\n.\r\n"},
            "lists fewer messages": {"UIDL": b"+OK\r\n1 a\r\n.\r\n"},
            "lists what is no message": {"UIDL": b"+OK\r\n1 a\r\n11 b\r\n.\r\n"},
            "without a usable unique id": {"UIDL": b"+OK\r\n1\r\n.\r\n"},
            "without its size": {"LIST": b"+OK\r\n1 much\r\n.\r\n"},
            "too large a one": {"STAT": b"+OK 99999999 1\r\n"},
            "does not accept user and password: '-ERR [IN-USE] later'": {"PASS": b"-ERR [IN-USE] later\r\n"},
        }
        for expected, replies in cases.items():
            with self.subTest(expected):
                source = self.source(10, **replies)
                said, summary = self.fail_import(self.url(source))
                self.assertIn(expected, said)
                self.assertEqual(summary["imported"], 0)

    def test_no_tls_where_it_is_wanted(self):
        source = self.source(STLS=b"-ERR what?\r\n")
        said, _ = self.fail_import(f"pop3://alice@127.0.0.1:{source.port}")
        self.assertIn("does not begin TLS", said)
        self.assertEqual(source.said("USER") + source.said("AUTH"), [])

    def test_what_was_said_before_tls(self):
        source = self.source(STLS=b"+OK\r\n+OK\r\n")
        said, _ = self.fail_import(f"pop3://alice@127.0.0.1:{source.port}")
        self.assertIn("before TLS began", said)

    def test_urls(self):
        for url in ("pop3://alice:secret@localhost", "imap://alice@localhost", "pop3s://localhost", "pop3://alice@localhost:0"):
            with self.subTest(url):
                said, _ = self.fail_import(url)
                self.assertIn("the URL of the maildrop", said)
                self.assertNotIn("secret", said)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        said, _ = self.fail_import(f"pop3s://alice@127.0.0.1:{port}")
        self.assertIn("onnection refused", said)

    def test_a_person_stops_it(self):
        # The server says nothing to the third, so two have come, one of them all the way.
        source = self.source(RETR_3=b"", CAPA=b"-ERR what?\r\n")
        importer = subprocess.Popen(
            [PROGRAM, *self.words(self.url(source)), *self.server.arguments()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
        )
        while not inbox(self.server)[0]:
            self.assertIsNone(importer.poll())
        importer.send_signal(signal.SIGINT)
        out, _ = importer.communicate(timeout=PATIENCE)
        self.assertEqual(importer.returncode, 1)
        self.assertEqual((json.loads(out)["imported"], json.loads(out)["stopped"]), (2, True))


if __name__ == "__main__":
    main()
