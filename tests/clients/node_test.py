"""Clients in Node: one fetches, all commands of a step at once; Nodemailer sends."""

import pathlib
import unittest

from common import ClientTest, main, needs
from fetching import FetchingScript
from submitting import SubmittingScript

HERE = pathlib.Path(__file__).parent


@needs("node")
class Node(FetchingScript, ClientTest):
    command = ("node", HERE / "fetch.mjs")


@needs("node")
@unittest.skipUnless((HERE / "node_modules/nodemailer").is_dir(), "Nodemailer is not installed: npm ci in tests/clients")
class Nodemailer(SubmittingScript, ClientTest):
    sender = ("node", HERE / "submit.mjs")


if __name__ == "__main__":
    main()
