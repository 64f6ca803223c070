"""A small POP3 server in memory that does everything right, and has every option; faults are made of it.

A session is a class whose methods answer commands: `do_STAT` returns the
octets of the reply to STAT. What a fault changes, it overrides.
"""

import contextlib
import hashlib
import itertools
import socket
import threading

from pop3kit.tests.pop3_sasl import Sasl

USER, PASSWORD = "alice@example.test", "secret"
LONGEST_LINE = 2048
LONGEST_REFUSED = 65536
CAPABILITIES = (
    b"TOP", b"UIDL", b"USER", b"RESP-CODES", b"AUTH-RESP-CODE", b"PIPELINING", b"EXPIRE 60", b"LOGIN-DELAY 0", b"LANG",
    b"UTF8", b"IMPLEMENTATION small", b"SASL PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 OAUTHBEARER XOAUTH2",
)  # fmt: skip
OK = b"+OK\r\n"
BAD = b"-ERR bad arguments\r\n"
MISSING = b"-ERR no such message\r\n"


class Message:
    """Octets that end with CRLF, and a unique-id that is never given again."""

    _ids = itertools.count(1)

    def __init__(self, octets):
        self.octets = octets if octets.endswith(b"\r\n") else octets + b"\r\n"
        self.unique_id = b"%08x" % next(self._ids)


class Pop3Server:
    """Listens on a free port of 127.0.0.1 until closed; `session` makes its sessions."""

    def __init__(self, tls_context, implicit=False):
        self.tls_context, self.implicit = tls_context, implicit
        self.messages, self.locked = [], False
        self.session = Session
        self.sender, self.recipient = "kit@example.test", USER
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __call__(self, octets):
        """Delivers a message."""
        self.messages.append(Message(octets))

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connected, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected):
        session = self.session(self, connected)
        with contextlib.suppress(OSError):  # the client went away, or spoke no TLS
            if self.implicit:
                session.start_tls()
            session.run()
        session.connected.close()

    def close(self):
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


