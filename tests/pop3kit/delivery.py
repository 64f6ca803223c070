"""Ways to put a message into the mailbox."""

import smtplib
import subprocess

from pop3kit.requirement import CannotRun


class Refused(Exception):
    """This message cannot be delivered this way; others may."""


class OverSmtp:
    """Delivers to HOST:PORT as a mail server would."""

    def __init__(self, host, port, sender, recipient, timeout):
        self.host, self.port, self.sender, self.recipient, self.timeout = host, port, sender, recipient, timeout

    def __call__(self, octets):
        try:
            with smtplib.SMTP(self.host, self.port, local_hostname="pop3kit.invalid", timeout=self.timeout) as smtp:
                smtp.ehlo()
                eight_bit = any(octet > 127 for octet in octets)
                if eight_bit and not smtp.has_extn("8bitmime"):
                    raise Refused("the SMTP server does not offer 8BITMIME")
                smtp.sendmail(self.sender, [self.recipient], octets, ["BODY=8BITMIME"] if eight_bit else [])
        except smtplib.SMTPDataError as error:
            raise Refused(f"the SMTP server refused it: {error.smtp_code} {error.smtp_error!r}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise CannotRun(
                f"cannot deliver to {self.recipient} over {self.host}:{self.port} ({error}): check --deliver, --from and --to"
            ) from None


class ByCommand:
    """Runs a command of the shell for each message, with the message on its standard input.

    Line ends are those of the machine, LF, as programs that deliver take them:
    Courier would keep a CR, and send it twice.
    """

    def __init__(self, command, recipient, timeout):
        self.command, self.timeout = command, timeout
        self.sender, self.recipient = "pop3kit@pop3kit.invalid", recipient

    def __call__(self, octets):
        octets = octets.replace(b"\r\n", b"\n")
        try:
            done = subprocess.run(self.command, shell=True, input=octets, capture_output=True, timeout=self.timeout)
        except subprocess.TimeoutExpired:
            raise CannotRun(f"the command of --load did not end within {self.timeout:g} s") from None
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip()
            raise CannotRun(f"the command of --load ended with status {done.returncode}: {said}")
