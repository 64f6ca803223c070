"""A DNS server that knows what a test says. UDP on loopback; standard library only."""

import contextlib
import ipaddress
import queue
import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33}
SERVER_FAILURE, NAME_ERROR = 2, 3


def name_octets(name):
    labels = [label for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def record_octets(kind, value):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(value).packed
    if kind == "MX":
        preference, host = value
        return struct.pack(">H", preference) + name_octets(host)
    if kind == "SRV":
        priority, weight, port, host = value
        return struct.pack(">HHH", priority, weight, port) + name_octets(host)
    if kind == "TXT":
        parts = [value[at : at + 255] for at in range(0, len(value), 255)] or [""]
        return b"".join(bytes([len(part)]) + part.encode() for part in parts)
    return name_octets(value)


class SmallDns:
    """`zone` has lists of values by (name, type). Names of `failing` are a server failure, of
    `silent` are not answered; all others there are none of."""

    def __init__(self, zone):
        self.zone = zone
        self.failing = set()
        self.silent = set()
        self.asked = queue.Queue()  # names
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def wait_for(self, name):
        """Until somebody asks for it."""
        while self.asked.get(timeout=60) != name:
            pass

    def close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self):
        while True:
            try:
                question, client = self._socket.recvfrom(4096)
            except OSError:
                return
            if not question:
                return  # it was closed
            answer = self._answer(question)
            if answer:
                self._socket.sendto(answer, client)

    def _answer(self, question):
        at, labels = 12, []
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode().lower())
            at += 1 + question[at]
        name = ".".join(labels)
        self.asked.put(name)
        (kind,) = struct.unpack(">H", question[at + 1 : at + 3])
        asked = question[12 : at + 5]
        if name in self.silent:
            return None
        known = {key for key, _ in self.zone}
        code = SERVER_FAILURE if name in self.failing else 0 if name in known else NAME_ERROR
        word = next((word for word, number in TYPES.items() if number == kind), None)
        values = self.zone.get((name, word), []) if code == 0 else []
        flags = 0x8180 | code  # an answer, recursion desired and available
        text = question[:2] + struct.pack(">HHHHH", flags, 1, len(values), 0, 0) + asked
        for value in values:
            octets = record_octets(word, value)
            text += b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(octets)) + octets
        return text
