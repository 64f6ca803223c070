"""SASL mechanisms, each where it is offered: PLAIN, LOGIN, CRAM-MD5 and SCRAM-SHA-256."""

import base64
import binascii
import hashlib
import hmac
import os
import re

from pop3kit.checks.auth import challenged, encoded
from pop3kit.checks.signing_in import WRONG
from pop3kit.requirement import MUST, OPTIONAL, requirement

MOST_ITERATIONS = 1_000_000  # more would be an attack on the client


def decoded(connection, reply):
    """A challenge, which must be base64."""
    connection.require(reply.continued, "'+ ' and a challenge")
    try:
        return base64.b64decode(reply.text, validate=True)
    except binascii.Error:
        raise connection.violation("a challenge in base64") from None


# ---- PLAIN and LOGIN ---------------------------------------------------------


@requirement("sasl.plain", "RFC 4616", "2", OPTIONAL)
def plain(server):
    """PLAIN signs in."""
    connection = challenged(server)
    connection.require(connection.command(encoded(server.plain())).ok, "'+OK' to the right response")


@requirement("sasl.plain.wrong", "RFC 4616", "2", MUST)
def plain_wrong(server):
    """PLAIN with a wrong password is refused."""
    connection = challenged(server)
    connection.require(connection.command(encoded(server.plain(WRONG))).error, "'-ERR' to a wrong password")


@requirement("sasl.plain.form", "RFC 4616", "2", MUST)
def plain_form(server):
    """A message of PLAIN has two NUL octets; name and password alone are refused."""
    connection = challenged(server)
    reply = connection.command(encoded(server.plain()[1:]))
    connection.require(reply.error, "'-ERR' to a message without the first NUL octet")


def login(server, password):
    """The exchange of LOGIN; its last reply."""
    connection = challenged(server, "LOGIN")
    reply = connection.command(encoded(server.user.encode()))
    if reply.continued:
        reply = connection.command(encoded(password.encode()))
    return reply, connection


@requirement("sasl.login", "habit", "-", OPTIONAL)
def login_signs_in(server):
    """LOGIN, which no RFC has and Outlook uses, asks for name and password and signs in."""
    reply, connection = login(server, server.password)
    connection.require(reply.ok, "'+OK' to the right name and password")


@requirement("sasl.login.wrong", "RFC 5034", "4", MUST)
def login_wrong(server):
    """LOGIN with a wrong password is refused."""
    reply, connection = login(server, WRONG)
    connection.require(reply.error, "'-ERR' to a wrong password")


# ---- CRAM-MD5 ----------------------------------------------------------------


def cram_md5(server, secret):
    """The exchange of CRAM-MD5; its challenge, its last reply, and the connection."""
    server.needs_mechanism("CRAM-MD5")
    connection = server.connect()
    challenge = decoded(connection, connection.command("AUTH CRAM-MD5"))
    digest = hmac.new(secret.encode(), challenge, "md5").hexdigest()
    return challenge, connection.command(encoded(f"{server.user} {digest}".encode())), connection


@requirement("sasl.cram-md5", "RFC 2195", "2", OPTIONAL)
def cram_signs_in(server):
    """CRAM-MD5 signs in."""
    _, reply, connection = cram_md5(server, server.apop_secret)
    connection.require(reply.ok, "'+OK' to the right digest (is --apop-secret right?)")


@requirement("sasl.cram-md5.wrong", "RFC 2195", "2", MUST)
def cram_wrong(server):
    """CRAM-MD5 with a wrong digest is refused."""
    _, reply, connection = cram_md5(server, WRONG)
    connection.require(reply.error, "'-ERR' to a wrong digest")


@requirement("sasl.cram-md5.fresh", "RFC 2195", "2", MUST)
def cram_fresh(server):
    """Every challenge of CRAM-MD5 is another, and has the form of a message id."""
    server.needs_mechanism("CRAM-MD5")
    challenges = set()
    for _ in range(2):
        connection = server.connect()
        challenge = decoded(connection, connection.command("AUTH CRAM-MD5"))
        connection.require(re.fullmatch(rb"<[^<>]+>", challenge), f"a challenge in angle brackets, not {challenge!r}")
        connection.require(challenge not in challenges, "a challenge that was not used before")
        challenges.add(challenge)


# ---- SCRAM-SHA-256 -----------------------------------------------------------


