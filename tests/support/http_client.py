"""HTTP to one server: over TCP, over TLS, or over a Unix socket. One connection, kept alive while it is used."""

import dataclasses
import http.client
import json
import socket
import time

TIMEOUT_SECONDS = 20
IDLE_SECONDS = 30  # servers close what is idle for a minute


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The stable code of a problem; "" of what is none."""
        kind = self.headers.get("Content-Type", "")
        return self.json["code"] if kind.startswith("application/problem+json") else ""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class HttpClient:
    def __init__(self, port=None, tls=None, unix=None, timeout=TIMEOUT_SECONDS):
        self.used_at = time.monotonic()
        if unix:
            self.connection = UnixConnection(unix)
        elif tls:
            self.connection = http.client.HTTPSConnection("localhost", port, context=tls, timeout=timeout)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(self, method, target, headers=None, body=None):
        """One exchange; OSError or HTTPException when there was no whole answer."""
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            self.connection.close()  # the next request opens another
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            response = self.connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
            self.used_at = time.monotonic()
            return answer
        except BaseException:
            self.connection.close()
            raise

    def close(self):
        self.connection.close()
