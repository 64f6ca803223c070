"""Mail taken along: exports that Python's mailbox module reads, and that come
back as they were, octets, flags, dates and folders."""

import json
import mailbox
import os
import pathlib
import resource
import signal
import sqlite3
import subprocess
import unittest

from common import DOMAIN, PATIENCE, PROGRAM, Server, clean_environment, letter, main, pop3, smtp

SEEN, ANSWERED, FLAGGED, DRAFT = 1, 2, 4, 8
ALICE, BOB = f"alice@{DOMAIN}", f"bob@{DOMAIN}"

ODD = {
    "plain": letter("plain"),
    "quotes": letter("quotes", "From here\r\n>From there\r\n>>From afar\r\n\r\nFrom a Tue Nov 25 17:22:01 2025\r\n"),
    "ends": letter("ends", "text\r\n\r\n\r\n"),
    "own status": b"Status: its own\r\nX-Status: A\r\nSubject: s\r\n\r\nStatus: R\r\n",
    "no header": b"\r\njust text\r\n",
    "no body": b"Subject: no body\r\n",
    "eight bits": letter("bits", "\u00e4\u20ac \r\n.\r\n..\r\n") + b"\xff\x00\x01\r\n",
    "bare CR": letter("cr") + b"a\rb\r\n",
    "large": letter("large", ("From x" * 12 + "\r\n>From y\r\n") * 8000),
}


