"""Several commands at once: RFC 2449 §6.6."""

from pop3kit.requirement import MUST, OPTIONAL, requirement

BURST = 100  # commands in one write


@requirement("pipelining", "RFC 2449", "6.6", OPTIONAL)
def pipelining(server):
    """Commands that are sent together are answered, each by its reply."""
    server.needs("PIPELINING")
    session = server.login()
    session.send(b"STAT\r\nNOOP\r\n")
    session.require(session.reply().text[:1].isdigit() and session.reply().ok, "the reply to STAT, and that to NOOP")


@requirement("pipelining.order", "RFC 2449", "6.6", MUST)
def order(server):
    """Replies come in the order of the commands, whichever are refused."""
    server.needs("PIPELINING")
    session = server.login()
    session.send(b"NOOP\r\nRETR 99999999\r\nSTAT\r\nLIST\r\nXYZZY\r\nNOOP\r\n")
    first, second, third, fourth = session.reply(), session.reply(), session.reply(), session.reply()
    expected = "'+OK', '-ERR', the reply to STAT, a listing, '-ERR', '+OK'"
    session.require(first.ok and second.error and third.ok and fourth.ok and third.text[:1].isdigit(), expected)
    session.content()
    session.require(session.reply().error and session.reply().ok, expected)


@requirement("pipelining.burst", "RFC 2449", "6.6", MUST)
def burst(server):
    """A hundred commands in one write get a hundred replies."""
    server.needs("PIPELINING")
    session = server.login()
    session.send(b"NOOP\r\n" * BURST)
    for number in range(BURST):
        session.require(session.reply().ok, f"'+OK' to command {number + 1} of {BURST}")
    session.nothing_more()


@requirement("pipelining.split", "RFC 2449", "6.6", MUST)
def split(server):
    """Where a write ends has no meaning: commands may be cut anywhere."""
    server.needs("PIPELINING")
    session = server.login()
    session.send(b"NOOP\r\nST")
    session.require(session.reply().ok, "'+OK' to NOOP, though STAT has only begun")
    session.send(b"AT\r\nNO")
    session.require(session.reply().text[:1].isdigit(), "the reply to STAT, the second half of which came alone")
    session.send(b"OP\r\n")
    session.require(session.reply().ok, "'+OK' to NOOP in two halves")


@requirement("pipelining.quit", "RFC 2449", "6.6", MUST)
def before_quit(server):
    """What was sent before QUIT in one write is answered before the connection ends."""
    server.needs("PIPELINING")
    session = server.login()
    number = server.mailbox.some(session)
    session.send(b"RETR %d\r\nNOOP\r\nQUIT\r\n" % number)
    session.require(session.reply().ok, "'+OK' to RETR")
    session.content()
    session.require(session.reply().ok and session.reply().ok, "'+OK' to NOOP, and '+OK' to QUIT")
    session.closed()
