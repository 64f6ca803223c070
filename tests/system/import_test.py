"""Mail brought along from mboxes and maildirs, beside a running server.

The sources are made by Python's own mailbox module, or by hand where another
program's traces matter; what arrived is read over POP3 and from the database.
"""

import json
import mailbox
import signal
import smtplib
import sqlite3
import subprocess
import threading
import time
import unittest

from common import DOMAIN, PATIENCE, PROGRAM, Server, clean_environment, letter, main, pop3, retrieve, smtp, split_trace

SEEN, ANSWERED, FLAGGED, DRAFT = 1, 2, 4, 8
ALICE = f"alice@{DOMAIN}"


def received(server):
    """Every message: folder, uid, flags, received, unique id or None."""
    database = sqlite3.connect(f"file:{server.data}/mail.db?mode=ro", uri=True)
    try:
        return database.execute(
            "SELECT mailbox.name, message.uid, message.flags, message.received, unique_id.value "
            "FROM message JOIN mailbox ON mailbox.id = message.mailbox "
            "LEFT JOIN unique_id ON unique_id.mailbox = message.mailbox AND unique_id.uid = message.uid "
            "ORDER BY mailbox.name, message.uid"
        ).fetchall()
    finally:
        database.close()


def inbox(server):
    """All messages of the inbox, and their unique ids."""
    session = pop3(server, ALICE)
    count = session.stat()[0]
    messages = [retrieve(session, number) for number in range(1, count + 1)]
    unique_ids = [line.split()[1].decode() for line in session.uidl()[1]]
    session.quit()
    return messages, unique_ids


def sound(server):
    database = sqlite3.connect(f"file:{server.data}/mail.db?mode=ro", uri=True)
    try:
        return database.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        database.close()


def in_mbox(messages, start=1_700_000_000):
    """An mbox file's octets, as another program would write it."""
    text = b""
    for at, message in enumerate(messages):
        quoted = message.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        text += b"From someone@example.net " + date(start + at) + b"\n" + quoted + b"\n"
    return text


def date(seconds):
    return time.asctime(time.gmtime(seconds)).encode()


