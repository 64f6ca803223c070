"""AUTH: RFC 5034. What holds for every mechanism, shown with PLAIN."""

import base64

from pop3kit.requirement import MUST, OPTIONAL, NotOffered, requirement


def encoded(octets):
    return base64.b64encode(octets).decode()


def challenged(server, mechanism="PLAIN"):
    """A connection on which AUTH has asked for the first response."""
    server.needs_mechanism(mechanism)
    connection = server.connect()
    connection.require(connection.command(f"AUTH {mechanism}").continued, "'+ ', which asks for a response")
    return connection


@requirement("auth", "RFC 5034", "3", OPTIONAL)
def auth(server):
    """CAPA announces SASL mechanisms, and AUTH knows each of them."""
    mechanisms = server.needs("SASL")
    if not mechanisms:
        raise NotOffered("SASL is announced without a mechanism")
    for mechanism in mechanisms:
        connection = server.connect()
        reply = connection.command(f"AUTH {mechanism}")
        connection.require(reply.continued, f"'+ ', which begins the exchange of {mechanism}")


@requirement("auth.challenge", "RFC 5034", "4", MUST)
def challenge(server):
    """AUTH PLAIN asks for the response with an empty challenge, '+' and a space, and takes it."""
    connection = challenged(server)
    connection.require(connection.received.rstrip(b"\r\n") in (b"+ ", b"+"), "'+ ' and nothing else")
    connection.require(connection.command(encoded(server.plain())).ok, "'+OK' to the right response")
    connection.require(connection.command("STAT").ok, "'+OK' to STAT after AUTH")


@requirement("auth.challenge-space", "RFC 5034", "4", MUST)
def challenge_space(server):
    """An empty challenge still has the space behind its '+'."""
    connection = challenged(server)
    connection.require(connection.received == b"+ \r\n", "'+', a space, and CR LF")


@requirement("auth.initial", "RFC 5034", "4", MUST)
def initial(server):
    """AUTH takes an initial response on its own line."""
    server.needs_mechanism("PLAIN")
    connection = server.connect()
    connection.require(connection.command("AUTH PLAIN " + encoded(server.plain())).ok, "'+OK' to an initial response")
    connection.require(connection.command("STAT").ok, "'+OK' to STAT after AUTH")


@requirement("auth.empty-initial", "RFC 5034", "4", MUST)
def empty_initial(server):
    """'=' is an initial response of no octets, which no sign-in with PLAIN has: it is refused at once."""
    server.needs_mechanism("PLAIN")
    connection = server.connect()
    connection.require(connection.command("AUTH PLAIN =").error, "'-ERR': a response without octets is wrong for PLAIN")


@requirement("auth.cancel", "RFC 5034", "4", MUST)
def cancel(server):
    """'*' ends the exchange with a negative reply, and one can go on."""
    connection = challenged(server)
    connection.require(connection.command("*").error, "'-ERR' to '*'")
    connection.require(server.sign_in(connection).ok, "'+OK' to signing in after a cancelled exchange")


@requirement("auth.bad-base64", "RFC 5034", "4", MUST)
def bad_base64(server):
    """A response that is not base64 ends the exchange with a negative reply, and one can go on."""
    connection = challenged(server)
    connection.require(connection.command("not*base64!").error, "'-ERR' to what is not base64")
    connection.require(server.sign_in(connection).ok, "'+OK' to signing in after a malformed response")


@requirement("auth.unknown", "RFC 5034", "4", MUST)
def unknown(server):
    """A mechanism that is not offered gets a negative reply."""
    server.needs("SASL")
    connection = server.connect()
    connection.require(connection.command("AUTH X-NO-SUCH-MECHANISM").error, "'-ERR' to a mechanism that there is not")


@requirement("auth.after-login", "RFC 5034", "4", MUST)
def after_login(server):
    """AUTH is refused in TRANSACTION."""
    server.needs("SASL")
    session = server.login()
    session.require(session.command("AUTH PLAIN").error, "'-ERR' to AUTH after signing in")


@requirement("auth.bare", "habit", "-", OPTIONAL)
def bare(server):
    """AUTH without a mechanism, with which old clients ask, lists the mechanisms or is refused; one can go on."""
    server.needs("SASL")
    connection = server.connect()
    lines = connection.listing("AUTH")
    offered = server.needs("SASL")
    known = lines is None or all(line.decode("ascii", "replace").upper() in offered for line in lines)
    connection.require(known, "the mechanisms that CAPA announces, or '-ERR'")
    connection.require(server.sign_in(connection).ok, "'+OK' to signing in afterwards")
