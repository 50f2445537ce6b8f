"""A gate between the server under test and one partner: it sees each request whole, and decides what of the answer comes back.

`partner(request)` makes the answer, as bytes. What a test sets stays until it is changed:

    gate.open()              every answer comes back
    gate.delay(seconds)      …after so long
    gate.cut(count)          …its first bytes only, then the connection ends (reset=True: by a TCP reset)
    gate.black_hole()        connections are taken, and nothing is read or said until the gate opens
    gate.shut()              connections are refused

`gate.on_request` is called with each request before it is answered, and may return what happens to it: a Fate.
"""

import collections
import dataclasses
import select
import socket
import struct
import threading
import time

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@dataclasses.dataclass
class Fate:
    """Of one answer: `count` bytes of it come back (None: all), after `wait()`; then the connection ends, if they are not all."""
    count: int | None = None
    reset: bool = False
    wait: object = None
    after: object = None  # called when the bytes were sent


@dataclasses.dataclass
class Request:
    path: str
    id: str
    body: bytes
    headers: dict
    answered: bool = False  # the whole answer was passed on


class Gate:
    def __init__(self, partner=lambda request: OK):
        self.partner = partner
        self.on_request = lambda request: None
        self.lock = threading.Lock()
        self.requests, self.connections = [], set()
        self.fate = Fate()
        self.flowing = threading.Event()
        self.flowing.set()
        self.port, self.listener = 0, None
        self._listen()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # What happens from now on

    def open(self):
        self.fate = Fate()
        self.flowing.set()
        if self.listener is None:
            self._listen()

    def delay(self, seconds):
        self.fate = Fate(wait=lambda: time.sleep(seconds))

    def cut(self, count, reset=False):
        self.fate = Fate(count, reset)

    def black_hole(self):
        self.flowing.clear()

    def shut(self):
        """Connections that are open end, too."""
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._end_connections()

    def close(self):
        self.shut()
        self.flowing.set()

    # What was seen

    def seen(self, path=None):
        with self.lock:
            return [request for request in self.requests if path in (None, request.path)]

    def taken(self, path=None):
        return [request for request in self.seen(path) if request.answered]

    def check_stable(self, path=None):
        """The same id always came with the same bytes: the ids, in the order in which they came first."""
        bodies = collections.defaultdict(set)
        for request in self.seen(path):
            bodies[request.id].add(request.body)
        changed = [key for key, seen in bodies.items() if len(seen) > 1]
        assert not changed, f"came with other bytes: {changed}"
        return list(bodies)

    # Inside

    def _listen(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(256)
        self.listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _end_connections(self):
        with self.lock:
            ending, self.connections = self.connections, set()
        for connection in ending:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _serve(self, connection):
        buffer = b""
        try:
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while True:
                    self.flowing.wait()
                    request, buffer = _read(connection, buffer)
                    if request is None or not self._answer(connection, request):
                        return
        except OSError:
            pass
        finally:
            with self.lock:
                self.connections.discard(connection)

    def _answer(self, connection, request):
        """False: the connection has ended."""
        with self.lock:
            self.requests.append(request)
        fate = self.on_request(request) or self.fate
        answer = self.partner(request)
        if fate.wait:
            fate.wait()
        count = len(answer) if fate.count is None else fate.count
        connection.sendall(answer[:count])
        request.answered = count >= len(answer)
        if fate.after:
            fate.after()
        if request.answered and not fate.reset:
            return True
        if fate.reset:  # what was sent must not be lost with it: it is read first
            select.select([connection], [], [], 0.05)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False


def _read(connection, buffer):
    """The next whole request and what follows it; None: the connection has ended."""
    while b"\r\n\r\n" not in buffer:
        part = connection.recv(65536)
        if not part:
            return None, b""
        buffer += part
    head, _, rest = buffer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
    size = int(headers.get("content-length", 0))
    while len(rest) < size:
        part = connection.recv(65536)
        if not part:
            return None, b""
        rest += part
    return Request(lines[0].split()[1], headers.get("webhook-id", ""), rest[:size], headers), rest[size:]
