"""kill -9 under load, with a ledger of everything that was acknowledged.

After each restart every acknowledged message is there, once and whole; no
deletion that was confirmed is undone; unique ids are the same; and the server
is ready within five seconds.
"""

import hashlib
import os
import poplib
import random
import smtplib
import socket
import threading
import time
import unittest

from common import DOMAIN, SLOW, Server, letter, main, pop3, retrieve, smtp, split_trace

ROUNDS = int(os.environ.get("PILLARBOX_CRASH_CYCLES", 5))
SENDERS = 6
# One for each way a body is kept: in the database, in a segment, as a file.
SIZES = (300, 2_000, 7_000, 20_000, 100_000, 400_000)
READY_WITHIN = 5 * SLOW


def message(token):
    """The message of this name: the same octets whenever it is asked for."""
    dice = random.Random(token)
    size = dice.choices(SIZES, weights=(20, 20, 20, 10, 5, 1))[0]
    line = hashlib.sha256(token.encode()).hexdigest() + "\r\n"
    return letter(token, line * (size // len(line) + 1), to=f"alice@{DOMAIN}")


class Ledger:
    """What was asked for, and what was promised."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reached = threading.Condition(self.lock)
        self.acknowledged = set()
        self.in_doubt = set()  # sent, but the answer never came: may be there once, or not
        self.deleted = set()
        self.delete_in_doubt = set()
        self.unique_ids = {}  # token: unique id, once seen

    def acknowledge(self, token):
        with self.lock:
            self.in_doubt.discard(token)
            self.acknowledged.add(token)
            self.reached.notify_all()

    def wait_for_more(self, count, patience):
        with self.lock:
            goal = len(self.acknowledged) + count
            return self.reached.wait_for(lambda: len(self.acknowledged) >= goal, patience)


def send_until_killed(server, ledger, name, stop):
    number = 0
    while not stop.is_set():
        try:
            with smtp(server) as session:
                for _ in range(20):
                    token = f"{name}n{number}"
                    number += 1
                    with ledger.lock:
                        ledger.in_doubt.add(token)
                    session.sendmail("load@example.net", [f"alice@{DOMAIN}"], message(token))
                    ledger.acknowledge(token)
        except (OSError, smtplib.SMTPException):
            continue  # killed; what was under way stays in doubt


def delete_until_killed(server, ledger, stop):
    while not stop.is_set():
        marked = set()
        try:
            session = pop3(server, f"alice@{DOMAIN}")
            for number in range(1, min(3, session.stat()[0]) + 1):
                marked.add(token_of(session.top(number, 0)[1]))
                session.dele(number)
            with ledger.lock:
                ledger.delete_in_doubt |= marked
            session.quit()
            with ledger.lock:
                ledger.deleted |= marked
                ledger.delete_in_doubt -= marked
        except (OSError, EOFError, poplib.error_proto):
            continue


def token_of(lines):
    return next(line.split(b": ")[1].decode() for line in lines if line.startswith(b"Subject: "))


class KillUnderLoad(unittest.TestCase):
    def check_everything(self, server, ledger):
        session = pop3(server, f"alice@{DOMAIN}")
        ids = {int(line.split()[0]): line.split()[1].decode() for line in session.uidl()[1]}
        sizes = {int(line.split()[0]): int(line.split()[1]) for line in session.list()[1]}
        found = {}
        for number, unique_id in ids.items():
            whole = retrieve(session, number)
            self.assertEqual(len(whole), sizes[number])
            sent = split_trace(whole)[1]
            token = token_of(sent.split(b"\r\n"))
            self.assertNotIn(token, found, "a message came twice")
            self.assertEqual(sent, message(token), f"{token} is damaged")
            found[token] = unique_id
        session.quit()

        missing = ledger.acknowledged - set(found) - ledger.deleted - ledger.delete_in_doubt
        self.assertEqual(missing, set(), "acknowledged, but lost")
        self.assertEqual(set(found) & ledger.deleted, set(), "deleted, but back")
        self.assertEqual(set(found) - ledger.acknowledged - ledger.in_doubt, set(), "never sent")
        for token, unique_id in found.items():
            self.assertEqual(ledger.unique_ids.setdefault(token, unique_id), unique_id, f"{token} has another unique id")
        old = [unique_id for token, unique_id in ledger.unique_ids.items()]
        self.assertEqual(len(old), len(set(old)), "a unique id was used again")
        # What was in doubt is settled now.
        ledger.acknowledged |= set(found)
        ledger.deleted |= ledger.delete_in_doubt - set(found)
        ledger.in_doubt.clear()
        ledger.delete_in_doubt.clear()

    def test_kill(self):
        seed = int(os.environ.get("PILLARBOX_TEST_SEED", random.randrange(1 << 32)))
        print(f"        seed {seed}", flush=True)  # run again with PILLARBOX_TEST_SEED
        dice = random.Random(seed)
        ledger = Ledger()
        with Server(limits__exempt="127.0.0.0/8", storage__vault="1s") as server:
            server.add_domain()
            server.add_account("alice")
            for turn in range(ROUNDS):
                began = time.monotonic()
                server.start()
                took = time.monotonic() - began
                self.assertLess(took, READY_WITHIN, f"ready after {took:.1f} s")
                self.check_everything(server, ledger)

                stop = threading.Event()
                threads = [
                    threading.Thread(target=send_until_killed, args=(server, ledger, f"t{turn}s{sender}", stop))
                    for sender in range(SENDERS)
                ]
                threads.append(threading.Thread(target=delete_until_killed, args=(server, ledger, stop)))
                for thread in threads:
                    thread.start()
                enough = ledger.wait_for_more(dice.randrange(20, 200), patience=120)
                server.kill()
                stop.set()
                for thread in threads:
                    thread.join()
                self.assertTrue(enough, server.tail())
            server.start()
            self.check_everything(server, ledger)
            server.verb("verify")  # while it serves
            self.assertEqual(server.stop(), 0)
            server.verb("verify")
            print(f"        {len(ledger.acknowledged)} acknowledged, {len(ledger.deleted)} deleted", flush=True)

    def test_a_killed_client_delivers_nothing(self):
        with Server() as server:
            server.add_domain()
            server.add_account("alice")
            server.start()
            for cut in (0, 1, 100, 1000):
                with socket.create_connection(("127.0.0.1", server.ports["smtp"]), timeout=60) as raw:
                    replies = raw.makefile("rb")
                    for command in (None, b"HELO x.example", b"MAIL FROM:<a@example.net>", b"RCPT TO:<alice@example.test>", b"DATA"):
                        if command:
                            raw.sendall(command + b"\r\n")
                        self.assertIn(replies.readline()[:1], (b"2", b"3"))
                    raw.sendall(letter("cut", "x" * 60 + "\r\n" * 30)[:cut])
            session = pop3(server, f"alice@{DOMAIN}")
            self.assertEqual(session.stat(), (0, 0))
            session.quit()
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    main()
