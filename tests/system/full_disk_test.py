"""A disk that fills up: mail is refused for a time, reading goes on, and nothing acknowledged is lost.

Needs the right to mount a small file system of its own.
"""

import os
import pathlib
import poplib
import smtplib
import subprocess
import time
import unittest

from common import DOMAIN, PATIENCE, Server, letter, main, pop3, retrieve, smtp

DISK = 96 << 20
RESERVE = 4 << 20


class SmallDisk:
    """A file system in memory; `fill` takes all of it, `free` gives it back."""

    def __init__(self, where):
        self.path = where
        where.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", where], capture_output=True, text=True)
        if done.returncode != 0:
            raise unittest.SkipTest("cannot mount a small file system: " + done.stderr.strip())

    def fill(self, leave=0):
        with open(self.path / "filler", "ab", buffering=0) as file:
            for step in (1 << 20, 4096):
                try:
                    while not leave or self.left() - step > leave:
                        file.write(b"\0" * step)
                except OSError:
                    pass  # full

    def free(self):
        (self.path / "filler").unlink()

    def left(self):
        state = os.statvfs(self.path)
        return state.f_bavail * state.f_frsize

    def close(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)


class FullDisk(unittest.TestCase):
    def setUp(self):
        self.server = Server(storage__reserve=str(RESERVE), limits__exempt="127.0.0.0/8")
        self.addCleanup(self.server.close)
        self.disk = SmallDisk(self.server.folder / "disk")
        self.addCleanup(self.disk.close)
        self.addCleanup(self.verify)
        self.server.data = self.disk.path / "data"
        self.server.settings["data_dir"] = str(self.server.data)
        self.server.add_domain()
        self.server.add_account("alice")
        self.server.start()
        self.kept = [letter(f"kept {number}", "0123456789\r\n" * 10 ** (number + 1)) for number in range(4)]
        for message in self.kept:
            self.assertEqual(self.send(message), 250)

    def verify(self):
        (self.disk.path / "filler").unlink(missing_ok=True)
        self.server.verb("verify")

    def send(self, message):
        """The code of the reply that decided."""
        try:
            with smtp(self.server) as session:
                session.sendmail("a@example.net", [f"alice@{DOMAIN}"], message)
            return 250
        except smtplib.SMTPRecipientsRefused as refused:
            return next(iter(refused.recipients.values()))[0]
        except smtplib.SMTPResponseException as refused:
            return refused.smtp_code

    def send_until_accepted(self, message):
        end = time.monotonic() + PATIENCE
        while (code := self.send(message)) != 250:
            self.assertIn(code, (451, 452))
            self.assertLess(time.monotonic(), end, "service did not resume\n" + self.server.tail())

    def send_until_refused(self):
        """The free space is asked for every few milliseconds, and what fits where the log already is, is kept."""
        end = time.monotonic() + PATIENCE
        while (code := self.send(message := letter("still some room"))) == 250:
            self.kept.append(message)
            self.assertLess(time.monotonic(), end, "mail is still taken\n" + self.server.tail())
        self.assertEqual(code, 452)

    def check_kept(self, messages):
        session = pop3(self.server, f"alice@{DOMAIN}")
        self.assertEqual(session.stat()[0], len(messages))
        for number, message in enumerate(messages, 1):
            self.assertTrue(retrieve(session, number).endswith(message))
        session.quit()

    def test_refuses_mail_and_goes_on_reading(self):
        for _ in range(5):
            self.disk.fill()  # also what the server gave up since
            self.send_until_refused()
            self.check_kept(self.kept)
        self.disk.free()
        last = letter("room again")
        self.send_until_accepted(last)
        self.check_kept([*self.kept, last])
        self.assertEqual(self.server.stop(), 0)

    def test_fills_up_during_a_message(self):
        self.disk.fill(leave=RESERVE + (6 << 20))
        large = letter("large", "0123456789abcdef\r\n" * (1 << 20))
        self.assertEqual(self.send(large), 452)
        self.check_kept(self.kept)
        small = letter("small")
        self.send_until_accepted(small)  # what the large one had taken is free again
        self.check_kept([*self.kept, small])
        self.assertEqual(self.server.stop(), 0)

    def test_deletes_or_says_that_it_did_not(self):
        self.disk.fill()
        session = pop3(self.server, f"alice@{DOMAIN}")
        session.dele(1)
        try:
            session.quit()
            left = self.kept[1:]
        except poplib.error_proto:
            left = self.kept
        self.check_kept(left)
        self.disk.free()
        self.check_kept(left)
        self.assertEqual(self.server.stop(), 0)

    def test_starts_on_a_full_disk(self):
        self.assertEqual(self.server.stop(), 0)
        self.disk.fill()
        self.server.start()
        self.check_kept(self.kept)
        self.disk.fill()  # what the server gave up to start with
        self.send_until_refused()
        self.check_kept(self.kept)
        self.assertEqual(self.server.stop(), 0)
        self.disk.free()
        self.server.start()
        last = letter("room again")
        self.send_until_accepted(last)
        self.check_kept([*self.kept, last])
        self.assertEqual(self.server.stop(), 0)

    def test_says_why_it_cannot_start(self):
        self.assertEqual(self.server.stop(), 0)
        (self.server.data / "reserve").unlink()  # what would have helped
        self.disk.fill()
        with self.assertRaises(AssertionError):
            self.server.start()
        self.assertEqual(self.server.ended(), 1)
        self.assertIn(str(self.server.data), self.server.tail().splitlines()[-1])
        self.disk.free()
        self.server.start()
        self.check_kept(self.kept)
        self.assertEqual(self.server.stop(), 0)

    def test_killed_on_a_full_disk(self):
        self.disk.fill()
        self.send_until_refused()
        self.server.kill()
        self.disk.free()
        self.server.start()
        self.check_kept(self.kept)
        self.assertTrue(pathlib.Path(self.server.data).is_dir())


if __name__ == "__main__":
    main()
