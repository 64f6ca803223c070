"""Faults in CAPA, in response codes, and in UTF8 and LANG."""

from pop3kit.tests.fault import answers, capability, changed, fault, valid_always
from pop3kit.tests.pop3_server import CAPABILITIES, OK, Session

SASL = CAPABILITIES[-1]


def breaks_off(session, argument):
    session.over = True
    return b"+OK\r\nTOP\r\n"


def refused_after_login(session, argument):
    return Session.do_CAPA(session, argument) if session.messages is None else b"-ERR\r\n"


def without_after_login(name):
    return lambda session: [
        line for line in Session.capabilities(session) if session.messages is None or not line.startswith(name)
    ]


def code(new):
    """A failed sign-in with another response code."""
    return lambda session, right: Session.enter(session, right).replace(b"[AUTH]", new)


fault("capa", do_CAPA=breaks_off)
fault("capa.after-login", do_CAPA=refused_after_login)
fault("capa.form", capabilities=capability(b"EXPIRE 60", b"EXPIRE  60"))
fault("capa.both-states", capabilities=without_after_login(b"SASL"))
fault("capa.user", capabilities=capability(b"USER", b""))
fault("capa.top-uidl", capabilities=capability(b"UIDL", b""))
fault("resp-codes", enter=code(b"[AUTH"))
fault("resp-codes.form", enter=code(b"[SYS/SOMETIMES]"))
fault("auth-resp-code", enter=code(b"sorry:"))
fault("login-delay", capabilities=capability(b"LOGIN-DELAY 0", b"LOGIN-DELAY soon"))
fault("expire", capabilities=capability(b"EXPIRE 60", b"EXPIRE later"))
fault("implementation", capabilities=capability(b"IMPLEMENTATION small", b"IMPLEMENTATION"))
fault("sasl.form", capabilities=capability(SASL, b"SASL plain"))


def ascii_only(session, message):
    return bytes(octet & 0x7F for octet in message.octets) if session.utf8 else message.octets


fault("utf8", do_UTF8=answers(b"-ERR\r\n"))
fault("utf8.after-login", answer=valid_always("UTF8"))
fault("utf8.parameters", capabilities=capability(b"UTF8", b"UTF8 SOMETIMES"))
fault("utf8.content", content=ascii_only)
fault("lang", do_LANG=changed("LANG", lambda reply: reply.replace(b"en English\r\n", b"")))
fault("lang.select", do_LANG=lambda session, argument: b"-ERR\r\n" if argument == "*" else Session.do_LANG(session, argument))
fault("lang.unknown", do_LANG=lambda session, argument: Session.do_LANG(session, argument) if argument in ("", "en") else OK)
