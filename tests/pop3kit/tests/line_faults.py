"""Faults in commands and replies, in states, and in what arrives together or in pieces."""

from pop3kit.tests.fault import answers, changed, fault, valid_always
from pop3kit.tests.pop3_server import OK, Session

BURST_LINES = 16


def respond_changed(change):
    return lambda session, line: change(session, line, Session.respond(session, line))


def unknown_changed(octets):
    """`answer` of a session that says `octets` to what it does not know."""

    def answer(session, verb, argument):
        reply = Session.answer(session, verb, argument)
        return octets if reply.startswith(b"-ERR not a command") else reply

    return answer


# ---- replies and keywords ------------------------------------------------------------

fault("greeting", greeting=lambda session: b"-ERR not today\r\n")
fault("reply.line-end", do_NOOP=answers(b"+OK\n"))
fault("reply.status", answer=unknown_changed(b"-err not a command\r\n"))
fault("reply.length", do_NOOP=answers(b"+OK " + b"x" * 507 + b"\r\n"))
fault("reply.one-each", do_RSET=changed("RSET", lambda reply: reply * 2))
fault("keyword.unknown", answer=unknown_changed(OK))


def case_sensitive(session, line, reply):
    verb = line.split(b" ")[0]
    return reply if verb == verb.upper() else b"-ERR not a command\r\n"


fault("keyword.case", respond=respond_changed(case_sensitive))

# ---- states --------------------------------------------------------------------------


def stays(when):
    """QUIT that leaves the connection open in one of the states."""

    def quit(session, argument):
        reply = Session.do_QUIT(session, argument)
        session.over = (session.messages is None) != (when == "before")
        return reply

    return quit


def locks(session, argument):
    session.server.locked = session.messages is not None
    return Session.do_QUIT(session, argument)


def stat_before_login(session, verb, argument):
    if verb == "STAT" and session.messages is None:
        return b"+OK 0 0\r\n"
    return Session.answer(session, verb, argument)


fault("state.before-login", answer=stat_before_login)
fault("state.noop-before-login", answer=valid_always("NOOP"))
fault("state.after-login", answer=valid_always("USER"))
fault("noop", do_NOOP=answers(b"-ERR\r\n"))
fault("quit.before-login", do_QUIT=stays("before"))
fault("quit.after-login", do_QUIT=stays("after"))
fault("quit.unlocks", do_QUIT=locks)

# ---- together, and in pieces -----------------------------------------------------------


def piece_by_piece(session):
    """What one read brings is a line, whatever its end."""
    if b"\n" not in session.buffer and not session.receive():
        return None
    line, _, session.buffer = session.buffer.partition(b"\n")
    return line.removesuffix(b"\r")


def first_of_a_read(session):
    """Forgets what came together with a line."""
    line = Session.read_line(session)
    session.buffer = b""
    return line


def complete_lines(session):
    """Forgets the command that a read has only the beginning of."""
    line = Session.read_line(session)
    session.buffer = session.buffer[: session.buffer.rfind(b"\n") + 1]
    return line


def few_of_a_read(session):
    line = Session.read_line(session)
    session.buffer = b"\n".join(session.buffer.split(b"\n")[:BURST_LINES] + [b""])[: len(session.buffer)]
    return line


def forgets_after_an_error(session, line, reply):
    if reply.startswith(b"-"):
        session.buffer = b""
    return reply


def hurries(session):
    """Takes QUIT before all that came together with it."""
    line = Session.read_line(session)
    return b"QUIT" if b"QUIT\r\n" in session.buffer else line


fault("command.split", read_line=piece_by_piece)
fault("pipelining", read_line=first_of_a_read)
fault("pipelining.order", respond=respond_changed(forgets_after_an_error))
fault("pipelining.burst", read_line=few_of_a_read)
fault("pipelining.split", read_line=complete_lines)
fault("pipelining.quit", read_line=hurries)

# ---- habits ------------------------------------------------------------------------------


def ends_after_failure(session, right):
    reply = Session.enter(session, right)
    session.over = not right
    return reply


def no_spaces_behind(session, line, reply):
    return b"-ERR\r\n" if line.endswith(b" ") else reply


def in_pieces(session, line):
    """A long line, taken for several."""
    size = 8192
    return b"".join(Session.respond(session, line[at : at + size]) for at in range(0, max(1, len(line)), size))


def collects(session):
    """Waits for the end of a line, however long."""
    while b"\n" not in session.buffer:
        if not session.receive():
            return None
    return Session.read_line(session)


def up_to_nul(session, line):
    return Session.respond(session, line.partition(b"\0")[0])


fault("habit.second-try", enter=ends_after_failure)
fault("habit.trailing-space", respond=respond_changed(no_spaces_behind))
fault("habit.long-line", respond=in_pieces)
fault("habit.endless-line", read_line=collects)
fault("habit.binary", respond=respond_changed(lambda session, line, reply: OK if b"\xff" in line else reply))
fault("habit.nul-command", respond=up_to_nul)
fault("habit.empty-line", respond=respond_changed(lambda session, line, reply: reply if line else OK))
