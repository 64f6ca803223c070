"""STLS, RFC 2595; TLS from the first octet, RFC 8314."""

import ssl
import warnings

from pop3kit.requirement import MUST, OPTIONAL, SHOULD, Ended, requirement
from pop3kit.server import any_certificate, parse_capabilities


def in_the_clear(server):
    """A connection in the clear to a server that announces STLS there; NotOffered, NotChecked otherwise."""
    if server.tls == "implicit":
        server.needs_tls("none or stls")
    connection = server.connect("none")
    if "STLS" not in parse_capabilities(connection.listing("CAPA")):
        server.needs("STLS")
    return connection


def secured(server):
    connection = in_the_clear(server)
    connection.require(connection.command("STLS").ok, "'+OK' to STLS")
    server.start_tls(connection)
    return connection


@requirement("stls", "RFC 2595", "4", OPTIONAL)
def stls(server):
    """STLS begins TLS, and one can sign in behind it."""
    connection = secured(server)
    connection.require(server.sign_in(connection).ok, "'+OK' to signing in over TLS")


@requirement("stls.capa", "RFC 2595", "4", MUST)
def capa_anew(server):
    """CAPA is answered anew behind STLS, and announces STLS no longer."""
    connection = secured(server)
    lines = connection.listing("CAPA")
    connection.require(lines is not None and "STLS" not in parse_capabilities(lines), "capabilities, STLS not among them")


@requirement("stls.no-greeting", "RFC 2595", "4", MUST)
def no_greeting(server):
    """There is no second greeting behind the handshake."""
    connection = secured(server)
    connection.require(connection.command("XYZZY").error, "'-ERR' to the first command over TLS, and no greeting before it")


@requirement("stls.injection", "RFC 2595", "4", MUST)
def injection(server):
    """Commands that were sent in the clear behind STLS are not obeyed behind the handshake."""
    connection = in_the_clear(server)
    connection.send(b"STLS\r\nCAPA\r\n")
    connection.require(connection.reply().ok, "'+OK' to STLS")
    try:
        connection.start_tls(any_certificate(), server.host)
        reply = connection.command("XYZZY")
    except (OSError, Ended):
        return  # it ended the connection, which is as good
    connection.require(reply.error, "'-ERR' to XYZZY, and no reply to the CAPA that was sent in the clear")


@requirement("stls.forgets", "RFC 2595", "4", MUST)
def forgets(server):
    """What the client said before the handshake is forgotten, a user name too."""
    connection = in_the_clear(server)
    connection.command(f"USER {server.user}")
    connection.require(connection.command("STLS").ok, "'+OK' to STLS")
    server.start_tls(connection)
    connection.require(connection.command(f"PASS {server.password}").error, "'-ERR' to PASS: USER was before the handshake")


@requirement("stls.twice", "RFC 2595", "4", MUST)
def twice(server):
    """STLS is refused where TLS is active."""
    connection = server.connect() if server.tls == "implicit" else secured(server)
    connection.require(connection.command("STLS").error, "'-ERR' to STLS over TLS")


@requirement("stls.after-login", "RFC 2595", "4", MUST)
def after_login(server):
    """STLS is refused in TRANSACTION."""
    in_the_clear(server)
    session = server.login()
    session.require(session.command("STLS").error, "'-ERR' to STLS after signing in")
    session.nothing_more()


@requirement("tls.implicit", "RFC 8314", "3.2", MUST)
def implicit(server):
    """On a port for it, TLS begins with the connection, and the greeting comes within."""
    server.needs_tls("implicit")
    connection = server.connect()
    connection.require(connection.greeting.ok, "a greeting that begins with '+OK'")


@requirement("tls.not-announced", "RFC 8314", "3.2", SHOULD)
def not_announced(server):
    """Where TLS began with the connection, STLS is not announced."""
    server.needs_tls("implicit")
    connection = server.connect()
    connection.require("STLS" not in parse_capabilities(connection.listing("CAPA")), "capabilities, STLS not among them")


@requirement("tls.version", "RFC 8997", "3", MUST)
def version(server):
    """TLS 1.2 or later is agreed upon."""
    connection = server.connect() if server.tls == "implicit" else secured(server)
    connection.received = connection.tls_version().encode()
    connection.require(connection.received in (b"TLSv1.2", b"TLSv1.3"), "TLS 1.2 or later")


@requirement("tls.old-versions", "RFC 8996", "5", MUST)
def old_versions(server):
    """A client that knows nothing later than TLS 1.1 is refused."""
    if server.tls == "implicit":
        connection = server.open()
    else:
        connection = in_the_clear(server)
        connection.require(connection.command("STLS").ok, "'+OK' to STLS")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what is being checked
        old = any_certificate(ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1)
    try:
        connection.start_tls(old, server.host)
    except OSError:
        return
    connection.sent, connection.received = b"a handshake of TLS 1.1", connection.tls_version().encode()
    connection.require(False, "a handshake that fails")
