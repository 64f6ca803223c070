"""STAT, LIST and LAST: RFC 1939 §5, RFC 1460 §5."""

import re

from pop3kit.mailbox import count
from pop3kit.requirement import MUST, OPTIONAL, NotChecked, NotOffered, requirement


def scan_listing(session):
    """The sizes in LIST by message number; any line that is not number, space and size is a violation."""
    lines = session.listing("LIST")
    session.require(lines is not None, "'+OK' to LIST")
    sizes = {}
    for line in lines:
        match = re.fullmatch(rb"(\d+) (\d+)(?: .*)?", line)
        session.require(match, "lines of a message number, one space, and octets")
        session.require(int(match.group(1)) not in sizes, "each message once")
        sizes[int(match.group(1))] = int(match.group(2))
    return sizes


def expect_stat(session, reply, sizes):
    """The reply to STAT is the sum of these sizes by message number."""
    expected = f"+OK {len(sizes)} {sum(sizes.values())}"
    session.require(reply.line.split(b" ")[:3] == expected.encode().split(b" "), f"{expected!r}, the sum of LIST")


@requirement("stat", "RFC 1939", "5", MUST)
def stat(server):
    """STAT says how many messages there are and their octets, each behind one space."""
    session = server.login()
    reply = session.command("STAT")
    session.require(re.fullmatch(rb"\+OK \d+ \d+(?: .*)?", reply.line), "'+OK', space, messages, space, octets")


@requirement("stat.sum", "RFC 1939", "5", MUST)
def stat_sum(server):
    """STAT is the sum of what LIST lists."""
    session = server.login()
    reply = session.command("STAT")
    sizes = scan_listing(session)
    session.sent, session.received = b"STAT\r\n", reply.line
    expect_stat(session, reply, sizes)


@requirement("list", "RFC 1939", "5", MUST)
def list_all(server):
    """LIST lists each message, in lines of its number, a space, and its octets."""
    session = server.login()
    messages = count(session)
    sizes = scan_listing(session)
    session.require(len(sizes) == messages, f"{messages} lines, as many as STAT counts")


@requirement("list.numbers", "RFC 1939", "5", MUST)
def list_numbers(server):
    """In a new session messages are numbered from 1 on, without gaps, in order."""
    session = server.login()
    numbers = list(scan_listing(session))
    session.require(numbers == list(range(1, len(numbers) + 1)), f"the numbers 1 to {len(numbers)} in order")


@requirement("list.one", "RFC 1939", "5", MUST)
def list_one(server):
    """LIST with a number says in one line what LIST says of that message."""
    session = server.login()
    for number, size in list(scan_listing(session).items())[:20]:
        reply = session.command(f"LIST {number}")
        session.require(re.fullmatch(rb"\+OK %d %d(?: .*)?" % (number, size), reply.line), f"'+OK {number} {size}'")
    session.nothing_more()


@requirement("list.empty", "RFC 1939", "5", MUST)
def list_empty(server):
    """LIST of a maildrop without messages is a positive reply and the line that ends it."""
    session = server.login()
    if not server.mailbox.alone:
        raise NotChecked("needs a mailbox with no other mail in it")
    for number in list(scan_listing(session)):
        session.require(session.command(f"DELE {number}").ok, "'+OK' to DELE")
    lines = session.listing("LIST")
    received = session.received
    stat_reply = session.command("STAT")
    session.command("RSET")
    session.sent, session.received = b"LIST\r\n", received
    session.require(lines == [], "'+OK', and a line with a dot")
    session.sent, session.received = b"STAT\r\n", stat_reply.line
    expect_stat(session, stat_reply, {})


@requirement("last", "RFC 1460", "5", OPTIONAL)
def last(server):
    """LAST, which RFC 1939 dropped, says the highest number that was retrieved, and RSET forgets it."""
    session = server.login()
    if not session.command("LAST").ok:
        raise NotOffered("LAST is refused")
    number = server.mailbox.some(session)
    session.command("RSET")
    session.require(session.command("LAST").text.startswith(b"0"), "'+OK 0' before anything was retrieved")
    session.command(f"RETR {number}")
    session.content()
    session.require(session.command("LAST").text.split(b" ")[0] == b"%d" % number, f"'+OK {number}' after RETR {number}")
