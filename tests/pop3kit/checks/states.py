"""AUTHORIZATION, TRANSACTION and UPDATE: which commands are valid when. RFC 1939 §3 to §6."""

from pop3kit.requirement import MUST, requirement


@requirement("state.before-login", "RFC 1939", "3", MUST)
def before_login(server):
    """Commands of TRANSACTION get a negative reply in AUTHORIZATION."""
    for command in ("STAT", "LIST", "RETR 1", "DELE 1", "RSET"):
        connection = server.connect()
        connection.require(connection.command(command).error, f"'-ERR' to {command} before signing in")


@requirement("state.noop-before-login", "RFC 1939", "3", MUST)
def noop_before_login(server):
    """NOOP too belongs to TRANSACTION alone, and gets a negative reply before it."""
    connection = server.connect()
    connection.require(connection.command("NOOP").error, "'-ERR' to NOOP before signing in")


@requirement("state.after-login", "RFC 1939", "3", MUST)
def after_login(server):
    """Commands of AUTHORIZATION get a negative reply in TRANSACTION."""
    session = server.login()
    for command in (f"USER {server.user}", f"PASS {server.password}"):
        session.require(session.command(command).error, "'-ERR' to signing in again")
    session.nothing_more()


@requirement("noop", "RFC 1939", "5", MUST)
def noop(server):
    """NOOP gets a positive reply, and changes nothing."""
    session = server.login()
    before = session.command("STAT").text
    session.require(session.command("NOOP").ok, "'+OK' to NOOP")
    session.require(session.command("STAT").text == before, "the same reply to STAT as before NOOP")


@requirement("quit.before-login", "RFC 1939", "4", MUST)
def quit_before_login(server):
    """QUIT in AUTHORIZATION gets a positive reply, and ends the connection."""
    connection = server.connect()
    connection.require(connection.command("QUIT").ok, "'+OK' to QUIT")
    connection.require(connection.closed() == b"", "nothing behind the reply to QUIT")


@requirement("quit.after-login", "RFC 1939", "6", MUST)
def quit_after_login(server):
    """QUIT in TRANSACTION gets a positive reply, and ends the connection."""
    session = server.login()
    session.require(session.command("QUIT").ok, "'+OK' to QUIT")
    session.require(session.closed() == b"", "nothing behind the reply to QUIT")


@requirement("quit.unlocks", "RFC 1939", "6", MUST)
def quit_unlocks(server):
    """Whoever has read the reply to QUIT can sign in again: the maildrop has been released."""
    server.login().command("QUIT")
    session = server.connect()
    reply = server.sign_in(session)
    session.require(reply.ok, "'+OK' to signing in right behind a QUIT")
