"""Bearer tokens, each mechanism where it is offered: OAUTHBEARER and XOAUTH2. The token is one of --token."""

import json

from pop3kit.checks.auth import encoded
from pop3kit.checks.mechanisms import decoded
from pop3kit.requirement import MUST, OPTIONAL, requirement

WRONG = "pop3kit.no.token"
UNDERSTOOD = encoded(b"\1")  # what a client answers to an error with, RFC 7628 §3.2.3


def bearer(server, token):
    """The message of OAUTHBEARER, RFC 7628 §3.1."""
    name = server.user.replace("=", "=3D").replace(",", "=2C")
    return f"n,a={name},\1host={server.host}\1port={server.port}\1auth=Bearer {token}\1\1".encode()


def xoauth2(server, token):
    """That of XOAUTH2, as Google and Microsoft describe it."""
    return f"user={server.user}\1auth=Bearer {token}\1\1".encode()


def present(server, mechanism, message):
    """Sends a message as the initial response; the reply to it, and the connection."""
    server.needs_mechanism(mechanism)
    connection = server.connect()
    return connection.command(f"AUTH {mechanism} {encoded(message)}"), connection


def in_the_end(reply, connection):
    """The last reply, behind an error that has to be understood."""
    return connection.command(UNDERSTOOD) if reply.continued else reply


@requirement("sasl.oauthbearer", "RFC 7628", "3", OPTIONAL)
def bearer_signs_in(server):
    """OAUTHBEARER signs in with a good token."""
    server.needs_mechanism("OAUTHBEARER")
    reply, connection = present(server, "OAUTHBEARER", bearer(server, server.needs_token()))
    connection.require(in_the_end(reply, connection).ok, "'+OK' to a good token (has it expired?)")
    connection.require(connection.command("STAT").ok, "'+OK' to STAT after AUTH")


@requirement("sasl.oauthbearer.wrong", "RFC 7628", "3.2.2", MUST)
def bearer_wrong(server):
    """OAUTHBEARER with a wrong token is refused."""
    reply, connection = present(server, "OAUTHBEARER", bearer(server, WRONG))
    connection.require(in_the_end(reply, connection).error, "'-ERR' to a wrong token")


@requirement("sasl.oauthbearer.status", "RFC 7628", "3.2.2", MUST)
def bearer_status(server):
    """Before it is refused, a wrong token is answered with a JSON object that has a status."""
    reply, connection = present(server, "OAUTHBEARER", bearer(server, WRONG))
    challenge = decoded(connection, reply)
    connection.require(has_status(challenge), f'a JSON object with "status", not {challenge!r}')


def has_status(challenge):
    try:
        answer = json.loads(challenge)
    except ValueError:
        return False
    return isinstance(answer, dict) and isinstance(answer.get("status"), str)


@requirement("sasl.oauthbearer.form", "RFC 7628", "3.1", MUST)
def bearer_form(server):
    """A message without the two octets 1 at its end is refused, whatever its token."""
    token = server.needs_token()
    reply, connection = present(server, "OAUTHBEARER", bearer(server, token).rstrip(b"\1"))
    connection.require(in_the_end(reply, connection).error, "'-ERR' to a message without its end")


@requirement("sasl.xoauth2", "habit", "-", OPTIONAL)
def xoauth2_signs_in(server):
    """XOAUTH2, which no RFC has and many clients use, signs in with a good token."""
    server.needs_mechanism("XOAUTH2")
    reply, connection = present(server, "XOAUTH2", xoauth2(server, server.needs_token()))
    connection.require(in_the_end(reply, connection).ok, "'+OK' to a good token (has it expired?)")


@requirement("sasl.xoauth2.wrong", "RFC 5034", "4", MUST)
def xoauth2_wrong(server):
    """XOAUTH2 with a wrong token is refused."""
    reply, connection = present(server, "XOAUTH2", xoauth2(server, WRONG))
    connection.require(in_the_end(reply, connection).error, "'-ERR' to a wrong token")
