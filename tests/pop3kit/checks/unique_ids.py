"""UIDL: RFC 1939 §7."""

import re

from pop3kit.requirement import MUST, OPTIONAL, SHOULD, NotChecked, NotOffered, requirement


def unique_ids(session):
    """The unique-ids by message number, or NotOffered."""
    lines = session.listing("UIDL")
    if lines is None:
        raise NotOffered("UIDL is refused")
    ids = {}
    for line in lines:
        number, space, unique_id = line.partition(b" ")
        session.require(number.isdigit() and space, "lines of a message number, one space, and a unique-id")
        ids[int(number)] = unique_id
    return ids


def some_ids(session):
    ids = unique_ids(session)
    if not ids:
        raise NotChecked("the mailbox is empty")
    return ids


@requirement("uidl", "RFC 1939", "7", OPTIONAL)
def offered(server):
    """UIDL lists each message that LIST lists."""
    session = server.login()
    ids = unique_ids(session)
    numbers = [int(line.split(b" ")[0]) for line in session.listing("LIST") or [] if line[:1].isdigit()]
    session.require(list(ids) == numbers, f"the messages that UIDL lists, {list(ids)}")


@requirement("uidl.form", "RFC 1939", "7", MUST)
def form(server):
    """A unique-id is 1 to 70 octets from 0x21 to 0x7E."""
    session = server.login()
    for unique_id in some_ids(session).values():
        session.require(re.fullmatch(rb"[!-~]{1,70}", unique_id), f"1 to 70 visible octets, not {unique_id!r}")


@requirement("uidl.unique", "RFC 1939", "7", MUST)
def unique(server):
    """No two messages have the same unique-id."""
    session = server.login()
    ids = list(some_ids(session).values())
    session.require(len(ids) == len(set(ids)), "a unique-id of its own for each message")


@requirement("uidl.stable", "RFC 1939", "7", MUST)
def stable(server):
    """A message has the same unique-id in every session."""
    first = server.login()
    before = some_ids(first)
    first.command("QUIT")
    first.close()
    session = server.login()
    session.require(unique_ids(session) == before, "the unique-ids of the session before")


@requirement("uidl.one", "RFC 1939", "7", MUST)
def one(server):
    """UIDL with a number says in one line what UIDL says of that message."""
    session = server.login()
    for number, unique_id in list(some_ids(session).items())[:20]:
        reply = session.command(f"UIDL {number}")
        session.require(reply.line == b"+OK %d " % number + unique_id, f"'+OK {number} {unique_id.decode(errors='replace')}'")
    session.nothing_more()


@requirement("uidl.missing", "RFC 1939", "7", MUST)
def missing(server):
    """UIDL with a number that no message has gets a negative reply."""
    session = server.login()
    beyond = max(unique_ids(session), default=0) + 1
    for number in (0, beyond, 2**32 + 1):
        session.require(session.command(f"UIDL {number}").error, f"'-ERR': there is no message {number}")


@requirement("uidl.deleted", "RFC 1939", "7", MUST)
def deleted(server):
    """UIDL does not list a message that is marked as deleted, and refuses its number."""
    session = server.login()
    before = some_ids(session)
    number = server.mailbox.find(session, server.mailbox.spare())
    session.require(session.command(f"DELE {number}").ok, "'+OK' to DELE")
    after = unique_ids(session)
    received = session.received
    refused = session.command(f"UIDL {number}").error
    session.command("RSET")
    session.sent, session.received = b"UIDL\r\n", received
    before.pop(number)
    session.require(after == before, f"all but message {number}, with the unique-ids that they had")
    session.require(refused, f"'-ERR' to UIDL {number}")


@requirement("uidl.never-again", "RFC 1939", "7", SHOULD)
def never_again(server):
    """The unique-id of a message that was deleted is not given to a later one."""
    session = server.login()
    name = server.mailbox.spare()
    number = server.mailbox.find(session, name)
    ids = some_ids(session)
    session.require(session.command(f"DELE {number}").ok, "'+OK' to DELE")
    session.require(session.command("QUIT").ok, "'+OK' to QUIT")
    session.close()
    server.mailbox.gone(name)
    server.mailbox.another("later")
    session = server.login()
    later = server.mailbox.find(session, "later")
    session.require(unique_ids(session).get(later) not in ids.values(), "a unique-id that no message had before")
