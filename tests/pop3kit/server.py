"""The server under test: how to reach it, and what it says that it can do."""

import base64
import binascii
import re
import ssl
import time

from pop3kit.connection import connect
from pop3kit.requirement import CannotRun, NotChecked, NotOffered, Violation

HIDDEN = b"<hidden>"


class Server:
    """An address and an account; it remembers its connections, to close them behind a check.

    `tls` is how every ordinary connection begins: "none", "stls" or "implicit".
    `mailbox` knows the messages there.
    """

    def __init__(self, host, port, user, password, tls="none", timeout=30.0, apop_secret=None):
        self.host, self.port, self.user, self.password = host, port, user, password
        self.tls, self.timeout, self.apop_secret = tls, timeout, apop_secret or password
        self.token = None  # a bearer token, where there is one
        self.mailbox = None
        self._connections = []
        self._capabilities = None

    # ---- connections ---------------------------------------------------------

    def connect(self, tls=None):
        """A connection in AUTHORIZATION, its greeting read, secured as the command line says."""
        tls = tls or self.tls
        connection = self.open()
        if tls == "implicit":
            self.start_tls(connection)
        connection.greeting = connection.reply()
        if tls == "stls":
            connection.require(connection.command("STLS").ok, "'+OK' to STLS")
            self.start_tls(connection)
        return connection

    def open(self):
        """A connection on which nothing has been said."""
        connection = connect(self.host, self.port, self.timeout)
        self._connections.append(connection)
        return connection

    def start_tls(self, connection, context=None):
        try:
            connection.start_tls(context or any_certificate(), self.host)
        except OSError as error:
            raise connection.violation(f"a TLS handshake ({error})") from None

    def login(self):
        """A connection in TRANSACTION. Waits for another session that holds the maildrop, RFC 1939 §4."""
        end = time.monotonic() + self.timeout
        while True:
            connection = self.connect()
            reply = self.sign_in(connection)
            if reply.ok:
                return connection
            locked = reply.code() == b"IN-USE" or b"lock" in reply.text.lower()
            connection.require(locked and time.monotonic() < end, "'+OK' to the right name and password")
            connection.close()

    def sign_in(self, connection, password=None):
        """USER and PASS, or AUTH PLAIN where there is no USER; the last reply."""
        password = self.password if password is None else password
        if connection.command(f"USER {self.user}").ok:
            return connection.command(f"PASS {password}")
        return connection.command("AUTH PLAIN " + base64.b64encode(self.plain(password)).decode())

    def plain(self, password=None):
        """The message of SASL PLAIN, RFC 4616."""
        password = self.password if password is None else password
        return b"\0" + self.user.encode() + b"\0" + password.encode()

    def masked(self, octets):
        """What was sent or received without the secrets: reports are for showing around."""
        secrets = {secret.encode() for secret in (self.password, self.apop_secret, self.token) if secret}

        def hidden(match):
            text = match.group()
            return HIDDEN if any(secret in decoded(text) for secret in secrets) else text

        octets = re.sub(rb"[A-Za-z0-9+/]{4,}={0,2}", hidden, octets)
        for secret in secrets:
            octets = octets.replace(secret, HIDDEN)
        return octets

    def close_connections(self):
        for connection in self._connections:
            connection.leave()
        self._connections.clear()

    # ---- what it can do ------------------------------------------------------

    def capabilities(self):
        """What CAPA announces in AUTHORIZATION: names in upper case, with lists of parameters."""
        if self._capabilities is None:
            self._capabilities = parse_capabilities(self.connect().listing("CAPA"))
        return self._capabilities

    def needs(self, name):
        """The parameters of a capability, or NotOffered."""
        if name not in self.capabilities():
            raise NotOffered(f"CAPA does not list {name}")
        return self.capabilities()[name]

    def needs_mechanism(self, name):
        if name not in self.capabilities().get("SASL", []):
            raise NotOffered(f"CAPA does not list SASL {name}")

    def needs_token(self):
        """The bearer token, or NotChecked."""
        if not self.token:
            raise NotChecked("only with --token")
        return self.token

    def needs_tls(self, how):
        if self.tls != how:
            raise NotChecked(f"only with --tls {how}")

    def try_out(self):
        """Whether the account can be used at all; CannotRun says what is wrong."""
        try:
            self.login().command("QUIT")
        except OSError as error:
            raise CannotRun(f"cannot connect to {self.host}:{self.port} ({error}): is the server running?") from None
        except Violation as violation:
            raise CannotRun(
                f"cannot sign in as {self.user}: expected {violation.expected}, received "
                f"{violation.received[:200]!r}. Check --user and --password; when it wants TLS, give --tls"
            ) from None
        finally:
            self.close_connections()


def decoded(text):
    """What base64 stands for; nothing where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""


def any_certificate(oldest=None, newest=None):
    """A TLS context that believes every certificate: what is checked here is the protocol."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if newest:
        context.set_ciphers("DEFAULT@SECLEVEL=0")  # old versions need the old hash functions
        context.minimum_version, context.maximum_version = oldest, newest
    return context


def parse_capabilities(lines):
    """Names in upper case with their parameters; none when CAPA was refused."""
    found = {}
    for line in lines or []:
        words = line.decode("utf-8", "replace").split(" ")
        found[words[0].upper()] = [word.upper() for word in words[1:]]
    return found
