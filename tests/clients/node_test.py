"""A client in Node fetches, all commands of a step at once: in the clear, with STLS and with TLS at once."""

import pathlib

from common import ClientTest, main, needs
from fetching import FetchingScript


@needs("node")
class Node(FetchingScript, ClientTest):
    command = ("node", pathlib.Path(__file__).with_name("fetch.mjs"))


if __name__ == "__main__":
    main()
