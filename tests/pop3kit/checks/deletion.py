"""DELE, RSET and UPDATE: RFC 1939 §5 and §6. Only messages of ours are deleted."""

from pop3kit.checks.listings import expect_stat, scan_listing
from pop3kit.mailbox import count
from pop3kit.requirement import MUST, requirement


def mark(server, name=None):
    """A session in which a spare letter is marked; its name, and its number."""
    session = server.login()
    name = name or server.mailbox.spare()
    number = server.mailbox.find(session, name)
    session.require(session.command(f"DELE {number}").ok, f"'+OK' to DELE {number}")
    return session, name, number


@requirement("dele.refers", "RFC 1939", "5", MUST)
def refers(server):
    """Whatever refers to a message that is marked as deleted gets a negative reply."""
    session, _, number = mark(server)
    for command in (f"RETR {number}", f"LIST {number}", f"DELE {number}", f"TOP {number} 0"):
        reply = session.command(command)
        session.require(reply.error, f"'-ERR' to {command}: that message is marked as deleted")
    session.command("RSET")


@requirement("dele.listings", "RFC 1939", "5", MUST)
def listings(server):
    """LIST and STAT leave out what is marked as deleted."""
    session = server.login()
    before = scan_listing(session)
    session.close()
    session, _, number = mark(server)
    del before[number]
    session.require(scan_listing(session) == before, f"all messages but {number}")
    expect_stat(session, session.command("STAT"), before)
    session.command("RSET")


@requirement("dele.numbers", "RFC 1939", "5", MUST)
def numbers(server):
    """Message numbers stay as they are for the whole session, whatever is deleted."""
    session = server.login()
    last, first = server.mailbox.find(session, "large"), server.mailbox.find(session, "plain")
    session.command(f"LIST {last}")
    before = session.received
    session.require(session.command(f"DELE {first}").ok, "'+OK' to DELE")
    session.command(f"LIST {last}")
    after, sent = session.received, session.sent
    session.command("RSET")
    session.sent, session.received = sent, after
    session.require(after == before, f"{before!r}, as before another message was marked")


@requirement("rset", "RFC 1939", "5", MUST)
def rset(server):
    """RSET unmarks every message."""
    session, _, number = mark(server)
    session.require(session.command("RSET").ok, "'+OK' to RSET")
    session.require(session.command(f"LIST {number}").ok, f"'+OK' to LIST {number}, which is marked no longer")
    session.require(session.command("QUIT").ok, "'+OK' to QUIT")
    session.close()
    session = server.login()
    session.require(session.command(f"LIST {number}").ok, "the message that RSET had unmarked before QUIT")


@requirement("update", "RFC 1939", "6", MUST)
def update(server):
    """QUIT removes what is marked, and nothing else."""
    session, name, _ = mark(server)
    before = count(session)
    session.require(session.command("QUIT").ok, "'+OK' to QUIT")
    session.close()
    session = server.login()
    session.require(count(session) == before, f"{before} messages after the update")
    session.require(not server.mailbox.present(session, name), "the message that was marked to be gone")
    server.mailbox.gone(name)


@requirement("update.never-before", "RFC 1939", "6", MUST)
def never_before(server):
    """A connection that is lost in TRANSACTION removes nothing."""
    name = server.mailbox.spare()
    session, _, _ = mark(server, name)
    session.close()
    session = server.login()
    server.mailbox.find(session, name)


@requirement("update.other-session", "RFC 1939", "4", MUST)
def other_session(server):
    """What one session has open, another does not take away: it is refused, or the message stays readable."""
    name = server.mailbox.spare()
    first = server.login()
    number = server.mailbox.find(first, name)
    second = server.connect()
    if not server.sign_in(second).ok:
        return  # the exclusive lock of RFC 1939 §4
    second.require(second.command(f"DELE {server.mailbox.find(second, name)}").ok, "'+OK' to DELE")
    second.require(second.command("QUIT").ok, "'+OK' to QUIT")
    server.mailbox.gone(name)
    first.require(first.command(f"RETR {number}").ok, "'+OK' to RETR, though another session has removed it meanwhile")
    first.content()
