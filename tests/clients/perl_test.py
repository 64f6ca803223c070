"""Perl's Net::POP3 fetches, and Net::SMTP sends, in the clear, with TLS later and with TLS at once."""

import pathlib
import subprocess
import unittest

from common import ClientTest, main, needs
from fetching import FetchingScript
from submitting import SubmittingScript


def lacks(module):
    return subprocess.run(["perl", f"-M{module}", "-e1"], capture_output=True, check=False).returncode != 0


@needs("perl")
class Perl(FetchingScript, ClientTest):
    command = ("perl", pathlib.Path(__file__).with_name("fetch.pl"))


@needs("perl")
class PerlSends(SubmittingScript, ClientTest):
    sender = ("perl", pathlib.Path(__file__).with_name("submit.pl"))

    def setUp(self):
        if lacks("Authen::SASL"):
            raise unittest.SkipTest("Perl's Authen::SASL is not installed, without which Net::SMTP signs in nowhere")
        super().setUp()


if __name__ == "__main__":
    main()
