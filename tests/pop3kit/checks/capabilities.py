"""CAPA and response codes: RFC 2449, RFC 3206."""

import re

from pop3kit.checks.signing_in import WRONG
from pop3kit.requirement import MUST, OPTIONAL, SHOULD, NotOffered, requirement
from pop3kit.server import parse_capabilities


def raw_capabilities(server, connection=None):
    """The lines of CAPA, or NotOffered; and the connection."""
    connection = connection or server.connect()
    lines = connection.listing("CAPA")
    if lines is None:
        raise NotOffered("CAPA is refused")
    return lines, connection


def expect_parameter(server, name, pattern, expected):
    """The parameters of a capability have a form."""
    server.needs(name)
    lines, connection = raw_capabilities(server)
    line = next(line for line in lines if line.upper().split(b" ")[0] == name.encode())
    connection.require(re.fullmatch(pattern, line.partition(b" ")[2], re.I), f"{name} {expected}")


@requirement("capa", "RFC 2449", "5", OPTIONAL)
def capa(server):
    """CAPA lists capabilities in AUTHORIZATION."""
    raw_capabilities(server)


@requirement("capa.after-login", "RFC 2449", "5", MUST)
def after_login(server):
    """CAPA is available in TRANSACTION too."""
    raw_capabilities(server)
    session = server.login()
    session.require(session.listing("CAPA") is not None, "'+OK' to CAPA in TRANSACTION")


@requirement("capa.form", "RFC 2449", "3", MUST)
def form(server):
    """A capability is a name of visible octets that begins with no dot, and parameters behind single spaces."""
    lines, connection = raw_capabilities(server)
    for line in lines:
        holds = re.fullmatch(rb"(?!\.)[!-~]+(?: [!-~]+)*", line) and len(line) <= 510
        connection.require(holds, f"a name, and parameters behind single spaces, not {line!r}")


@requirement("capa.both-states", "RFC 2449", "5", MUST)
def both_states(server):
    """What is announced in AUTHORIZATION is announced in TRANSACTION as well."""
    before, _ = raw_capabilities(server)
    session = server.login()
    after = parse_capabilities(session.listing("CAPA"))
    missing = set(parse_capabilities(before)) - set(after) - {"STLS"}  # RFC 2595 §4: only in AUTHORIZATION
    session.require(not missing, f"{', '.join(sorted(missing))} as well, as before signing in")


@requirement("capa.user", "RFC 2449", "6.2", MUST)
def announces_user(server):
    """USER is announced where USER and PASS sign in, and only there."""
    announced = "USER" in parse_capabilities(raw_capabilities(server)[0])
    connection = server.connect()
    accepted = connection.command(f"USER {server.user}").ok
    connection.require(accepted == announced, f"{'+OK' if announced else '-ERR'}, as CAPA has it of USER")


@requirement("capa.top-uidl", "RFC 2449", "6.1", MUST)
def announces_top_and_uidl(server):
    """TOP and UIDL are announced where they are implemented, and only there."""
    session = server.login()
    announced = parse_capabilities(raw_capabilities(server, session)[0])
    number = server.mailbox.some(session)
    for name, command in (("TOP", f"TOP {number} 0"), ("UIDL", f"UIDL {number}")):
        reply = session.command(command)
        if reply.ok and name == "TOP":
            session.content()
        session.require(reply.ok == (name in announced), f"{'+OK' if name in announced else '-ERR'}, as CAPA has it of {name}")


@requirement("resp-codes", "RFC 2449", "6.4", OPTIONAL)
def resp_codes(server):
    """Replies carry response codes."""
    server.needs("RESP-CODES")
    for reply, connection in refusals(server):
        broken = reply.text.startswith(b"[") and b"]" not in reply.text
        connection.require(not broken, "a response code that is closed with ']'")


@requirement("resp-codes.form", "RFC 2449", "8", MUST)
def resp_codes_form(server):
    """Text in brackets at the beginning of a reply is a response code; those of RFC 3206 are SYS/TEMP, SYS/PERM and AUTH."""
    server.needs("RESP-CODES")
    for reply, connection in refusals(server):
        if not reply.text.startswith(b"["):
            continue
        code = reply.code()
        holds = re.fullmatch(rb"[A-Z0-9.-]+(?:/[A-Z0-9.-]+)*", code) and not re.match(rb"SYS(?!/(TEMP|PERM)(/|$))", code)
        connection.require(holds, "a response code of words between slashes, [SYS/TEMP] or [SYS/PERM] for SYS")


def refusals(server):
    """Negative replies that may have a response code: a failed sign-in, an unknown command."""
    connection = server.connect()
    yield connection.command("XYZZY"), connection
    yield server.sign_in(connection, WRONG), connection


@requirement("auth-resp-code", "RFC 3206", "6", MUST)
def auth_resp_code(server):
    """Where AUTH-RESP-CODE is announced, a failed sign-in says [AUTH] when name or password is wrong."""
    server.needs("AUTH-RESP-CODE")
    connection = server.connect()
    reply = server.sign_in(connection, WRONG)
    connection.require(reply.error and reply.code() == b"AUTH", "'-ERR [AUTH]' to a wrong password")


@requirement("login-delay", "RFC 2449", "6.5", MUST)
def login_delay(server):
    """LOGIN-DELAY has seconds, and USER when they depend on who signs in."""
    expect_parameter(server, "LOGIN-DELAY", rb"\d+(?: USER)?", "seconds")


@requirement("expire", "RFC 2449", "6.7", MUST)
def expire(server):
    """EXPIRE has days or NEVER, and USER when they depend on who signs in."""
    expect_parameter(server, "EXPIRE", rb"(?:NEVER|\d+)(?: USER)?", "NEVER or days")


@requirement("implementation", "RFC 2449", "6.9", SHOULD)
def implementation(server):
    """IMPLEMENTATION says which server this is."""
    expect_parameter(server, "IMPLEMENTATION", rb"[!-~]+(?: [!-~]+)*", "and a name")


@requirement("sasl.form", "RFC 2449", "6.3", MUST)
def sasl_form(server):
    """SASL has the names of mechanisms, each of 1 to 20 upper-case letters, digits, hyphens and underscores."""
    server.needs("SASL")
    lines, connection = raw_capabilities(server)
    line = next(line for line in lines if line.upper().split(b" ")[0] == b"SASL")
    connection.require(re.fullmatch(rb"(?i:SASL)(?: [A-Z0-9_-]{1,20})+", line), "SASL, and the names of mechanisms")
