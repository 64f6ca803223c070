"""Faults in what RFC 1939 demands of TRANSACTION and UPDATE."""

import re

from pop3kit.tests.fault import answers, changed, fault
from pop3kit.tests.pop3_server import MISSING, OK, Session


def content_changed(change):
    return lambda session, message: change(Session.content(session, message))


def body_changed(change):
    """A message whose body is otherwise."""

    def content(session, message):
        header, empty, body = message.octets.partition(b"\r\n\r\n")
        return header + empty + change(body)

    return content


def stuffed_alone(session, content):
    """Byte-stuffing of lines that are a dot and nothing else: the fault that one makes."""
    return content.replace(b"\r\n.\r\n", b"\r\n..\r\n")


# ---- STAT, LIST, LAST ------------------------------------------------------------

fault("stat", do_STAT=changed("STAT", lambda reply: reply[:4] + reply[4:].replace(b" ", b"  ")))
fault("stat.sum", do_STAT=changed("STAT", lambda reply: reply.rstrip() + b"0\r\n"))
fault("list", do_LIST=changed("LIST", lambda reply: re.sub(rb"\r\n1 \d+\r\n", b"\r\n", reply)))
fault("list.empty", do_LIST=changed("LIST", lambda reply: b"-ERR none\r\n" if reply == b"+OK\r\n.\r\n" else reply))
fault("last", do_LAST=answers(b"+OK 0\r\n"))


def reversed_list(reply):
    first, *lines, end = reply.splitlines(keepends=True)
    return b"".join([first, *reversed(lines), end]) if lines else reply


def larger_one(session, argument):
    reply = Session.do_LIST(session, argument)
    return reply[:-2] + b"0\r\n" if argument and reply.startswith(b"+") else reply


def size_with_line_feeds(session, message):
    return len(message.octets.replace(b"\r\n", b"\n"))


fault("list.numbers", do_LIST=changed("LIST", lambda reply: reversed_list(reply) if b"\r\n.\r\n" in reply else reply))
fault("list.one", do_LIST=larger_one)

# ---- RETR ------------------------------------------------------------------------

fault("retr", content=body_changed(lambda body: body.replace(b"line 7", b"line 8")))
fault("retr.large", content=body_changed(lambda body: body[:74 * 1000]))
fault("retr.stuffing", stuff=stuffed_alone)
fault("retr.size", size=size_with_line_feeds)
fault("retr.header-first", content=content_changed(lambda octets: b"From someone Tue Nov 25 17:22:01 2025\r\n" + octets))
fault("retr.no-final-line-end", content=body_changed(lambda body: body.removesuffix(b"last without an end\r\n")))
fault("content.empty", content=body_changed(lambda body: body or b"\r\n"))
fault("content.long-lines", content=body_changed(lambda body: re.sub(rb"([^\r\n]{990})", rb"\1\r\n", body)))
fault("content.eight-bit", content=body_changed(lambda body: bytes(octet & 0x7F for octet in body)))
fault("content.nul", content=body_changed(lambda body: body.partition(b"\0")[0] + (b"\r\n" if b"\0" in body else b"")))


def counted(session, message):
    session.read = getattr(session, "read", 0) + 1
    return b"Status: %d\r\n" % session.read + message.octets


fault("retr.again", content=counted)

# ---- TOP -------------------------------------------------------------------------


def top_changed(lines=lambda lines: lines, whole=lambda content: content):
    return lambda session, content, number: Session.top(session, whole(content), lines(number))


def top_unstuffed(session, argument):
    return Session.do_TOP(session, argument).replace(b"\r\n..one\r\n", b"\r\n.one\r\n")


def top_lenient(session, argument):
    return Session.do_TOP(session, argument if " " in argument else argument + " 10")


fault("top", top=lambda session, content, lines: content.partition(b"\r\n\r\n")[0] + b"\r\n")
fault("top.none", top=top_changed(lines=lambda lines: lines or 1))
fault("top.some", top=top_changed(lines=lambda lines: lines + 1))
fault("top.all", top=top_changed(lines=lambda lines: min(lines, 10)))
fault("top.stuffing", do_TOP=top_unstuffed)
fault("top.empty", top=lambda session, content, lines: Session.top(session, content, lines) + b"\r\n")
fault("top.bad", do_TOP=top_lenient)

# ---- UIDL ------------------------------------------------------------------------


def every_id(session, argument):
    """UIDL that lists what is marked as well."""
    marked, session.marked = session.marked, set()
    reply = Session.do_UIDL(session, argument)
    session.marked = marked
    return reply


def ids_of_this_session(session, number, message):
    return b"%d.%s" % (session.number, message.unique_id)


def other_one(session, argument):
    reply = Session.do_UIDL(session, argument)
    return reply[:-2] + b"0\r\n" if argument and reply.startswith(b"+") else reply


def any_id(session, argument):
    reply = Session.do_UIDL(session, argument)
    return b"+OK " + argument.encode() + b" x\r\n" if reply == MISSING else reply


fault("uidl", do_UIDL=changed("UIDL", lambda reply: re.sub(rb"\r\n1 \S+\r\n", b"\r\n", reply)))
fault("uidl.form", unique_id=lambda session, number, message: message.unique_id * 9)
fault("uidl.unique", unique_id=lambda session, number, message: b"the-same")
fault("uidl.stable", unique_id=ids_of_this_session)
fault("uidl.one", do_UIDL=other_one)
fault("uidl.missing", do_UIDL=any_id)
fault("uidl.deleted", do_UIDL=every_id)
fault("uidl.never-again", unique_id=lambda session, number, message: b"id%d" % number)

# ---- DELE, RSET, UPDATE ------------------------------------------------------------


def retrieves_marked(session, argument):
    marked, session.marked = session.marked, set()
    reply = Session.do_RETR(session, argument)
    session.marked = marked
    return reply


def listed_marked(session, argument):
    marked, session.marked = session.marked, set() if not argument else session.marked
    reply = Session.do_LIST(session, argument)
    session.marked = marked
    return reply


def renumbered(session):
    kept = [message for number, message in enumerate(session.messages, 1) if number not in session.marked]
    return list(enumerate(kept, 1))


def deletes_at_once(session, argument):
    reply = Session.do_DELE(session, argument)
    if reply == OK:
        session.update()
    return reply


def only_what_is_left(session, argument):
    message = session.find(argument)
    return MISSING if message not in session.server.messages else Session.do_RETR(session, argument)


fault("dele.refers", do_RETR=retrieves_marked)
fault("dele.listings", do_LIST=listed_marked)
fault("dele.numbers", present=renumbered)
fault("rset", do_RSET=answers(OK))
fault("update", update=lambda session: None)
fault("update.never-before", do_DELE=deletes_at_once)
fault("update.other-session", do_RETR=only_what_is_left)

# ---- arguments ---------------------------------------------------------------------


def leading_digits(session, text):
    match = re.match(r"\d+", text)
    return int(match.group()) if match else None


fault("argument.bad", parse=leading_digits)
fault("argument.range", parse=lambda session, text: int(text) % 2**32 if text.isdecimal() else None)
fault("user.missing", do_USER=lambda session, argument: Session.do_USER(session, argument) and OK)
