"""RETR: RFC 1939 §3 (byte-stuffing), §5, and §11 (sizes). Octets as some server once got them wrong."""

import re

from pop3kit.checks.listings import scan_listing
from pop3kit.connection import unstuffed
from pop3kit.requirement import MUST, SHOULD, requirement

MOST_SIZES = 30  # messages whose size is compared; our own are the last
UNENDED = b"\r\nlast without an end"  # how the message ends that has no line end there


def wire(server, session, name):
    """A letter as it was sent to us, byte-stuffing and all; and the letter."""
    letter = server.mailbox.letter(name)
    number = server.mailbox.find(session, name)
    session.require(session.command(f"RETR {number}").ok, "'+OK' to RETR")
    return session.content(), letter


def without_stuffing(content):
    return b"\r\n".join(unstuffed(line) for line in content.split(b"\r\n"))


def body(server, session, name):
    """The body of a letter, without stuffing; and the letter."""
    content, letter = wire(server, session, name)
    header, empty, rest = content.partition(b"\r\n\r\n")
    session.require(empty, "a header, an empty line, and the body")
    return without_stuffing(rest), letter


def expect_body(server, name, expected):
    session = server.login()
    received, letter = body(server, session, name)
    session.received = received
    session.require(received == letter.body, expected)


@requirement("retr", "RFC 1939", "5", MUST)
def retr(server):
    """RETR sends the message octet for octet."""
    expect_body(server, "plain", "the body that was delivered, octet for octet")


@requirement("retr.large", "RFC 1939", "5", MUST)
def retr_large(server):
    """A message of many lines arrives whole."""
    expect_body(server, "large", "the 3000 lines that were delivered, octet for octet")


@requirement("retr.stuffing", "RFC 1939", "3", MUST)
def stuffing(server):
    """A line that begins with a dot is sent with one dot more, and no other line is."""
    session = server.login()
    content, letter = wire(server, session, "dots")
    rest = content.partition(b"\r\n\r\n")[2]
    expected = b"".join(
        (b"." if line.startswith(b".") else b"") + line for line in letter.body.splitlines(keepends=True)
    )
    session.received = rest
    session.require(rest == expected, f"the body with dots doubled at the beginning of lines: {expected!r}")


@requirement("retr.size", "RFC 1939", "11", MUST)
def size(server):
    """The octets that LIST lists are those that RETR sends, byte-stuffing and the last line not counted."""
    session = server.login()
    for number, listed in list(scan_listing(session).items())[-MOST_SIZES:]:
        session.require(session.command(f"RETR {number}").ok, f"'+OK' to RETR {number}, which LIST lists")
        content = without_stuffing(session.content())
        sent = len(content)
        if content.endswith(UNENDED + b"\r\n") and sent - listed == 2:
            continue  # the line end is the server's, and part of what ends the reply
        session.require(sent == listed, f"{listed} octets as LIST says, not {sent}")


@requirement("retr.again", "RFC 1939", "5", MUST)
def again(server):
    """A message is the same each time that it is retrieved."""
    session = server.login()
    number = server.mailbox.some(session)
    contents = []
    for _ in range(2):
        session.require(session.command(f"RETR {number}").ok, "'+OK' to RETR")
        contents.append(session.content())
    session.require(contents[0] == contents[1], "the same octets as the first time")


@requirement("retr.header-first", "RFC 1939", "5", MUST)
def header_first(server):
    """A message begins with its header, and nothing of the server's own before it."""
    session = server.login()
    number = server.mailbox.some(session)
    session.require(session.command(f"RETR {number}").ok, "'+OK' to RETR")
    first = session.content().partition(b"\r\n")[0]
    session.require(re.match(rb"[!-9;-~]+[ \t]*:", first), "a header field in the first line")


@requirement("retr.no-final-line-end", "RFC 1939", "3", MUST)
def no_final_line_end(server):
    """A message whose last line has no CR LF is ended all the same, on a line of its own."""
    session = server.login()
    received, letter = body(server, session, "no-final-crlf")
    session.received = received
    session.require(received == letter.body + b"\r\n", "the last line with CR LF, and then the dot")


@requirement("content.empty", "RFC 5322", "3.5", SHOULD)
def empty(server):
    """A message without a body arrives with its header, and the empty line that ends it."""
    expect_body(server, "empty", "no octet of a body")


@requirement("content.long-lines", "RFC 5322", "2.1.1", SHOULD)
def long_lines(server):
    """Lines of 998 octets arrive unbroken."""
    expect_body(server, "long-lines", "lines of 998 octets, as they were delivered")


@requirement("content.eight-bit", "RFC 6152", "3", SHOULD)
def eight_bit(server):
    """Octets above 127 arrive as they were delivered."""
    expect_body(server, "eight-bit", "the octets above 127 as they were delivered")


@requirement("content.nul", "RFC 5322", "4", SHOULD)
def nul(server):
    """A message with a NUL octet arrives to its end; the octet itself may be kept, replaced or left out."""
    session = server.login()
    received, _ = body(server, session, "nul")
    session.received = received
    lines = received.split(b"\r\n")
    session.require(lines[:1] == [b"before"] and lines[-2:] == [b"after", b""], "the lines before and behind the NUL octet")
