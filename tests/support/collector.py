"""What stands for the collector of traces: an OTLP/HTTP receiver that takes nothing the protocol does not allow.

The rules are those of the OpenTelemetry Protocol's JSON encoding: members by their lowerCamelCase names, ids as lower-case
hexadecimal, 64-bit integers as decimal texts, enumerations as numbers. Unknown members are an error here, although a real
receiver ignores them: they would be a mistake of ours.
"""

import http.server
import json
import re
import socket
import threading

REQUIRED, OPTIONAL = True, False
_HEX = {"traceId": 32, "spanId": 16, "parentSpanId": 16}
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")


class NotOtlp(AssertionError):
    pass


def _need(condition, what):
    if not condition:
        raise NotOtlp(what)


def _members(thing, where, **known):
    _need(isinstance(thing, dict), f"{where} is no object")
    unknown = set(thing) - set(known)
    _need(not unknown, f"{where} has {unknown}")
    missing = {name for name, required in known.items() if required} - set(thing)
    _need(not missing, f"{where} lacks {missing}")


def _id(span, name):
    value = span[name]
    _need(isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{_HEX[name]}}}", value) and value.strip("0"),
          f"{name} {value!r}")


def _attributes(attributes, where):
    _need(isinstance(attributes, list), f"attributes of {where}")
    for each in attributes:
        _members(each, f"an attribute of {where}", key=REQUIRED, value=REQUIRED)
        _need(isinstance(each["key"], str) and each["key"], f"a key of {where}")
        _members(each["value"], f"{each['key']}", stringValue=OPTIONAL, intValue=OPTIONAL)
        _need(len(each["value"]) == 1, f"{each['key']} has one value")
        kind, value = next(iter(each["value"].items()))
        _need(isinstance(value, str), f"{each['key']} is no text")
        _need(kind == "stringValue" or re.fullmatch(r"-?[0-9]{1,19}", value), f"{each['key']} is no integer")
    names = [each["key"] for each in attributes]
    _need(len(names) == len(set(names)), f"{where} has an attribute twice: {names}")


def _span(span):
    _members(span, "a span", traceId=REQUIRED, spanId=REQUIRED, parentSpanId=OPTIONAL, name=REQUIRED, kind=REQUIRED,
             startTimeUnixNano=REQUIRED, endTimeUnixNano=REQUIRED, attributes=OPTIONAL, links=OPTIONAL, status=OPTIONAL)
    for name in set(_HEX) & set(span):
        _id(span, name)
    _need(isinstance(span["name"], str) and span["name"], "a span has a name")
    _need(span["kind"] in (1, 2, 3, 4, 5), f"kind {span['kind']!r}")
    for name in ("startTimeUnixNano", "endTimeUnixNano"):
        _need(isinstance(span[name], str) and _DECIMAL.fullmatch(span[name]), f"{name} {span[name]!r}")
    _need(int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]), f"{span['name']} ends before it begins")
    _attributes(span.get("attributes", []), span["name"])
    for link in span.get("links", []):
        _members(link, "a link", traceId=REQUIRED, spanId=REQUIRED)
        _id(link, "traceId")
        _id(link, "spanId")
    if "status" in span:
        _members(span["status"], "a status", code=REQUIRED, message=OPTIONAL)
        _need(span["status"]["code"] in (0, 1, 2), "a status")


def spans_of(request):
    """The spans of an ExportTraceServiceRequest, checked; each with its attributes as `at` and its resource's as `by`."""
    _members(request, "the request", resourceSpans=REQUIRED)
    found = []
    for of_resource in request["resourceSpans"]:
        _members(of_resource, "resourceSpans", resource=REQUIRED, scopeSpans=REQUIRED)
        _members(of_resource["resource"], "the resource", attributes=REQUIRED)
        _attributes(of_resource["resource"]["attributes"], "the resource")
        for of_scope in of_resource["scopeSpans"]:
            _members(of_scope, "scopeSpans", scope=REQUIRED, spans=REQUIRED)
            _members(of_scope["scope"], "the scope", name=REQUIRED, version=OPTIONAL)
            _need(of_scope["spans"], "no spans")
            for span in of_scope["spans"]:
                _span(span)
                found.append({**span, "at": _values(span.get("attributes", [])),
                              "by": _values(of_resource["resource"]["attributes"])})
    return found


def _values(attributes):
    return {each["key"]: int(each["value"]["intValue"]) if "intValue" in each["value"] else each["value"]["stringValue"]
            for each in attributes}


class Collector:
    """At `url`. `answer(status, headers)` is what it says from now on; hang() lets requests wait until go_on(); down()
    and up() close and open its port."""

    def __init__(self):
        self.lock = threading.Lock()
        self.spans, self.bodies, self.heads, self.wrong = [], [], [], []
        self.status, self.headers, self.body = 200, {}, b"{}"
        self.flowing = threading.Event()
        self.flowing.set()
        self.port = 0
        self.up()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def up(self):
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.flowing.wait()
                status, headers, answer = collector._take(self.path, dict(self.headers), body)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, *_):
                """A server under test that ends closes its connections."""

            def get_request(self):
                connection, address = super().get_request()
                with collector.lock:
                    self.connections = [*getattr(self, "connections", []), connection]
                return connection, address

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in getattr(self.server, "connections", []):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def answer(self, status, headers=None, body=b"{}"):
        with self.lock:
            self.status, self.headers, self.body = status, headers or {}, body

    def hang(self):
        self.flowing.clear()

    def go_on(self):
        self.flowing.set()

    def _take(self, path, head, body):
        with self.lock:
            self.heads.append(head)
            self.bodies.append(body)
            try:
                _need(path == "/v1/traces" and head["Content-Type"] == "application/json", f"{path} {head}")
                spans = spans_of(json.loads(body))
            except (AssertionError, ValueError) as error:
                self.wrong.append((str(error), body[:2000]))
                return 400, {}, b"{}"
            if self.status // 100 == 2:
                self.spans += spans
            return self.status, self.headers, self.body

    def close(self):
        self.go_on()
        self.down()

    # What was exported

    def found(self, name=None, **at):
        """Spans so far, of that name and with those attributes (subject="…" means settled.subject)."""
        with self.lock:
            assert not self.wrong, self.wrong
            return [span for span in self.spans if name in (None, span["name"])
                    and all(span["at"].get(f"settled.{key}") == value for key, value in at.items())]

    def requests(self):
        with self.lock:
            return len(self.bodies)
