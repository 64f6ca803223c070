"""The command line: what to check, where, and with which mail."""

import argparse
import pathlib
import sys

from pop3kit import report
from pop3kit.delivery import ByCommand, OverSmtp
from pop3kit.mailbox import Mailbox
from pop3kit.requirement import CannotRun, Violation
from pop3kit.runner import check, chosen
from pop3kit.server import Server

CANNOT_RUN = 2


def address(text):
    """HOST:PORT, or [IPv6]:PORT."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


def parser():
    parser = argparse.ArgumentParser(
        prog="python3 -m pop3kit",
        description="Checks a POP3 server against the RFCs. Exit status: 0 no MUST failed, 1 some did, 2 it could not be run.",
    )
    parser.add_argument("server", type=address, metavar="HOST:PORT")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--apop-secret", help="for APOP and CRAM-MD5, where it is not the password")
    parser.add_argument("--token", help="a bearer token of the user's, for OAUTHBEARER and XOAUTH2")
    parser.add_argument("--tls", choices=("none", "stls", "implicit"), default="none", help="how connections begin")
    fill = parser.add_mutually_exclusive_group(required=True)
    fill.add_argument("--deliver", type=address, metavar="SMTPHOST:PORT", help="fill the mailbox over SMTP")
    fill.add_argument("--load", metavar="COMMAND", help="fill it with a command that takes a message on standard input")
    fill.add_argument("--filled", action="store_true", help="use the mail that is there: put nothing in, delete nothing")
    parser.add_argument("--from", dest="sender", default="pop3kit@pop3kit.invalid", metavar="A", help="sender of what is delivered")
    parser.add_argument("--to", dest="recipient", metavar="B", help="its recipient; the user when not given")
    parser.add_argument("--among-other-mail", action="store_true", help="run though there is other mail, which is left alone")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="this requirement, or those below it; may be repeated")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results there as well")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="SECONDS", help="for each wait (default: 30)")
    return parser


def delivery(options):
    recipient = options.recipient or options.user
    if options.deliver:
        return OverSmtp(*options.deliver, options.sender, recipient, options.timeout)
    if options.load:
        return ByCommand(options.load, recipient, options.timeout)
    return None


def main(arguments, out=print):
    """Runs the kit; the exit status."""
    options = parser().parse_args(arguments)
    try:
        asked = chosen(options.only)
    except KeyError as unknown:
        print(f"pop3kit: there is no requirement {unknown}: leave out --only to see them all", file=sys.stderr)
        return CANNOT_RUN
    server = Server(*options.server, options.user, options.password, options.tls, options.timeout, options.apop_secret)
    server.token = options.token
    server.mailbox = Mailbox(server, delivery(options), options.among_other_mail)
    try:
        server.try_out()
        results = run(server, asked, out)
    except CannotRun as why:
        print(f"pop3kit: {why}", file=sys.stderr)
        return CANNOT_RUN
    out(report.sum_line(results))
    if options.json:
        options.json.write_text(report.as_json(results, server), encoding="utf-8")
    return report.exit_status(results)


def run(server, asked, out):
    """Fills the mailbox, checks, and takes back what it put in, however that ended."""
    results = []
    try:
        fill(server)
        for requirement in asked:
            results.append(check(server, requirement))
            out(report.row(results[-1]))
    finally:
        clear(server)
    return results


def fill(server):
    try:
        server.mailbox.fill()
    except Violation as violation:
        raise CannotRun(
            f"the mailbox cannot be filled: sent {violation.sent[:100]!r}, received {violation.received[:200]!r}, "
            f"expected {violation.expected}"
        ) from None
    finally:
        server.close_connections()


def clear(server):
    try:
        server.mailbox.clear()
    except (OSError, Violation) as error:
        print(f"pop3kit: could not remove what it had put in ({error}): look for 'pop3kit-' in subjects", file=sys.stderr)
    finally:
        server.close_connections()