class Session(Sasl):
    """One connection."""

    _numbers = itertools.count(1)

    def __init__(self, server, connected):
        self.server, self.connected = server, connected
        self.number = next(self._numbers)
        self.buffer, self.over, self.secure = b"", False, False
        self.user = self.messages = None  # the latter: what TRANSACTION began with
        self.marked, self.last, self.utf8 = set(), 0, False
        self.stamp = self.timestamp()

    # ---- lines ---------------------------------------------------------------

    def run(self):
        self.write(self.greeting())
        while not self.over and (line := self.read_line()) is not None:
            self.write(self.respond(line))

    def write(self, octets):
        self.connected.sendall(octets)

    def read_line(self):
        """A line without its end; None at the end of the connection, or of patience."""
        while b"\n" not in self.buffer:
            if len(self.buffer) > LONGEST_REFUSED:
                return self.endless()
            if not self.receive():
                return None
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line.removesuffix(b"\r")

    def receive(self):
        """Adds what has come to the buffer; False at the end of the connection."""
        octets = self.connected.recv(65536)
        self.buffer += octets
        return bool(octets)

    def endless(self):
        self.write(b"-ERR line too long\r\n")

    def respond(self, line):
        if len(line) > LONGEST_LINE:
            return b"-ERR line too long\r\n"
        verb, _, argument = line.partition(b" ")
        return self.answer(verb.upper().decode("latin-1"), argument.decode("latin-1"))

    def start_tls(self):
        self.connected = self.context().wrap_socket(self.connected, server_side=True)
        self.secure = True
        self.buffer, self.user = b"", None

    def context(self):
        return self.server.tls_context

    # ---- commands ------------------------------------------------------------

    BEFORE = ("USER", "PASS", "APOP", "AUTH", "STLS", "UTF8", "CAPA", "LANG", "QUIT")
    AFTER = ("STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "LAST", "TOP", "UIDL", "CAPA", "LANG", "QUIT")

    def answer(self, verb, argument):
        if verb not in (self.BEFORE if self.messages is None else self.AFTER):
            return b"-ERR not a command here\r\n"
        if verb not in ("PASS", "AUTH"):
            argument = argument.strip(" ")
        return getattr(self, "do_" + verb)(argument)

    def timestamp(self):
        return b"<%d.%d@example.test>" % (self.number, id(self))

    def greeting(self):
        return b"+OK ready " + self.stamp + b"\r\n"

    def enter(self, right):
        """The reply to a sign-in; opens the maildrop when it is right."""
        if not right:
            return b"-ERR [AUTH] wrong name or password\r\n"
        if self.server.locked:
            self.server.locked = False
            return b"-ERR [IN-USE] another session\r\n"
        self.messages = list(self.server.messages)
        return OK

    def right(self, user, password):
        return user == USER and password == PASSWORD

    def do_USER(self, argument):
        self.user = argument
        return OK if argument else BAD

    def do_PASS(self, argument):
        user, self.user = self.user, None
        return self.enter(user is not None and self.right(user, argument))

    def do_APOP(self, argument):
        user, _, digest = argument.partition(" ")
        return self.enter(self.right_digest(user, digest))

    def right_digest(self, user, digest):
        return user == USER and digest == hashlib.md5(self.stamp + PASSWORD.encode()).hexdigest()

    def do_STLS(self, argument):
        if self.secure:
            return b"-ERR TLS is active\r\n"
        self.write(OK)
        self.start_tls()
        return b""

    def do_UTF8(self, argument):
        self.utf8 = True
        return OK

    def do_LANG(self, argument):
        if not argument:
            return b"+OK\r\nen English\r\n.\r\n"
        return OK if argument in ("en", "*") else b"-ERR no such language\r\n"

    def capabilities(self):
        return list(CAPABILITIES) + ([] if self.secure or self.messages is not None else [b"STLS"])

    def do_CAPA(self, argument):
        return OK + b"".join(line + b"\r\n" for line in self.capabilities()) + b".\r\n"

    def do_NOOP(self, argument):
        return OK

    def do_RSET(self, argument):
        self.marked.clear()
        self.last = 0
        return OK

    def do_LAST(self, argument):
        return b"+OK %d\r\n" % self.last

    def do_STAT(self, argument):
        sizes = [self.size(message) for _, message in self.present()]
        return b"+OK %d %d\r\n" % (len(sizes), sum(sizes))

    def do_LIST(self, argument):
        return self.list(argument, lambda number, message: b"%d %d" % (number, self.size(message)))

    def do_UIDL(self, argument):
        return self.list(argument, lambda number, message: b"%d " % number + self.unique_id(number, message))

    def do_RETR(self, argument):
        message = self.find(argument)
        if message is None:
            return MISSING
        self.last = max(self.last, self.parse(argument))
        return OK + self.stuff(self.content(message)) + b".\r\n"

    def do_TOP(self, argument):
        number, _, lines = argument.partition(" ")
        message = self.find(number)
        if message is None or self.parse(lines) is None:
            return BAD
        return OK + self.stuff(self.top(self.content(message), self.parse(lines))) + b".\r\n"

    def do_DELE(self, argument):
        if self.find(argument) is None:
            return MISSING
        self.marked.add(self.parse(argument))
        return OK

    def do_QUIT(self, argument):
        self.over = True
        if self.messages is not None:
            self.update()
        return OK

    # ---- what they are made of -----------------------------------------------

    def parse(self, text):
        return int(text) if text.isdecimal() else None

    def present(self):
        """The messages by number, without those that are marked."""
        return [(number, message) for number, message in enumerate(self.messages, 1) if number not in self.marked]

    def find(self, argument):
        return dict(self.present()).get(self.parse(argument))

    def list(self, argument, line):
        if argument:
            message = self.find(argument)
            return MISSING if message is None else b"+OK " + line(self.parse(argument), message) + b"\r\n"
        return OK + b"".join(line(*each) + b"\r\n" for each in self.present()) + b".\r\n"

    def size(self, message):
        return len(message.octets)

    def unique_id(self, number, message):
        return message.unique_id

    def content(self, message):
        return message.octets

    def stuff(self, content):
        return b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))

    def top(self, content, lines):
        header, empty, body = content.partition(b"\r\n\r\n")
        return header + empty + b"".join(body.splitlines(keepends=True)[:lines])

    def update(self):
        gone = {id(self.messages[number - 1]) for number in self.marked}
        self.server.messages = [message for message in self.server.messages if id(message) not in gone]
