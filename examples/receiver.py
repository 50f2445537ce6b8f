"""Receives events of settled: verifies, stores, answers, and processes afterwards; each event once.

WEBHOOK_SECRET=whsec_... python3 receiver.py 8090 inbox.log
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import queue
import sys
import threading
import time

KEY = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))
TOLERANCE_SECONDS = 300
BODY_BYTES_MAX = 2 << 20
lock, todo, seen = threading.Lock(), queue.Queue(), set()


def is_authentic(headers, body):
    """Standard Webhooks: HMAC-SHA256 over id.timestamp.body; while a secret is changed there are several signatures."""
    event_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    digest = hmac.new(KEY, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(given.encode(), expected.encode())
               for given in headers.get("webhook-signature", "").split(" "))


def store(event_id, body):
    """True once it is on the disk; a second time nothing is written."""
    with lock:
        if event_id in seen:
            return
        inbox.write(f"{event_id} ".encode() + body.replace(b"\n", b" ") + b"\n")
        inbox.flush()
        os.fsync(inbox.fileno())
        seen.add(event_id)
    todo.put(body)


def process():
    """Your work goes here, after the answer. It begins with what was stored before a restart and not processed."""
    while True:
        event = json.loads(todo.get())
        print("processed", event["id"], event["type"], flush=True)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), BODY_BYTES_MAX))
        if not is_authentic(self.headers, body):
            return self.answer(401)
        store(self.headers["webhook-id"], body)
        return self.answer(204)

    def answer(self, status):
        self.send_response_only(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    path = sys.argv[2]
    if os.path.exists(path):
        with open(path, "rb") as file:
            seen.update(line.split(b" ", 1)[0].decode() for line in file if line.endswith(b"\n"))
    inbox = open(path, "ab")
    threading.Thread(target=process, daemon=True).start()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver)
    print("listening", server.server_port, flush=True)
    server.serve_forever()
