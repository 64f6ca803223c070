"""What the tests of the whole program share."""

import pathlib
import poplib
import smtplib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from pillarbox import DOMAIN, PASSWORD, PATIENCE, PROGRAM, SLOW, Server, clean_environment, letter, main, split_trace  # noqa: E402,F401


def pop3(server, address, password=PASSWORD):
    """A POP3 session that is signed in."""
    session = poplib.POP3("127.0.0.1", server.ports["pop3"], timeout=PATIENCE)
    try:
        session.user(address)
        session.pass_(password)
    except BaseException:
        session.close()
        raise
    return session


def smtp(server, name="smtp"):
    return smtplib.SMTP("127.0.0.1", server.ports[name], local_hostname="client.example.net", timeout=PATIENCE)


def retrieve(session, number):
    return b"".join(line + b"\r\n" for line in session.retr(number)[1])
