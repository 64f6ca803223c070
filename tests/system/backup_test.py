"""Backups beside a server that receives, and what comes back from them."""

import hashlib
import json
import shutil
import signal
import subprocess
import threading
import unittest

from common import DOMAIN, PATIENCE, PROGRAM, Server, clean_environment, letter, main, pop3, retrieve, smtp, split_trace

SIZES = (200, 3_000, 20_000, 90_000, 400_000)
ALICE = f"alice@{DOMAIN}"


def message(number):
    line = hashlib.sha256(str(number).encode()).hexdigest() + "\r\n"
    return letter(f"n{number}", line * (SIZES[number % len(SIZES)] // len(line) + 1))


def everything(server):
    """What alice has: the octets' digest by unique id; and what was sent, by subject."""
    session = pop3(server, ALICE)
    found, sent = {}, {}
    for line in session.uidl()[1]:
        number, unique_id = line.decode().split()
        whole = retrieve(session, int(number))
        found[unique_id] = hashlib.sha256(whole).hexdigest()
        original = split_trace(whole)[1]
        subject = next(field for field in original.split(b"\r\n") if field.startswith(b"Subject: "))
        sent[subject.split(b": ")[1].decode()] = original
    session.quit()
    return found, sent


class Load:
    """Sends message after message until told to stop; knows what was acknowledged."""

    def __init__(self, server, first=0):
        self.server = server
        self.next = first
        self.acknowledged = set()
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        with smtp(self.server) as session:
            while not self.stopping.is_set():
                session.sendmail("load@example.net", [ALICE], message(self.next))
                with self.changed:
                    self.acknowledged.add(self.next)
                    self.next += 1
                    self.changed.notify_all()

    def wait_for(self, count):
        with self.changed:
            self.changed.wait_for(lambda: len(self.acknowledged) >= count, PATIENCE)
            return set(self.acknowledged)

    def stop(self):
        self.stopping.set()
        self.thread.join()


class Backups(unittest.TestCase):
    def setUp(self):
        self.server = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.server.add_domain()
        self.server.add_account("alice")
        self.server.start()
        self.backup = self.server.folder / "backup"

    def restored(self, *options):
        """A server on what the backup has."""
        other = Server(limits__exempt="127.0.0.0/8")
        self.addCleanup(other.close)
        other.verb("restore", str(self.backup), *options)
        other.verb("verify")
        return other.start()

    def test_while_mail_comes_in(self):
        load = Load(self.server)
        for count in (30, 60, 90):  # the second and third are incremental
            before = load.wait_for(count)
            unique_ids = everything(self.server)[0]
            made = json.loads(self.server.verb("backup", str(self.backup), "--json").stdout)
            self.assertEqual(made["damaged"], 0)
            self.assertGreaterEqual(made["messages"], len(before))
        load.stop()
        other = self.restored()
        found, sent = everything(other)
        for number in before:
            self.assertEqual(sent[f"n{number}"], message(number))
        for unique_id, digest in unique_ids.items():
            self.assertEqual(found.get(unique_id), digest)

        # Both go on, and no unique id of one is ever another message's of the other.
        again = Load(other, first=1_000)
        again.wait_for(20)
        again.stop()
        ours, theirs = everything(self.server)[0], everything(other)[0]
        for unique_id in set(ours) & set(theirs):
            self.assertEqual(ours[unique_id], theirs[unique_id], f"{unique_id} was given twice")
        self.server.verb("verify")
        other.verb("verify")
        self.assertEqual(other.stop(), 0)
        self.assertEqual(self.server.stop(), 0)

    def test_killed(self):
        with smtp(self.server) as session:
            for number in range(20):
                session.sendmail("load@example.net", [ALICE], message(number))
        self.server.verb("backup", str(self.backup))
        with smtp(self.server) as session:
            for number in range(20, 40):
                session.sendmail("load@example.net", [ALICE], message(number))
        # Killed as soon as it has begun: its folder is there.
        running = subprocess.Popen(
            [PROGRAM, "backup", str(self.backup), *self.server.arguments()], env=clean_environment(), cwd=self.server.folder
        )
        while running.poll() is None and len(list(self.backup.glob("snapshot-*"))) < 2:
            pass
        running.send_signal(signal.SIGKILL)
        running.wait(PATIENCE)
        other = self.restored()
        self.assertIn(len(everything(other)[0]), (20, 40))
        self.assertEqual(other.stop(), 0)
        self.server.verb("backup", str(self.backup))
        shutil.rmtree(other.data)
        other.verb("restore", str(self.backup))
        other.verb("verify")
        other.start()
        self.assertEqual(everything(other), everything(self.server))
        self.assertEqual(other.stop(), 0)
        self.assertEqual(self.server.stop(), 0)

    def test_one_message_and_one_mailbox(self):
        with smtp(self.server) as session:
            for number in range(5):
                session.sendmail("load@example.net", [ALICE], message(number))
        self.server.verb("backup", str(self.backup))
        mailboxes = json.loads(self.server.verb("restore", str(self.backup), "--list", "--json").stdout)
        inbox = next(mailbox for mailbox in mailboxes if mailbox["account"] == ALICE and mailbox["messages"] == 5)
        whose = ("--account", ALICE, "--mailbox", inbox["mailbox"])
        listed = json.loads(self.server.verb("restore", str(self.backup), "--list", *whose, "--json").stdout)
        self.assertEqual([entry["subject"] for entry in listed], [f"n{number}" for number in range(5)])
        before = everything(self.server)[0]
        session = pop3(self.server, ALICE)
        for number in (1, 3, 5):
            session.dele(number)
        session.quit()
        done = self.server.verb("restore", str(self.backup), *whose, "--message", str(listed[2]["id"]), "--json")
        self.assertEqual(json.loads(done.stdout)["restored"], 1)
        self.assertEqual(sorted(everything(self.server)[1]), ["n1", "n2", "n3"])
        done = self.server.verb("restore", str(self.backup), "--account", ALICE, "--json")
        self.assertEqual(json.loads(done.stdout)["restored"], 2)
        after, sent = everything(self.server)
        self.assertEqual(sent, {f"n{number}": message(number) for number in range(5)})
        self.assertEqual(sorted(after.values()), sorted(before.values()))
        self.assertEqual(len(set(after) & set(before)), 2)
        done = self.server.verb("restore", str(self.backup), "--account", ALICE, "--replace", check=False)
        self.assertEqual(done.returncode, 2)
        self.server.verb("verify")
        self.assertEqual(self.server.stop(), 0)

    def test_refusals(self):
        for place, why in ((self.server.data / "backup", "inside"), (self.server.folder, "something else")):
            done = self.server.verb("backup", str(place), check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(why, done.stderr)
        self.server.verb("backup", str(self.backup))
        done = self.server.verb("restore", str(self.backup), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--replace", done.stderr)
        done = self.server.verb("restore", str(self.backup), "--replace", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("stop it", done.stderr)
        self.assertEqual(self.server.stop(), 0)
        self.server.verb("restore", str(self.backup), "--replace")
        self.server.start()
        self.assertEqual(self.server.stop(), 0)


if __name__ == "__main__":
    main()
