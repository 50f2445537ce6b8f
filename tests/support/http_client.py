"""HTTP to one server: over TCP, over TLS, or over a Unix socket. One connection, kept alive."""

import dataclasses
import http.client
import json
import socket

TIMEOUT_SECONDS = 20


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
        if unix:
            self.connection = UnixConnection(unix)
        elif tls:
            self.connection = http.client.HTTPSConnection("localhost", port, context=tls, timeout=timeout)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def send(self, method, target, headers=None, body=None):
        """One exchange; OSError or HTTPException when there was no whole answer."""
        try:
            self.connection.request(method, target, body=body, headers=headers or {})
            response = self.connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        except BaseException:
            self.connection.close()
            raise

    def close(self):
        self.connection.close()
