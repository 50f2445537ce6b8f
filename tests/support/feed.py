"""Reads GET /v1/feed as a client does that comes back after what it has."""

import http.client
import json
import urllib.parse
from dataclasses import dataclass


@dataclass
class Entry:
    place: str
    kind: str
    data: dict


class FeedReader:
    """An open stream. `last`: the place of the last entry that was read."""

    def __init__(self, world, last=None, key=None, **parameters):
        self.connection = http.client.HTTPConnection("127.0.0.1", world.server.port, timeout=20)
        headers = {"Authorization": f"Bearer {key or world.key}", "Accept": "text/event-stream"}
        if last:
            headers["Last-Event-ID"] = last
        self.connection.request("GET", "/v1/feed?" + urllib.parse.urlencode(parameters) if parameters else "/v1/feed",
                                headers=headers)
        self.response = self.connection.getresponse()
        self.status, self.headers, self.last = self.response.status, self.response.headers, last
        if self.status == 200:
            self._fields()  # where the stream stands before its first entry

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def _fields(self):
        """The fields of the next block that is no comment; its place is kept."""
        fields = {}
        while True:
            line = self.response.readline().decode()
            assert line, "the stream has ended"
            line = line.rstrip("\n")
            if not line and fields:
                self.last = fields["id"]
                return fields
            if line and not line.startswith(":"):
                name, value = line.split(": ", 1)
                fields[name] = value

    def next(self):
        fields = self._fields()
        return Entry(fields["id"], fields["event"], json.loads(fields["data"]))

    def until(self, wanted):
        """The entries up to the first one that is wanted, with it."""
        read = []
        while not read or not wanted(read[-1]):
            read.append(self.next())
        return read