class Scram:
    """The client's side of SCRAM-SHA-256 without channel binding, RFC 5802 and RFC 7677."""

    def __init__(self, server, password):
        server.needs_mechanism("SCRAM-SHA-256")
        self.connection = server.connect()
        name = server.user.replace("=", "=3D").replace(",", "=2C")
        self.nonce = base64.b64encode(os.urandom(18)).decode()
        self.password = password
        self.first = f"n={name},r={self.nonce}"

    def server_first(self):
        """Sends the first message; the attributes of the server's."""
        connection = self.connection
        self.challenge = decoded(connection, connection.command("AUTH SCRAM-SHA-256 " + encoded(b"n,," + self.first.encode())))
        match = re.fullmatch(rb"r=([!-+\--~]+),s=([A-Za-z0-9+/=]+),i=([1-9]\d*)(?:,.*)?", self.challenge)
        connection.require(match, f"r=nonce,s=salt,i=iterations, not {self.challenge!r}")
        return match.group(1).decode(), base64.b64decode(match.group(2)), int(match.group(3))

    def final(self, nonce, salt, iterations):
        """Sends the proof; the reply to it."""
        without_proof = "c=biws,r=" + nonce
        self.connection.require(iterations <= MOST_ITERATIONS, f"at most {MOST_ITERATIONS} iterations")
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), salt, iterations)
        message = self.first.encode() + b"," + self.challenge + b"," + without_proof.encode()
        client_key = keyed(salted, b"Client Key")
        signature = keyed(hashlib.sha256(client_key).digest(), message)
        proof = bytes(one ^ other for one, other in zip(client_key, signature))
        self.signature = keyed(keyed(salted, b"Server Key"), message)
        return self.connection.command(encoded(f"{without_proof},p={encoded(proof)}".encode()))


def keyed(key, message):
    return hmac.new(key, message, "sha256").digest()


@requirement("sasl.scram-sha-256", "RFC 7677", "3", OPTIONAL)
def scram_signs_in(server):
    """SCRAM-SHA-256 signs in."""
    scram = Scram(server, server.password)
    reply = scram.final(*scram.server_first())
    if reply.continued:
        reply = scram.connection.command("")
    scram.connection.require(reply.ok, "'+OK' to the right proof")
    scram.connection.require(scram.connection.command("STAT").ok, "'+OK' to STAT after AUTH")


@requirement("sasl.scram-sha-256.signature", "RFC 5802", "3", MUST)
def scram_signature(server):
    """The server proves that it knows the password as well: its signature is right."""
    scram = Scram(server, server.password)
    last = decoded(scram.connection, scram.final(*scram.server_first()))
    expected = b"v=" + base64.b64encode(scram.signature)
    scram.connection.require(last.split(b",")[0] == expected, f"{expected.decode()}, not {last!r}")


@requirement("sasl.scram-sha-256.nonce", "RFC 5802", "5.1", MUST)
def scram_nonce(server):
    """The server's nonce begins with the client's, and adds to it something new each time."""
    added = set()
    for _ in range(2):
        scram = Scram(server, server.password)
        nonce, _, _ = scram.server_first()
        scram.connection.require(nonce.startswith(scram.nonce), "a nonce that begins with the client's")
        rest = nonce.removeprefix(scram.nonce)
        scram.connection.require(rest and rest not in added, "octets of the server's own behind it")
        added.add(rest)


@requirement("sasl.scram-sha-256.iterations", "RFC 7677", "4", MUST)
def scram_iterations(server):
    """There are at least 4096 iterations."""
    scram = Scram(server, server.password)
    _, _, iterations = scram.server_first()
    scram.connection.require(iterations >= 4096, f"i=4096 or more, not {iterations}")


@requirement("sasl.scram-sha-256.wrong", "RFC 5802", "3", MUST)
def scram_wrong(server):
    """A wrong proof is refused."""
    scram = Scram(server, WRONG)
    reply = scram.final(*scram.server_first())
    if reply.continued:  # e= says why
        reply = scram.connection.command("")
    scram.connection.require(reply.error, "'-ERR' to a wrong proof")


@requirement("sasl.scram-sha-256.changed-nonce", "RFC 5802", "5", MUST)
def scram_changed_nonce(server):
    """A client whose second message has another nonce is refused, though its proof fits."""
    scram = Scram(server, server.password)
    nonce, salt, iterations = scram.server_first()
    reply = scram.final(nonce + "x", salt, iterations)
    if reply.continued:
        reply = scram.connection.command("")
    scram.connection.require(reply.error, "'-ERR' to another nonce than that of the challenge")
