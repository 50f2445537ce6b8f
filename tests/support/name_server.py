"""A name server on loopback that knows some names and says nothing at all about others."""

import socket
import struct
import threading

TYPE_A = 1


class NameServer:
    """`known`: name -> IPv4 address. Every other name gets no answer, ever."""

    def __init__(self, known):
        self.known = known
        self.asked = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self):
        self.socket.close()

    def _serve(self):
        while True:
            try:
                query, sender = self.socket.recvfrom(2048)
            except OSError:
                return
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1:at + 1 + query[at]].decode())
                at += query[at] + 1
            name, end = ".".join(labels).lower(), at + 5
            kind = struct.unpack("!H", query[at + 1:at + 3])[0]
            self.asked.append(name)
            if name not in self.known:
                continue
            records = b""
            if kind == TYPE_A:
                records = struct.pack("!HHHIH", 0xC00C, TYPE_A, 1, 60, 4) + socket.inet_aton(self.known[name])
            self.socket.sendto(query[:2] + struct.pack("!HHHHH", 0x8180, 1, 1 if records else 0, 0, 0)
                               + query[12:end] + records, sender)