class Base(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.server.add_account("alice")
        self.server.add_account("bob")
        self.server.start()

    def transfer(self, verb, kind, path, account=ALICE, *more):
        return json.loads(self.server.verb(verb, kind, str(path), "--account", account, "--json", *more).stdout)

    def fill(self):
        """Messages of every kind in several folders of alice's, and how many."""
        path = self.server.folder / "source"
        box = mailbox.Maildir(path)
        for at, octets in enumerate(ODD.values()):
            for folder in (box, box.add_folder("Sent"), box.add_folder("v1&AC4-2.&U,BTFw-")):
                flags = ("", "S", "FRS", "D", "RS")[at % 5]
                # Past the module, which would read the octets as a message.
                file = pathlib.Path(folder._path) / "cur" / f"{1_600_000_000 + at}.x:2,{flags}"
                file.write_bytes(octets)
                os.utime(file, (1_600_000_000 + at,) * 2)
        self.transfer("import", "maildir", path)
        with smtp(self.server) as session:
            session.sendmail("sender@example.net", [ALICE], letter("delivered"))
        return 3 * len(ODD) + 1

    def mail_of(self, address):
        """Folder, flags, time and octets of every message, in order."""
        database = sqlite3.connect(f"file:{self.server.data}/mail.db?mode=ro", uri=True)
        try:
            rows = database.execute(
                "SELECT mailbox.name, message.flags, message.received, message.size, msg.trace, body.tier, body.segment, "
                "body.offset, body.octets, body.id, body.content FROM message "
                "JOIN mailbox ON mailbox.id = message.mailbox JOIN account ON account.id = mailbox.account "
                "JOIN msg ON msg.id = message.msg JOIN body ON body.id = msg.body "
                "WHERE account.address = ? ORDER BY mailbox.name, message.uid",
                (address,),
            ).fetchall()
        finally:
            database.close()
        mail = []
        for name, flags, received, size, trace, tier, segment, offset, octets, body, content in rows:
            if tier == 1:
                with open(self.server.data / "segments" / f"{segment:016x}", "rb") as file:
                    file.seek(offset + 24)
                    content = file.read(octets)
            elif tier == 2:
                content = (self.server.data / "files" / f"{body:016x}").read_bytes()
            self.assertEqual(size, len(trace) + len(content))
            mail.append((name, flags, received, bytes(trace) + bytes(content)))
        return mail


class Export(Base):
    def test_an_mbox_for_each_folder_comes_back(self):
        count = self.fill()
        path = self.server.folder / "boxes"
        summary = self.transfer("export", "mbox", path)
        self.assertEqual((summary["exported"], summary["skipped"]), (count, {}))
        self.assertIn("v1&AC4-2.&U,BTFw-.mbox", [file.name for file in path.iterdir()])
        self.assertEqual(self.transfer("import", "mbox", path, BOB)["imported"], count)
        self.assertEqual(self.mail_of(BOB), self.mail_of(ALICE))
        self.assertEqual(len(self.mail_of(BOB)), count)
        # Again: what is there stays as it is.
        self.assertEqual(self.transfer("export", "mbox", path)["exported"], 0)

    def test_a_maildir_comes_back(self):
        count = self.fill()
        path = self.server.folder / "Maildir"
        self.assertEqual(self.transfer("export", "maildir", path)["exported"], count)
        self.assertEqual(self.transfer("import", "maildir", path, BOB)["imported"], count)
        self.assertEqual(self.mail_of(BOB), self.mail_of(ALICE))
        # Again: only what is missing.
        next((path / ".Sent" / "cur").iterdir()).unlink()
        again = self.transfer("export", "maildir", path)
        self.assertEqual((again["exported"], again["already"]), (1, count - 1))
        self.assertEqual(list((path / "tmp").iterdir()), [])

    def test_python_reads_both(self):
        self.fill()
        path = self.server.folder / "Inbox"
        self.transfer("export", "mbox", path, ALICE, "--folder", "INBOX")
        box = mailbox.mbox(path)
        messages = [message for message in box if message["Subject"] in ("plain", "delivered")]
        self.assertEqual([message.get_flags() for message in messages], ["O", "O"])
        self.assertTrue(messages[0].get_from().startswith("MAILER-DAEMON Sun Sep 13 12:26:40 2020"))
        self.assertTrue(messages[1].get_from().startswith("sender@example.net "))
        self.assertEqual(messages[0].get_payload(), "Hello.\n")
        box.close()

        path = self.server.folder / "Maildir"
        self.transfer("export", "maildir", path, ALICE, "--folder", "Sent")
        box = mailbox.Maildir(path, create=False)
        found = {message["Subject"]: message for message in box}
        self.assertEqual(len(box), len(ODD))
        self.assertEqual(found["quotes"].get_flags(), "S")
        self.assertEqual(found["quotes"].get_date(), 1_600_000_001)
        self.assertEqual(found["ends"].get_payload(), "text\n\n\n")

    def test_what_cannot_be(self):
        path = self.server.folder / "there"
        path.write_text("precious")
        for arguments, why in (
            (("mbox", str(path), "--folder", "Inbox"), "is there already"),
            (("mbox", str(path)), "there: "),
            (("maildir", str(path)), "there: "),
            (("mbox", "-"), "--folder"),
            (("mbox", str(path) + "2", "--folder", "Nowhere"), "there is no folder 'Nowhere'; there are Inbox, "),
        ):
            done = self.server.verb("export", *arguments, "--account", ALICE, check=False)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn(why, done.stderr)
        self.assertEqual(path.read_text(), "precious")

    def test_a_damaged_message_is_left_out(self):
        self.fill()
        file = max((self.server.data / "files").iterdir(), key=lambda path: path.name)
        with open(file, "r+b") as octets:
            octets.seek(100_000)
            octets.write(b"damage")
        path = self.server.folder / "boxes"
        done = self.server.verb("export", "mbox", str(path), "--account", ALICE, "--json")
        self.assertEqual(json.loads(done.stdout)["skipped"], {"damaged": 1})
        self.assertRegex(done.stderr, r"message \d+: its octets are damaged or gone: skipped")
        self.transfer("import", "mbox", path, BOB)
        whole = [mail for mail in self.mail_of(ALICE) if b"damage" not in mail[3]]
        self.assertEqual(self.mail_of(BOB), whole)


class Interrupted(Base):
    """Twenty megabytes, so that there is time to interrupt."""

    def setUp(self):
        super().setUp()
        self.messages = [letter(f"n{number}", (f"{number:070}" + "\r\n") * 280) for number in range(1000)]
        source = self.server.folder / "source"
        source.write_bytes(
            b"".join(b"From a@example.net Tue Nov 25 17:22:01 2025\n" + message + b"\r\n" for message in self.messages)
        )
        self.assertEqual(self.transfer("import", "mbox", source)["imported"], len(self.messages))

    def begin(self, path, **more):
        return subprocess.Popen(
            [PROGRAM, "export", "mbox", str(path), "--account", ALICE, "--folder", "Inbox", *self.server.arguments()],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,  # communicate() reads past what a buffer holds
            env=clean_environment(),
            **more,
        )

    def test_goes_on_where_it_was(self):
        limit = 18 * 1024 * 1024
        path = self.server.folder / "box"
        full = self.begin(path, restore_signals=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        _, errors = full.communicate(timeout=PATIENCE)
        self.assertEqual(full.returncode, 1)
        self.assertIn(b"File too large", errors)
        self.assertFalse(path.exists())
        part = self.server.folder / "box.part"
        self.assertLessEqual(part.stat().st_size, limit)

        rest = self.transfer("export", "mbox", path, ALICE, "--folder", "Inbox")["exported"]
        self.assertLess(rest, 300, "it began anew")
        self.assertFalse(part.exists())
        self.transfer("export", "mbox", self.server.folder / "whole", ALICE, "--folder", "Inbox")
        self.assertEqual(path.read_bytes(), (self.server.folder / "whole").read_bytes())

    def test_a_part_of_something_else_is_not_believed(self):
        path = self.server.folder / "box"
        path.with_name("box.part").write_bytes(b"x" * 1000)
        path.with_name("box.part.note").write_text("account 1 folder 2 uid 500 octets 900\n")
        self.assertEqual(self.transfer("export", "mbox", path, ALICE, "--folder", "Inbox")["exported"], len(self.messages))
        self.assertTrue(path.read_bytes().startswith(b"From "))

    def test_a_person_stops_it(self):
        export = self.begin("-")
        self.assertEqual(export.stdout.read(5), b"From ")  # it waits for us from here on
        export.send_signal(signal.SIGINT)
        written, errors = export.communicate(timeout=PATIENCE)
        self.assertEqual(export.returncode, 1)
        self.assertIn(b"stopped", errors)
        self.assertLess(written.count(b"\nFrom "), len(self.messages) - 1)

    def test_messages_deleted_meanwhile(self):
        export = self.begin("-")
        begun = export.stdout.read(5)
        session = pop3(self.server, ALICE)
        for number in range(1, len(self.messages) + 1):
            session.dele(number)
        session.quit()
        written, errors = export.communicate(timeout=PATIENCE)
        self.assertEqual(export.returncode, 0, errors)
        path = self.server.folder / "box"
        path.write_bytes(begun + written)
        exported = self.transfer("import", "mbox", path, BOB)["imported"]
        self.assertGreater(exported, 0)
        found = [octets for _, _, _, octets in self.mail_of(BOB)]
        self.assertEqual(set(found) - set(self.messages), set(), "not as it was")

    def test_nobody_reads_any_more(self):
        export = self.begin("-")
        export.stdout.read(5)
        export.stdout.close()
        errors = export.stderr.read()
        self.assertEqual(export.wait(timeout=PATIENCE), 1)
        export.stderr.close()
        self.assertIn(b"Broken pipe", errors)
        database = sqlite3.connect(f"file:{self.server.data}/mail.db?mode=ro", uri=True)
        self.assertEqual(database.execute("SELECT count(*) FROM lease").fetchone()[0], 0)
        database.close()


if __name__ == "__main__":
    main()
