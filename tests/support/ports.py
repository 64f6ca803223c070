"""Ports for programs that must be told one, and cannot bind port 0 and say which they got."""

import random
import socket

# Below what Linux gives to connections and to port 0 by itself (net.ipv4.ip_local_port_range begins
# at 32768), and above where services live: nobody comes to such a port by accident.
_RANGE = range(20000, 32000)


def reserved_port():
    """A port of loopback, of UDP and TCP alike, that nobody is bound to."""
    for port in random.sample(_RANGE, 100):
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, socket.socket() as stream:
                datagrams.bind(("127.0.0.1", port))
                stream.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue
    raise OSError("a hundred ports tried, and none is free")
