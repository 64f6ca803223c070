"""`python3 -m pop3kit`."""

import sys

from pop3kit.command_line import main

sys.exit(main(sys.argv[1:]))
