"""What no RFC demands and clients count on, or attackers do."""

from pop3kit.checks.signing_in import WRONG
from pop3kit.requirement import OPTIONAL, Ended, requirement


@requirement("habit.second-try", "habit", "-", OPTIONAL)
def second_try(server):
    """After one wrong password the connection is still there, and the right one signs in."""
    connection = server.connect()
    connection.require(server.sign_in(connection, WRONG).error, "'-ERR' to a wrong password")
    connection.require(server.sign_in(connection).ok, "'+OK' to the right password on the same connection")


@requirement("habit.trailing-space", "habit", "-", OPTIONAL)
def trailing_space(server):
    """A space behind a command or its argument, which some clients send, does no harm."""
    session = server.login()
    number = server.mailbox.some(session)
    for command in ("NOOP ", "STAT ", f"LIST {number} "):
        session.require(session.command(command).ok, f"'+OK' to {command!r}, as without the space")


def survives(server, connection, octets, expected):
    """Sends what is no command: it is refused, or ends the connection; and the server is there afterwards."""
    try:
        connection.send(octets)
        connection.require(connection.reply().error, expected)
        if octets.endswith(b"\r\n"):
            reply = connection.command("QUIT")
            connection.require(reply.ok, "'+OK' to QUIT, and no reply to the rest of the line before")
    except Ended:
        pass  # which is as good
    server.login()


@requirement("habit.long-line", "habit", "-", OPTIONAL)
def long_line(server):
    """A command line far above every limit is refused or ends the connection, and is not taken for several commands."""
    octets = b"XYZZY " + b"x" * 20000 + b"\r\n"
    survives(server, server.connect(), octets, "'-ERR' to a line of 20000 octets, or the end of the connection")


@requirement("habit.endless-line", "habit", "-", OPTIONAL)
def endless_line(server):
    """A line without an end is not collected for ever: with the first megabyte there is '-ERR' or an end."""
    octets = b"x" * (1 << 20)
    survives(server, server.connect(), octets, "'-ERR' to an endless line, or the end of the connection")


@requirement("habit.binary", "habit", "-", OPTIONAL)
def binary(server):
    """Octets that are no text are refused or end the connection."""
    octets = bytes(octet for octet in range(256) if octet not in b"\r\n") + b"\r\n"
    survives(server, server.connect(), octets, "'-ERR' to what is no command, or the end of the connection")


@requirement("habit.nul-command", "habit", "-", OPTIONAL)
def nul_command(server):
    """A command with a NUL octet in it is not that before the NUL."""
    connection = server.connect()
    survives(server, connection, b"CAPA\0XYZZY\r\n", "'-ERR' to a command with a NUL octet")


@requirement("habit.empty-line", "habit", "-", OPTIONAL)
def empty_line(server):
    """An empty line is refused, and the connection stays in step."""
    session = server.login()
    session.require(session.command("").error, "'-ERR' to an empty line")
    session.nothing_more()
