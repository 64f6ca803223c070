"""The messages that a run puts into the mailbox, each with what some server once got wrong."""

import dataclasses

SPARES = 8  # for the checks that delete


@dataclasses.dataclass(frozen=True)
class Letter:
    """A message: its name, and what stands behind the empty line that ends its header."""

    name: str
    body: bytes

    def octets(self, marker, sender, recipient):
        """All of it, with CRLF; the subject says whose it is."""
        header = (
            f"From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: {marker}-{self.name};\r\n"
            f"Date: Tue, 25 Nov 2025 17:22:01 +0000\r\nMessage-ID: <{marker}.{self.name}@pop3kit.invalid>\r\n"
        )
        if any(octet > 127 for octet in self.body):
            header += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
        return header.encode() + b"\r\n" + self.body


LETTERS = [
    Letter("plain", b"".join(b"line %d\r\n" % number for number in range(1, 13))),
    Letter("dots", b".\r\n..\r\n...\r\n.one\r\n..two\r\n middle . dot\r\n\r\n.\r\n.last\r\n"),
    Letter("empty", b""),
    Letter("long-lines", b"a" * 998 + b"\r\n" + b"." + b"b" * 997 + b"\r\nshort\r\n"),
    Letter("eight-bit", "naïve café 日本語\r\nGrüße\r\n".encode() + b"last\r\n"),
    Letter("nul", b"before\r\nin the \0 middle\r\nafter\r\n"),
    Letter("no-final-crlf", b"first\r\nlast without an end"),
    Letter("large", b"".join(b"%06d" % number + b"x" * 66 + b"\r\n" for number in range(3000))),
] + [Letter(f"spare{number}", b"to be deleted\r\n") for number in range(1, SPARES + 1)]
