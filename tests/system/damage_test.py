"""What disks do to a store: it says which file and what to do, and serves the rest."""

import io
import json
import poplib
import smtplib
import subprocess
import unittest
import urllib.error
import urllib.request
import zipfile

from common import DOMAIN, PASSWORD, PATIENCE, PROGRAM, Server, clean_environment, letter, main, pop3, retrieve, smtp, split_trace

PAGE = 2048


def message(name):
    return letter(name, f"{name} 0123456789 abcdefghij\r\n" * {"small": 30, "middle": 700, "large": 12_000}[name.split()[0]])


class Damage(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.add_domain()
        for name in ("alice", "bob"):
            self.server.add_account(name)
        self.server.start()
        self.sent = {"alice": [], "bob": []}
        for number in range(3):
            for size in ("small", "middle", "large"):
                self.send("alice", f"{size} alice {number}")
        self.send("bob", "small bob")
        self.send("bob", "middle bob")
        self.assertEqual(self.server.stop(), 0)

    def send(self, name, subject):
        with smtp(self.server) as session:
            session.sendmail("a@example.net", [f"{name}@{DOMAIN}"], message(subject))
        self.sent[name].append(message(subject))

    def readable(self, name):
        """The messages that come whole, and how many do not."""
        session = pop3(self.server, f"{name}@{DOMAIN}")
        whole, lost = [], 0
        for number in range(1, session.stat()[0] + 1):
            try:
                whole.append(split_trace(retrieve(session, number))[1])
            except poplib.error_proto:
                lost += 1
        session.quit()
        return whole, lost

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.ports['http']}/readyz", timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def serve(self):
        """For what must not start."""
        return subprocess.run(
            [PROGRAM, "serve", *self.server.arguments()],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=clean_environment(),
            cwd=self.server.folder,
        )

    def findings(self, status=1):
        done = self.server.verb("verify", "--json", check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)["findings"]

    def said(self, *words):
        return any(all(word in line for word in words) for line in self.server.log)

    def test_a_database_that_is_none(self):
        (self.server.data / "mail.db").write_bytes(b"x" * 10_000)
        done = self.serve()
        self.assertEqual(done.returncode, 1, done.stderr)
        for word in ("mail.db", "not a database", "verify", "backup"):
            self.assertIn(word, done.stderr)
        self.assertEqual([finding["kind"] for finding in self.findings()], ["database_damaged"])

    def test_a_damaged_page(self):
        # The page with the beginning of a small message of alice's.
        file = self.server.data / "mail.db"
        octets = bytearray(file.read_bytes())
        at = octets.index(b"Subject: small alice 1")
        page = at - at % PAGE
        octets[page : page + 100] = b"\xff" * 100
        file.write_bytes(octets)
        self.server.start()
        self.assertTrue(self.said("mail.db", "verify", "backup"), self.server.tail())
        self.assertEqual(self.ready(), 503)
        self.assertEqual(self.readable("bob"), (self.sent["bob"], 0))
        whole, lost = self.readable("alice")
        self.assertGreaterEqual(lost, 1)
        self.assertGreaterEqual(len(whole), 4)
        with self.assertRaises(smtplib.SMTPException):
            self.send("bob", "small too late")
        self.server.stop()
        self.assertIn("database_damaged", {finding["kind"] for finding in self.findings()})

    def test_a_segment_that_is_cut_or_missing(self):
        self.server.start()
        self.server.verb("backup", str(self.server.folder / "backup"))
        self.assertEqual(self.server.stop(), 0)
        segment = next((self.server.data / "segments").iterdir())
        for cut in (True, False):
            with self.subTest(cut=cut):
                if cut:
                    segment.write_bytes(segment.read_bytes()[:30_000])
                else:
                    segment.unlink()
                self.server.start()
                self.assertTrue(self.said(segment.name, "verify", "backup"), self.server.tail())
                self.assertEqual(self.ready(), 200)
                whole, lost = self.readable("alice")
                self.assertEqual(lost, 2 if cut else 3)
                self.assertEqual(len(whole), len(self.sent["alice"]) - lost)
                self.assertEqual(self.server.stop(), 0)
                found = [finding for finding in self.findings() if finding["kind"] == "body_damaged"]
                self.assertEqual({finding["path"] for finding in found}, {str(segment)})
                self.assertIn(f"bob@{DOMAIN}", {finding["account"] for finding in found})
                self.server.verb("verify", "--repair")
                self.assertEqual(self.findings(status=0), [])
                self.server.start()
                self.assertEqual(self.readable("alice"), (whole, 0))
                self.send("bob", "middle after it")
                self.assertEqual(self.readable("bob")[1], 0)
                self.assertEqual(self.server.stop(), 0)
                self.server.verb("restore", str(self.server.folder / "backup"), "--replace")
                self.sent["bob"].pop()

    def export(self, form):
        """All of alice's mail, as her browser gets it."""
        origin = f"http://localhost:{self.server.ports['http']}"
        body = json.dumps({"address": f"alice@{DOMAIN}", "password": PASSWORD}).encode()
        asked = urllib.request.Request(f"{origin}/api/v1/session", body, {"Content-Type": "application/json", "Origin": origin})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
        asked = urllib.request.Request(f"{origin}/api/v1/export?format={form}", headers={"Cookie": cookie})
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.read()

    def test_an_export_passes_over_what_is_damaged_and_names_it(self):
        segment = next((self.server.data / "segments").iterdir())
        segment.write_bytes(segment.read_bytes()[:30_000])
        self.server.start()
        whole, lost = self.readable("alice")
        self.assertEqual(lost, 2)
        with zipfile.ZipFile(io.BytesIO(self.export("zip"))) as archive:
            self.assertIsNone(archive.testzip())
            names = archive.namelist()
            self.assertEqual(names[-1], "Not exported.txt")
            self.assertEqual([split_trace(archive.read(name))[1] for name in names[:-1]], whole)
            told = archive.read(names[-1]).decode().splitlines()
            self.assertEqual(len(told), lost)
            for number, line in enumerate(told, 1):
                self.assertRegex(line, rf"^Inbox, 20\d\d-\d\d-\d\d .* UTC, from .*: middle alice {number}: damaged, left out\.$")
        mbox = self.export("mbox")
        self.assertEqual(mbox.count(b"\nFrom "), len(whole))  # and one before them
        last = mbox[mbox.rindex(b"\nFrom ") :].decode()
        self.assertIn("Subject: Some messages could not be exported", last)
        for line in told:
            self.assertIn(line, last)
        self.assertEqual(self.server.stop(), 0)

    def test_files_of_others(self):
        for folder in ("files", "segments"):
            (self.server.data / folder / "notes.txt").write_text("mine")
        self.server.start()
        self.assertTrue(self.said("left alone", "files/notes.txt"), self.server.tail())
        self.assertTrue(self.said("left alone", "segments/notes.txt"), self.server.tail())
        self.assertEqual(self.readable("alice"), (self.sent["alice"], 0))
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual({finding["kind"] for finding in self.findings(status=0)}, {"file_foreign"})
        self.server.verb("verify", "--repair")
        self.assertTrue((self.server.data / "files" / "notes.txt").exists())

    def test_a_read_only_disk(self):
        where = self.server.data
        for options in (["--bind", where, where], ["-o", "remount,bind,ro", where]):
            done = subprocess.run(["mount", *options], capture_output=True, text=True)
            if done.returncode != 0:
                self.skipTest("cannot mount: " + done.stderr.strip())
            if options[0] == "--bind":
                self.addCleanup(subprocess.run, ["umount", "--lazy", where], check=True)
        done = self.serve()
        self.assertEqual(done.returncode, 1)
        self.assertIn("read-only", done.stderr)
        self.assertIn(str(where), done.stderr)
        self.assertEqual(self.findings(status=0), [])
        backup = self.server.folder / "backup"
        self.server.verb("backup", str(backup))  # to get it off that disk
        other = Server()
        self.addCleanup(other.close)
        other.verb("restore", str(backup))
        self.server = other.start()
        self.assertEqual(self.readable("alice"), (self.sent["alice"], 0))
        self.assertEqual(other.stop(), 0)


if __name__ == "__main__":
    main()
