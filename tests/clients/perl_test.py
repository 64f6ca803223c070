"""Perl's Net::POP3 fetches, in the clear, with STLS and with TLS at once."""

import pathlib

from common import ClientTest, main, needs
from fetching import FetchingScript


@needs("perl")
class Perl(FetchingScript, ClientTest):
    command = ("perl", pathlib.Path(__file__).with_name("fetch.pl"))


if __name__ == "__main__":
    main()
