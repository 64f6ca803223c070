"""Checks any POP3 server against the RFCs, from outside: `python3 -m pop3kit --help`.

A requirement is a function in `checks`, declared with its RFC, section and
level. It converses with the server through `connection`, and ends in silence
when the server is right. Standard library only.
"""
