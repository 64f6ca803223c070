"""TOP: RFC 1939 §7."""

from pop3kit.checks.retrieval import wire
from pop3kit.requirement import MUST, OPTIONAL, NotOffered, requirement


def top(session, number, lines):
    """What TOP sends, byte-stuffing and all; NotOffered when there is no such command."""
    if not session.command(f"TOP {number} {lines}").ok:
        raise NotOffered("TOP is refused")
    return session.content()


def both(server, name, lines):
    """A session, what TOP sends of a letter, and what RETR does."""
    session = server.login()
    content, _ = wire(server, session, name)
    number = server.mailbox.find(session, name)
    return session, top(session, number, lines), content


def beginning(content, lines):
    """The header, the empty line, and so many lines of the body."""
    header, empty, body = content.partition(b"\r\n\r\n")
    return header + empty + b"".join(body.splitlines(keepends=True)[:lines])


@requirement("top", "RFC 1939", "7", OPTIONAL)
def offered(server):
    """TOP sends the beginning of a message."""
    session = server.login()
    content = top(session, server.mailbox.some(session), 1)
    session.require(b"\r\n\r\n" in content, "the header, an empty line, and a line")


@requirement("top.none", "RFC 1939", "7", MUST)
def none(server):
    """TOP with 0 sends the header and the empty line, and no line of the body."""
    session, content, whole = both(server, "plain", 0)
    session.require(content == beginning(whole, 0), "the header as RETR sends it, and the empty line")


@requirement("top.some", "RFC 1939", "7", MUST)
def some(server):
    """TOP sends as many lines of the body as were asked for."""
    session, content, whole = both(server, "plain", 3)
    session.require(content == beginning(whole, 3), "three lines of the body")


@requirement("top.all", "RFC 1939", "7", MUST)
def everything(server):
    """TOP with more lines than there are sends the whole message."""
    session, content, whole = both(server, "plain", 100000)
    session.require(content == whole, "what RETR sends")


@requirement("top.stuffing", "RFC 1939", "3", MUST)
def stuffing(server):
    """TOP doubles dots at the beginning of lines, as RETR does."""
    session, content, whole = both(server, "dots", 5)
    session.require(content == beginning(whole, 5), "the lines as RETR sends them, with their dots doubled")


@requirement("top.empty", "RFC 1939", "7", MUST)
def empty(server):
    """TOP of a message without a body is its header, and the empty line."""
    session, content, whole = both(server, "empty", 5)
    session.require(content == whole, "what RETR sends")


@requirement("top.bad", "RFC 1939", "7", MUST)
def bad(server):
    """TOP without a number of lines, or with one that is none, gets a negative reply."""
    session = server.login()
    number = server.mailbox.some(session)
    top(session, number, 0)
    for argument in (f"{number}", f"{number} x", f"{number} -1", "0 0", "99999999 0"):
        session.require(session.command(f"TOP {argument}").error, "'-ERR' to arguments that are not valid")
    session.nothing_more()