class Import(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.add_domain().add_account("alice")
        self.server.start()

    def run_import(self, kind, path, *more, check=True):
        done = self.server.verb("import", kind, str(path), "--account", ALICE, "--json", *more, check=check)
        return json.loads(done.stdout) if check else done

    def test_an_mbox_of_pythons(self):
        path = self.server.folder / "box"
        box = mailbox.mbox(path)
        for number, flags in enumerate(("RO", "O", "ROA", "RFD", "T")):
            message = mailbox.mboxMessage(letter(f"number {number}", "Hello.\n\nFrom me\n>From you\n").decode().replace("\r\n", "\n"))
            message.set_from(f"a{number}@example.net", (2024, 1, 1 + number, 12, 0, 0, 0, 1, 0))
            message.set_flags(flags)
            box.add(message)
        box.close()
        self.assertEqual(self.run_import("mbox", path)["imported"], 5)
        messages, _ = inbox(self.server)
        # Python quotes "From " alone, so ">From" loses one as well: it is read as mboxrd.
        self.assertEqual(messages[1], letter("number 1", "Hello.\r\n\r\nFrom me\r\nFrom you\r\n"))
        rows = received(self.server)
        self.assertEqual([row[2] for row in rows], [SEEN, 0, SEEN | ANSWERED, SEEN | FLAGGED, DRAFT])
        self.assertEqual([row[3] for row in rows], [1704110400 + 86400 * number for number in range(5)])

        again = self.run_import("mbox", path)
        self.assertEqual((again["imported"], again["already"]), (0, 5))
        self.assertEqual(len(received(self.server)), 5)

    def test_true_duplicates_are_all_imported_once(self):
        path = self.server.folder / "box"
        path.write_bytes(in_mbox([letter("same")] * 3 + [letter("other")]))
        self.assertEqual(self.run_import("mbox", path)["imported"], 4)
        self.assertEqual(self.run_import("mbox", path)["already"], 4)

    def test_a_folder_of_ones_own(self):
        path = self.server.folder / "box"
        path.write_bytes(in_mbox([letter("one")]))
        self.run_import("mbox", path, "--folder", "Projekte/Ä")
        self.run_import("mbox", path, "--folder", "Spam")
        self.assertEqual([row[0] for row in received(self.server)], ["Junk", "Projekte/Ä"])

    def test_unique_ids_of_an_mbox(self):
        path = self.server.folder / "box"
        path.write_bytes(
            in_mbox(
                [
                    letter("one", extra="X-UIDL: abc!def\r\n"),
                    letter("two", extra="X-UIDL: abc!def\r\n"),
                    letter("three", extra="X-UIDL: not one\r\n"),
                ]
            )
        )
        self.assertEqual(self.run_import("mbox", path)["lostUniqueIds"], 2)
        messages, unique_ids = inbox(self.server)
        self.assertEqual(unique_ids[0], "abc!def")
        self.assertEqual(len(set(unique_ids)), 3)
        self.assertIn(b"X-UIDL: abc!def\r\n", messages[0])

    def test_what_is_too_large_or_none(self):
        path = self.server.folder / "box"
        path.write_bytes(in_mbox([letter("one"), letter("large", "y" * 70_000 + "\r\n"), letter("two")]))
        self.server.settings["smtp.max_message_size"] = "64K"
        done = self.server.verb("import", "mbox", str(path), "--account", ALICE, "--json")
        summary = json.loads(done.stdout)
        self.assertEqual((summary["imported"], sum(summary["skipped"].values())), (2, 1))
        self.assertRegex(done.stderr, r"box: the message at octet \d+: larger than 65\.5 kB")

        path.write_bytes(b"Subject: no mbox\n\n")
        done = self.run_import("mbox", path, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}: at octet 0:", done.stderr)
        done = self.run_import("mbox", path.with_name("missing"), check=False)
        self.assertIn("there is no such file", done.stderr)
        done = self.run_import("maildir", self.server.folder, check=False)
        self.assertIn("is no maildir", done.stderr)

    def test_a_full_account(self):
        self.server.verb("account", "add", f"small@{DOMAIN}", "--password-stdin", "--quota", "20K", stdin="secretsecret\n")
        path = self.server.folder / "box"
        path.write_bytes(in_mbox([letter(f"n{number}", "y" * 5000 + "\r\n") for number in range(10)]))
        done = self.server.verb("import", "mbox", str(path), "--account", f"small@{DOMAIN}", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the account is full", done.stderr)
        self.assertIn("imported 3 messages", done.stdout)

    def test_a_maildir_with_folders(self):
        path = self.server.folder / "Maildir"
        box = mailbox.Maildir(path)
        for folder, flags, subject in (("", "FRS", "in"), ("", "", "new"), (".Sent", "S", "sent"), (".Gel&APY-scht.Alt", "D", "own")):
            target = box.add_folder(folder[1:]) if folder else box
            message = mailbox.MaildirMessage(letter(subject).decode().replace("\r\n", "\n"))
            if flags:
                message.set_subdir("cur")
                message.set_flags(flags)
            message.set_date(1_600_000_000)
            target.add(message)
        (path / "cur" / "empty").touch()
        summary = self.run_import("maildir", path)
        self.assertEqual((summary["imported"], summary["skipped"]), (4, {"empty": 1}))
        rows = received(self.server)
        self.assertEqual([row[0] for row in rows], ["Gelöscht/Alt", "Inbox", "Inbox", "Sent"])
        self.assertEqual(sorted(row[2] for row in rows), [0, SEEN, SEEN | ANSWERED | FLAGGED, DRAFT])
        self.assertEqual({row[3] for row in rows}, {1_600_000_000})
        messages, _ = inbox(self.server)
        self.assertEqual(sorted(messages), sorted([letter("in"), letter("new")]))
        self.assertEqual(self.run_import("maildir", path)["already"], 4)

        # One folder, wherever it shall go.
        self.assertEqual(self.run_import("maildir", path / ".Sent", "--folder", "Alt")["imported"], 1)
        self.assertEqual(received(self.server)[0][0], "Alt")

    def test_dovecots_unique_ids_and_order(self):
        path = self.server.folder / "Maildir"
        for part in ("cur", "new", "tmp"):
            (path / part).mkdir(parents=True)
        names = {"1600000003.c,S=1:2,S": "first", "1600000002.b:2,": "second", "1600000001.a:2,": "third"}
        for name, subject in names.items():
            (path / "cur" / name).write_bytes(letter(subject))
        (path / "new" / "1500000000.d").write_bytes(letter("last"))
        (path / "dovecot-uidlist").write_text(
            "3 V1275660208 N20 G00\n7 W1 :1600000003.c,S=1:2,\n8 Ppop-8 :1600000002.b\n9 :1600000001.a:2,S\n"
        )
        self.run_import("maildir", path)
        messages, unique_ids = inbox(self.server)
        self.assertEqual(messages, [letter(subject) for subject in (*names.values(), "last")])
        self.assertEqual(unique_ids[:3], ["000000074c0907b0", "pop-8", "000000094c0907b0"])
        self.assertEqual(received(self.server)[0][3], 1600000003, "the name is older than the copy")

    def test_courier_unique_ids(self):
        path = self.server.folder / "Maildir"
        (path / "cur").mkdir(parents=True)
        (path / "cur" / "1600000001.a:2,S").write_bytes(letter("one"))
        (path / "courierpop3dsizelist").write_text("/3 20 1275660208\n1600000001.a 100 7:1275660208:0\n")
        self.run_import("maildir", path)
        self.assertEqual(inbox(self.server)[1], ["UID7-1275660208"])


class Killed(unittest.TestCase):
    """An import whose source is a pipe, so that the test says how far it comes."""

    COUNT = 150

    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.add_domain().add_account("alice")
        self.server.start()
        # One for each way a body is kept.
        sizes = (300, 20_000, 2_000, 300_000)
        self.messages = [letter(f"import {n}", ("x" * 70 + "\r\n") * (sizes[n % 4] // 72)) for n in range(self.COUNT)]
        self.box = in_mbox(self.messages)

    def begin(self):
        importer = subprocess.Popen(
            [PROGRAM, "import", "mbox", "-", "--account", ALICE, *self.server.arguments()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(),
        )
        self.addCleanup(importer.stdout.close)
        self.addCleanup(importer.stderr.close)
        return importer

    def feed_half(self, importer):
        """Until some of it has arrived, and some cannot have."""
        importer.stdin.write(self.box[: len(self.box) // 2])
        importer.stdin.flush()
        while not received(self.server):
            self.assertIsNone(importer.poll())

    def finish(self):
        path = self.server.folder / "box"
        path.write_bytes(self.box)
        return json.loads(self.server.verb("import", "mbox", str(path), "--account", ALICE, "--json").stdout)

    def test_and_run_again(self):
        importer = self.begin()
        self.feed_half(importer)
        importer.kill()
        importer.wait()
        importer.stdin.close()
        there = len(received(self.server))
        self.assertLess(there, len(self.messages))
        summary = self.finish()
        self.assertEqual((summary["already"], summary["imported"]), (there, len(self.messages) - there))
        self.assertEqual(inbox(self.server)[0], self.messages)

    def test_with_the_server_under_load(self):
        sent = []
        stop = threading.Event()

        def send():
            while not stop.is_set():
                try:
                    with smtp(self.server) as session:
                        while not stop.is_set():
                            message = letter(f"smtp {len(sent)}", ("y" * 70 + "\r\n") * 300)
                            session.sendmail("load@example.net", [ALICE], message)
                            sent.append(message)
                except (OSError, smtplib.SMTPException):
                    return

        sender = threading.Thread(target=send)
        sender.start()
        importer = self.begin()
        self.feed_half(importer)
        while len(sent) < 20:
            self.assertTrue(sender.is_alive())
        importer.kill()
        self.server.kill()
        stop.set()
        sender.join()
        importer.wait()
        importer.stdin.close()

        self.server.start()
        self.finish()
        found = [split_trace(message)[1] if message.startswith(b"Return-Path") else message for message in inbox(self.server)[0]]
        imported = [message for message in found if b"Subject: import" in message]
        self.assertEqual(sorted(imported), sorted(self.messages))
        delivered = [message for message in found if b"Subject: smtp" in message]
        self.assertEqual(len(delivered), len(set(delivered)))
        self.assertEqual(set(sent) - set(delivered), set(), "acknowledged, but lost")
        self.assertEqual(sound(self.server), "ok")
        self.assertEqual(self.server.stop(), 0)

    def test_a_person_stops_it(self):
        importer = self.begin()
        self.feed_half(importer)
        importer.send_signal(signal.SIGINT)
        importer.stdin.close()
        out = importer.stdout.read().decode()
        self.assertEqual(importer.wait(timeout=PATIENCE), 1)
        self.assertIn("run it again", out)
        self.assertIn(f"imported {len(received(self.server))} messages", out)
        there = len(received(self.server))
        summary = self.finish()
        self.assertEqual((summary["already"], summary["imported"]), (there, len(self.messages) - there))

    def test_two_at_a_time_are_refused(self):
        importer = self.begin()
        self.feed_half(importer)
        path = self.server.folder / "other"
        path.write_bytes(self.box)
        done = self.server.verb("import", "mbox", str(path), "--account", ALICE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another import", done.stderr)
        importer.communicate(self.box[len(self.box) // 2 :], timeout=PATIENCE)
        self.assertEqual(importer.returncode, 0)
        self.assertEqual(inbox(self.server)[0], self.messages)


if __name__ == "__main__":
    main()
