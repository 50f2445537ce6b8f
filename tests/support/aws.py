"""AWS as the tests see it: moto on loopback (tools/aws_double.py), and a gate before it that may be closed or speak for it."""

import http.client
import http.server
import json
import os
import subprocess
import threading

import pytest

from .places import ROOT
from .processes import _die_with_parent

PYTHON = ROOT / "build" / "test-python" / "bin" / "python"
SCRIPT = ROOT / "tools" / "aws_double.py"
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Gate:
    """Between the server and AWS. `closed`: every connection ends without an answer. `says`: (status, body, fields) in
    AWS's place. It passes on what it is sent as it is, so that signatures hold."""

    def __init__(self, port):
        self.closed = False
        self.says = None
        self.calls = []
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def carry(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.close_connection = True
                if gate.closed:
                    return
                gate.calls.append((self.command, self.path, dict(self.headers), body.decode()))
                status, answer, fields = gate.says or gate.ask(port, self.command, self.path, self.headers, body)
                self.send_response_only(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = carry

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @staticmethod
    def ask(port, method, path, fields, body):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in fields.items():
            if name.lower() != "connection":
                connection.putheader(name, value)
        connection.endheaders(body)
        reply = connection.getresponse()
        answer = reply.read()
        connection.close()
        return reply.status, answer, [each for each in reply.getheaders() if each[0].lower() not in HOP]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Aws:
    """`variables` is what a server needs in its environment to reach it."""

    def __init__(self):
        if not PYTHON.exists():
            if os.environ.get("CI"):
                pytest.fail("tools/test_python.sh has not made build/test-python")
            pytest.skip("moto is not installed: tools/test_python.sh")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.child = subprocess.Popen([PYTHON, "-P", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                      env=clean, preexec_fn=_die_with_parent)
        said = json.loads(self.child.stdout.readline())
        self.region = said["region"]
        self.key_id, self.secret_key = said["key_id"], said["secret_key"]
        self.gate = Gate(said["port"])

    @property
    def variables(self):
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.gate.port}", "AWS_REGION": self.region,
                "AWS_ACCESS_KEY_ID": self.key_id, "AWS_SECRET_ACCESS_KEY": self.secret_key}

    def do(self, word, *arguments):
        self.child.stdin.write(json.dumps({word: arguments}) + "\n")
        self.child.stdin.flush()
        said = json.loads(self.child.stdout.readline())
        assert not said, said

    def put_secret(self, name, text):
        self.do("put_secret", name, text)

    def put_object(self, bucket, key, text, encryption="aws:kms"):
        self.do("put_object", bucket, key, text, encryption)

    def allow(self, *actions):
        self.do("allow", *actions)

    def away(self, is_away=True):
        self.gate.closed = is_away

    def says(self, status, error, **fields):
        """Speaks in AWS's place until back()."""
        self.gate.says = status, json.dumps({"__type": error, "message": "m"}).encode(), list(fields.items())

    def back(self):
        self.gate.says = None
        self.gate.closed = False

    def close(self):
        self.gate.close()
        self.child.stdin.close()
        self.child.wait(30)
