"""The mailbox of the account: filled for the checks, and relieved of what filled it."""

import os
import re
import threading
import time

from pop3kit.delivery import Refused
from pop3kit.letters import LETTERS, Letter
from pop3kit.requirement import CannotRun, NotChecked, Violation

BETWEEN_LOOKS = 0.2  # seconds; POP3 announces nothing, so that a new session has to look


class Mailbox:
    """Knows which of the messages are ours. `deliver` takes octets; None for a mailbox that is only looked at."""

    def __init__(self, server, deliver=None, among_other_mail=False):
        self._server = server
        self._deliver = deliver
        self._among_other_mail = among_other_mail
        self._marker = f"pop3kit-{os.urandom(6).hex()}"
        self._here = {}  # letters by name
        self._refused = {}  # why one is not here
        self._numbers = {}  # where one was seen last
        self._used_up = set()
        self.alone = False  # whether every message is ours

    # ---- filling and clearing ------------------------------------------------

    def fill(self):
        session = self._server.login()
        before = count(session)
        if self._deliver is None:
            if before == 0:
                raise CannotRun("--filled needs a mailbox with at least one message, and this one is empty")
            return
        if before and not self._among_other_mail:
            raise CannotRun(
                f"the mailbox has {before} messages that are not ours: use an empty one, or say --among-other-mail "
                "(they are left alone) or --filled (nothing is put in, and nothing deleted)"
            )
        self.alone = before == 0
        session.command("QUIT")
        session.close()
        for letter in LETTERS:
            self._put(letter)
        self._wait_for(before + len(self._here))

    def _put(self, letter):
        octets = letter.octets(self._marker, self._deliver.sender, self._deliver.recipient)
        try:
            self._deliver(octets)
            self._here[letter.name] = letter
        except Refused as refused:
            self._refused[letter.name] = str(refused)

    def _wait_for(self, messages):
        end = time.monotonic() + 2 * self._server.timeout
        pause = threading.Event()
        while True:
            session = self._server.login()
            arrived = count(session) >= messages
            session.command("QUIT")
            session.close()
            if arrived:
                return
            if time.monotonic() > end:
                raise CannotRun(f"what was delivered did not reach the mailbox of {self._server.user}: is it the same account?")
            pause.wait(BETWEEN_LOOKS)

    def clear(self):
        """Deletes what this run has put in."""
        if not self._here:
            return
        session = self._server.login()
        found = 0
        for number in range(count(session), 0, -1):
            if self._name_of(session, number):
                session.require(session.command(f"DELE {number}").ok, "'+OK' to DELE")
                found += 1
            if found == len(self._here):
                break
        session.require(session.command("QUIT").ok, "'+OK' to QUIT")

    # ---- for the checks ------------------------------------------------------

    def letter(self, name):
        """A letter that is in the mailbox, or NotChecked."""
        if name not in self._here:
            raise NotChecked(self._refused.get(name, "needs a message of ours, and nothing was delivered"))
        return self._here[name]

    def find(self, session, name):
        """The number of a letter in this session."""
        self.letter(name)
        last = self._numbers.get(name)
        highest = count(session)
        for number in ([last] if last else []) + list(range(highest, 0, -1)):
            found = self._name_of(session, number)
            if found:
                self._numbers[found] = number
            if found == name:
                return number
        raise session.violation(f"the message {name!r}, which was delivered and not deleted")

    def some(self, session):
        """The number of any message; one of ours when there is."""
        if "plain" in self._here:
            return self.find(session, "plain")
        if count(session) == 0:
            raise NotChecked("the mailbox is empty")
        return 1

    def spare(self):
        """The name of a letter that may be deleted, each only once."""
        for name in self._here:
            if name.startswith("spare") and name not in self._used_up:
                self._used_up.add(name)
                return name
        raise NotChecked("needs a message of ours to delete, and there is none")

    def present(self, session, name):
        """Whether a letter of ours is in this session."""
        return any(self._name_of(session, number) == name for number in range(count(session), 0, -1))

    def gone(self, name):
        """Notes that a letter has been deleted for good."""
        self._here.pop(name, None)

    def another(self, name):
        """Delivers one more spare letter while the checks run, and waits until it is there."""
        session = self._server.login()
        before = count(session)
        session.command("QUIT")
        session.close()
        self._put(Letter(name, b"one more\r\n"))
        self._wait_for(before + 1)

    def _name_of(self, session, number):
        """Which letter of ours a message is; None when it is somebody else's, or gone."""
        if not session.command(f"RETR {number}").ok:
            return None
        header = session.content().partition(b"\r\n\r\n")[0]
        match = re.search(rb"(?im)^Subject: *" + self._marker.encode() + rb"-([a-z0-9-]+);", header)
        return match.group(1).decode() if match else None


def count(session):
    """How many messages STAT counts."""
    reply = session.command("STAT")
    match = re.match(rb"(\d+) +(\d+)", reply.text)
    if not (reply.ok and match):
        raise Violation(session.sent, session.received, "'+OK', the number of messages and their octets")
    return int(match.group(1))
