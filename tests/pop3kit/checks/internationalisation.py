"""UTF8 and LANG: RFC 6856."""

import re

from pop3kit.requirement import MUST, OPTIONAL, requirement


@requirement("utf8", "RFC 6856", "2.1", OPTIONAL)
def utf8(server):
    """UTF8 gets a positive reply in AUTHORIZATION, and one can sign in behind it."""
    server.needs("UTF8")
    connection = server.connect()
    connection.require(connection.command("UTF8").ok, "'+OK' to UTF8")
    connection.require(server.sign_in(connection).ok, "'+OK' to signing in after UTF8")


@requirement("utf8.after-login", "RFC 6856", "2.1", MUST)
def utf8_after_login(server):
    """UTF8 is refused in TRANSACTION."""
    server.needs("UTF8")
    session = server.login()
    session.require(session.command("UTF8").error, "'-ERR' to UTF8 after signing in")


@requirement("utf8.parameters", "RFC 6856", "2.1", MUST)
def utf8_parameters(server):
    """UTF8 is announced alone, or with USER."""
    parameters = server.needs("UTF8")
    connection = server.connect()
    connection.command("CAPA")
    connection.content()
    connection.require(parameters in ([], ["USER"]), "UTF8, or UTF8 USER")


@requirement("utf8.content", "RFC 6856", "2.1", MUST)
def utf8_content(server):
    """Behind UTF8, the octets of a message come as they are, and as many as LIST says."""
    server.needs("UTF8")
    letter = server.mailbox.letter("eight-bit")
    connection = server.connect()
    connection.require(connection.command("UTF8").ok, "'+OK' to UTF8")
    connection.require(server.sign_in(connection).ok, "'+OK' to signing in after UTF8")
    number = server.mailbox.find(connection, "eight-bit")
    connection.command(f"RETR {number}")
    connection.require(connection.content().endswith(b"\r\n\r\n" + letter.body), "the body as it was delivered")


@requirement("lang", "RFC 6856", "3", OPTIONAL)
def lang(server):
    """LANG lists the languages of the server's texts, a tag and a description in each line."""
    server.needs("LANG")
    connection = server.connect()
    lines = connection.listing("LANG")
    connection.require(lines, "'+OK' to LANG, and at least one language")
    for line in lines:
        connection.require(re.match(rb"[A-Za-z0-9-]+ \S", line), f"a language tag, a space, and its description, not {line!r}")


@requirement("lang.select", "RFC 6856", "3", MUST)
def lang_select(server):
    """A language that LANG lists can be chosen, and so can '*'."""
    server.needs("LANG")
    connection = server.connect()
    lines = connection.listing("LANG") or []
    for tag in [line.split(b" ")[0].decode("ascii", "replace") for line in lines[:3]] + ["*"]:
        connection.require(connection.command(f"LANG {tag}").ok, f"'+OK' to LANG {tag}")


@requirement("lang.unknown", "RFC 6856", "3", MUST)
def lang_unknown(server):
    """A language that there is not gets a negative reply."""
    server.needs("LANG")
    connection = server.connect()
    connection.require(connection.command("LANG x-no-such-language").error, "'-ERR' to a language that there is not")
