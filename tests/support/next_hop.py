"""A server that other servers send mail to, and that misbehaves where it is told to.

Everything is on loopback. Standard library only.
"""

import base64
import contextlib
import queue
import socket
import ssl
import threading

STAGES = ("banner", "ehlo", "mail", "rcpt", "data", "text")
DROP = "drop"  # instead of a reply: the connection ends
GARBAGE = b"\x00\xff\x16\x03 what is this\r\n"
HUGE = b"250-" + b"x" * 300 + b"\r\n"  # again and again


class NextHop:
    """Takes mail on a port of 127.0.0.1.

    `faults` has replies for stages that are used up one by one; each is a line,
    DROP, octets, or a function that is called with the session. `refused` has the
    reply for a recipient, for good. With `lmtp` each recipient is answered behind the
    message, as `after_text` has it (RFC 2033).
    """

    def __init__(self, extensions=("PIPELINING", "8BITMIME", "SIZE 100000000"), address="127.0.0.1", port=0,
                 certificate=None, implicit_tls=False, users=None, name="hop.example.net", lmtp=False):
        self.extensions = list(extensions)
        self.name = name
        self.certificate = certificate
        self.implicit_tls = implicit_tls
        self.users = users or {}
        self.faults = {stage: [] for stage in STAGES}
        self.refused = {}
        self.lmtp = lmtp
        self.after_text = {}
        self.messages = queue.Queue()  # (reverse-path, forward-paths, octets) of what was taken
        self.sessions = queue.Queue()  # one entry for each that has ended: the commands it heard
        self.taken = 0
        self._socket = socket.create_server((address, port))
        self.port = self._socket.getsockname()[1]
        self._open = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        self._open.add(connection)
        session = Session(self, connection)
        try:
            session.run()
        except (OSError, EOFError, ValueError):
            pass  # it left, or was made to
        finally:
            self._open.discard(connection)
            with contextlib.suppress(OSError):
                session.socket.close()
            self.sessions.put(session.heard)


class Session:
    def __init__(self, hop, connection):
        self.hop = hop
        self.socket = connection
        self.input = b""
        self.heard = []
        self.secure = False
        self.signed_in = None
        self.sender, self.recipients = None, []

    def run(self):
        if self.hop.implicit_tls:
            self.begin_tls()
        if not self.reply("banner", f"220 {self.hop.name} ESMTP"):
            return
        while True:
            line = self.line()
            self.heard.append(line)
            verb = line.split(" ")[0].upper().rstrip(":")
            if verb == "QUIT":
                self.say("221 bye")
                return
            if not getattr(self, "do_" + verb.lower(), self.do_unknown)(line):
                return

    def line(self):
        while b"\r\n" not in self.input:
            octets = self.socket.recv(65536)
            if not octets:
                raise EOFError
            self.input += octets
        line, self.input = self.input.split(b"\r\n", 1)
        return line.decode("utf-8", "surrogateescape")

    def say(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode() + b"\r\n")

    def reply(self, stage, usual):
        """Whether the session goes on."""
        fault = self.hop.faults[stage].pop(0) if self.hop.faults[stage] else None
        if callable(fault):
            fault = fault(self)
        if fault == DROP:
            return False
        self.say(usual if fault is None else fault)
        self.said = usual if fault is None else fault
        return True

    def began_well(self):
        return isinstance(self.said, str) and self.said[0] in "23"

    def begin_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.hop.certificate)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.secure = True

    def do_ehlo(self, _):
        offered = list(self.hop.extensions)
        if self.hop.certificate and not self.secure:
            offered.append("STARTTLS")
        if self.hop.users and (self.secure or not self.hop.certificate):
            offered.append("AUTH PLAIN")
        lines = [self.hop.name, *offered]
        text = "\r\n".join(f"250{'-' if at + 1 < len(lines) else ' '}{line}" for at, line in enumerate(lines))
        return self.reply("ehlo", text)

    def do_helo(self, _):
        self.say(f"250 {self.hop.name}")
        return True

    def do_starttls(self, _):
        self.say("220 go ahead")
        self.begin_tls()
        return True

    def do_auth(self, line):
        words = line.split(" ")
        if len(words) < 3:
            self.say("334 ")
            words.append(self.line())
        _, user, password = base64.b64decode(words[2]).decode().split("\0")
        if self.hop.users.get(user) == password:
            self.signed_in = user
            self.say("235 welcome")
        else:
            self.say("535 5.7.8 who are you?")
        return True

    def do_mail(self, line):
        self.sender, self.recipients = None, []
        if self.hop.users and not self.signed_in:
            self.say("530 5.7.0 sign in first")
            return True
        if not self.reply("mail", "250 2.1.0 ok"):
            return False
        if self.began_well():
            self.sender = line.split("<", 1)[1].split(">")[0]
        return True

    def do_rcpt(self, line):
        recipient = line.split("<", 1)[1].split(">")[0]
        if self.sender is None:
            self.say("503 5.5.1 from whom?")
            return True
        if recipient in self.hop.refused:
            self.say(self.hop.refused[recipient])
            return True
        if not self.reply("rcpt", "250 2.1.5 ok"):
            return False
        if self.began_well():
            self.recipients.append(recipient)
        return True

    def do_data(self, _):
        if not self.recipients:
            self.say("503 5.5.1 nobody to send it to")
            return True
        if not self.reply("data", "354 go ahead"):
            return False
        if not self.began_well():
            return True
        text = b""
        while not text.endswith(b"\r\n.\r\n"):
            line = self.raw_line()
            if line == b".\r\n" and not text:
                break
            text += line
        text = text.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        text = text[1:] if text.startswith(b"..") else text
        return self.take(text)

    def do_bdat(self, line):
        """RFC 3030; clients here send one chunk."""
        left = int(line.split(" ")[1])
        while len(self.input) < left:
            octets = self.socket.recv(65536)
            if not octets:
                raise EOFError
            self.input += octets
        text, self.input = self.input[:left], self.input[left:]
        if not self.recipients:
            self.say("503 5.5.1 nobody to send it to")
            return True
        return self.take(text)

    def take(self, text):
        if self.hop.lmtp:
            return self.answer_each(text)
        if not self.reply("text", "250 2.0.0 taken"):
            return False
        if self.began_well():
            self.hop.taken += 1
            self.hop.messages.put((self.sender, self.recipients, text))
        return True

    def answer_each(self, text):
        kept = [recipient for recipient in self.recipients if recipient not in self.hop.after_text]
        for recipient in self.recipients:
            self.say(self.hop.after_text.get(recipient, "250 2.1.5 taken"))
        self.hop.taken += 1
        self.hop.messages.put((self.sender, kept, text))
        return True

    def do_lhlo(self, line):
        return self.do_ehlo(line) if self.hop.lmtp else self.do_unknown(line)

    def raw_line(self):
        while b"\n" not in self.input:
            octets = self.socket.recv(65536)
            if not octets:
                raise EOFError
            self.input += octets
        line, self.input = self.input.split(b"\n", 1)
        return line + b"\n"

    def do_rset(self, _):
        self.say("250 2.0.0 forgotten")
        return True

    def do_unknown(self, _):
        self.say("502 5.5.1 not here")
        return True
