"""Between the server under test and PostgreSQL: passes everything on, and strikes once, at a chosen point.

A point is the Nth time after arm() that the server sends something to PostgreSQL, or is sent something, on a
connection that writes. Connections are distinguished by what is said on them: only one that writes begins a
transaction that may.
"""

import pathlib
import select
import socket
import threading

SEND, ANSWER = "send", "answer"
BEFORE, INSIDE = "before", "inside"  # nothing of the Nth chunk is passed on; or its first half is

_NAME = ".s.PGSQL.5432"
_WRITES = b"ISOLATION LEVEL READ COMMITTED READ WRITE"  # in the statement that begins a transaction
_QUIET_SECONDS = 0.03


class Proxy:
    """`directory` gets a socket that libpq finds as it finds a server's; `server` is a server's directory."""

    def __init__(self, directory, server):
        self.directory = pathlib.Path(directory)
        self.server = f"{server}/{_NAME}"
        self.lock = threading.Lock()
        self.left, self.struck = 0, False
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(f"{self.directory}/{_NAME}")
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self, number, direction, how, strike=None):
        """At the Nth chunk: strike(), then the connection is cut. What the server sent then is never seen by
        PostgreSQL, or half of it; what it was to be answered PostgreSQL has done."""
        with self.lock:
            self.left, self.direction, self.how, self.strike = number, direction, how, strike
            self.struck = False

    def disarm(self):
        """Whether it struck since arm()."""
        with self.lock:
            self.left = 0
            return self.struck

    def close(self):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client):
        with client, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
            try:
                server.connect(self.server)
                writes = False
                while True:
                    ready, _, _ = select.select([client, server], [], [])
                    for connector, target, direction in ((client, server, SEND), (server, client, ANSWER)):
                        if connector not in ready:
                            continue
                        chunk = connector.recv(1 << 20)
                        if not chunk:
                            return
                        writes = writes or (direction == SEND and _WRITES in chunk)
                        if writes and self._is_the_point(direction):
                            return self._cut(chunk, target, server)
                        target.sendall(chunk)
            except OSError:
                return

    def _is_the_point(self, direction):
        with self.lock:
            if self.left == 0 or direction != self.direction:
                return False
            self.left -= 1
            self.struck = self.left == 0
            return self.struck

    def _cut(self, chunk, target, server):
        if self.how == INSIDE:
            target.sendall(chunk[:max(1, len(chunk) // 2)])
        if self.strike:
            self.strike()
        # PostgreSQL has acted on all that it got before the connection goes.
        while select.select([server], [], [], _QUIET_SECONDS)[0] and server.recv(1 << 20):
            pass
