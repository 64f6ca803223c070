"""USER, PASS and APOP: RFC 1939 §7. A failed sign-in counts with some servers, so there are few."""

import hashlib
import re

from pop3kit.requirement import MUST, OPTIONAL, Ended, NotOffered, requirement

WRONG = "not the password of anybody"


def user_offered(server):
    """A connection that has accepted USER."""
    connection = server.connect()
    if not connection.command(f"USER {server.user}").ok:
        raise NotOffered("USER is refused")
    return connection


def timestamp(server):
    """The timestamp in a greeting, with its brackets, and the connection that it is for."""
    connection = server.connect("implicit" if server.tls == "implicit" else "none")
    match = re.search(rb"<[^<>]*>", connection.greeting.text)
    if match is None:
        raise NotOffered("there is no timestamp in the greeting")
    return match.group(), connection


def apop(server, connection, stamp, secret):
    digest = hashlib.md5(stamp + secret.encode()).hexdigest()
    return connection.command(f"APOP {server.user} {digest}")


def not_signed_in(connection):
    """Nobody has signed in; that the server ended the connection is as good."""
    try:
        reply = connection.command("STAT")
    except Ended:
        return
    connection.require(reply.error, "'-ERR' to STAT: nobody has signed in")


@requirement("user", "RFC 1939", "7", OPTIONAL)
def user(server):
    """USER and PASS sign in."""
    connection = user_offered(server)
    connection.require(connection.command(f"PASS {server.password}").ok, "'+OK' to the right password")
    connection.require(connection.command("STAT").ok, "'+OK' to STAT after signing in")


@requirement("pass.wrong", "RFC 1939", "7", MUST)
def pass_wrong(server):
    """PASS with a wrong password gets a negative reply, and does not sign in."""
    connection = user_offered(server)
    connection.require(connection.command(f"PASS {WRONG}").error, "'-ERR' to a wrong password")
    not_signed_in(connection)


@requirement("pass.prefix", "RFC 1939", "7", MUST)
def pass_prefix(server):
    """The whole argument of PASS is the password: more than it, behind a space, is wrong."""
    connection = user_offered(server)
    connection.require(connection.command(f"PASS {server.password} and more").error, "'-ERR' to a password with more behind it")


@requirement("user.unknown", "RFC 1939", "7", MUST)
def user_unknown(server):
    """A name that nobody has does not sign in, whether USER or PASS says so."""
    connection = server.connect()
    if connection.command("USER nobody-has-this-name").ok:
        connection.require(connection.command(f"PASS {server.password}").error, "'-ERR' to the password of nobody")


@requirement("pass.without-user", "RFC 1939", "7", MUST)
def pass_without_user(server):
    """PASS is valid only behind a successful USER."""
    user_offered(server)
    connection = server.connect()
    connection.require(connection.command(f"PASS {server.password}").error, "'-ERR' to PASS without USER")


@requirement("user.missing", "RFC 1939", "7", MUST)
def user_missing(server):
    """USER without a name gets a negative reply."""
    user_offered(server)
    connection = server.connect()
    connection.require(connection.command("USER").error, "'-ERR' to USER without a name")


@requirement("apop", "RFC 1939", "7", OPTIONAL)
def apop_signs_in(server):
    """APOP signs in with the digest of timestamp and secret."""
    stamp, connection = timestamp(server)
    reply = apop(server, connection, stamp, server.apop_secret)
    connection.require(reply.ok, "'+OK' to the right digest (is --apop-secret right?)")
    connection.require(connection.command("STAT").ok, "'+OK' to STAT after APOP")


@requirement("apop.timestamp", "RFC 1939", "7", MUST)
def apop_timestamp(server):
    """The timestamp has the form of a message id: <left@right>."""
    stamp, connection = timestamp(server)
    holds = re.fullmatch(rb"<[!-;=?A-~]+@[!-;=?A-~]+>", stamp)
    connection.require(holds, "a timestamp of the form <left@right>")


@requirement("apop.fresh", "RFC 1939", "7", MUST)
def apop_fresh(server):
    """Every greeting has a timestamp of its own."""
    stamps = set()
    for _ in range(3):
        stamp, connection = timestamp(server)
        connection.require(stamp not in stamps, "a timestamp that no greeting before had")
        stamps.add(stamp)


@requirement("apop.wrong", "RFC 1939", "7", MUST)
def apop_wrong(server):
    """APOP with a wrong digest gets a negative reply, and does not sign in."""
    stamp, connection = timestamp(server)
    connection.require(apop(server, connection, stamp, WRONG).error, "'-ERR' to a wrong digest")
    not_signed_in(connection)
