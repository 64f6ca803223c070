"""How commands and replies look: RFC 1939 §3 and §4."""

import base64

from pop3kit.connection import LONGEST_REPLY
from pop3kit.requirement import MUST, requirement


def numbered(server):
    """Commands that take a message number; DELE only where a server that gets it wrong marks a message of ours."""
    return ("LIST", "RETR", "DELE") if server.mailbox.alone else ("LIST", "RETR")


@requirement("greeting", "RFC 1939", "4", MUST)
def greeting(server):
    """The server speaks first, with a positive reply."""
    connection = server.connect("implicit" if server.tls == "implicit" else "none")
    connection.require(connection.greeting.ok, "a greeting that begins with '+OK'")


@requirement("reply.line-end", "RFC 1939", "3", MUST)
def line_end(server):
    """Every reply line ends with CR LF."""
    session = server.login()
    for command in ("NOOP", "STAT", "RSET", "no-such-command"):
        session.command(command)


@requirement("reply.status", "RFC 1939", "3", MUST)
def status(server):
    """A reply begins with '+OK' or '-ERR', in upper case, and a space before any text."""
    session = server.login()
    for command in ("noop", "stat", "list 0", "xyzzy"):
        reply = session.command(command)
        session.require(reply.ok or reply.error, "'+OK' or '-ERR'")


@requirement("reply.length", "RFC 1939", "3", MUST)
def length(server):
    """A reply is no longer than 512 octets, with its CR LF."""
    session = server.login()
    noise = base64.b64encode(b"x" * 120).decode()
    for command in ("NOOP", "STAT", "RETR 99999999", noise, "LIST " + noise, "RSET"):
        reply = session.command(command)
        session.require(len(reply.line) + 2 <= LONGEST_REPLY, f"a reply of at most {LONGEST_REPLY} octets")


@requirement("reply.one-each", "RFC 1939", "3", MUST)
def one_each(server):
    """A command gets exactly one reply."""
    session = server.login()
    for command in ("STAT", "RSET", "RETR 99999999", "NOOP"):
        session.command(command)
    stat = session.command("STAT")
    session.require(stat.text[:1].isdigit(), "the reply to this STAT, and not a second one to something before")


@requirement("keyword.case", "RFC 1939", "3", MUST)
def keyword_case(server):
    """Keywords are the same in upper and lower case."""
    session = server.login()
    for command in ("STAT", "stat", "sTaT", "nOoP"):
        session.require(session.command(command).ok, f"'+OK' to {command}, as to {command.upper()}")


@requirement("keyword.unknown", "RFC 1939", "3", MUST)
def keyword_unknown(server):
    """An unknown command gets a negative reply, in both states."""
    for command in ("XYZZY", "NOOPS 1 2"):  # few: some servers part from a client after the third
        for begin in (server.connect, server.login):
            session = begin()
            session.require(session.command(command).error, "'-ERR' to a command that there is not")
            session.require(session.command("QUIT").ok, "'+OK' to QUIT afterwards")


@requirement("argument.bad", "RFC 1939", "3", MUST)
def argument_bad(server):
    """A command with a missing or malformed argument gets a negative reply."""
    session = server.login()
    for argument in ("", " x", " -1", " 1x"):
        for verb in numbered(server):
            if verb + argument != "LIST":
                reply = session.command(verb + argument)
                session.require(reply.error, "'-ERR' to an argument that is no message number")
    session.nothing_more()


@requirement("argument.range", "RFC 1939", "5", MUST)
def argument_range(server):
    """A number that no message has gets a negative reply, however large it is."""
    session = server.login()
    beyond = len(session.listing("LIST") or []) + 1
    for number in (0, beyond, 2**31, 2**32 + 1, 2**64 + 1, 10**30):
        for verb in numbered(server):
            reply = session.command(f"{verb} {number}")
            session.require(reply.error, f"'-ERR': there is no message {number}")
    session.nothing_more()


@requirement("command.split", "RFC 1939", "3", MUST)
def command_split(server):
    """A command that arrives octet by octet is the same command."""
    session = server.login()
    for octet in b"STAT\r":
        session.send(bytes([octet]))
    session.send(b"\n")
    session.require(session.reply().ok, "'+OK' to STAT in six pieces")
    session.nothing_more()
