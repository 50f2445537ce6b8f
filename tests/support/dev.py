"""`settled dev` as a developer has it: started in a directory, and used from other terminals by what it printed."""

import json
import os
import re
import signal
import subprocess

from .http_client import HttpClient
from .places import binary
from .processes import Process
from .waiting import wait_for

READY = "started again it is the same.\n"


class Dev:
    """Running when the constructor returns, unless it is started only: then ready() waits."""

    def __init__(self, directory, *arguments, waits=True):
        self.directory = directory
        self.process = Process(["dev", *arguments], directory / "dev.log", cwd=directory)
        if waits:
            self.ready()

    def ready(self):
        wait_for(lambda: self.is_ready() or not self.process.is_running(), lambda: f"dev gets ready: {self.printed()}")
        assert self.process.is_running(), f"{self.printed()}\n{self.process.log_text()}"

    def printed(self):
        return self.process.output.read_text()

    def is_ready(self):
        return READY in self.printed() or self.printed().startswith("{") and self.printed().endswith("}\n")

    @property
    def state(self):
        return json.loads((self.directory / "settled-dev" / "dev.json").read_text())

    @property
    def commands(self):
        """The line of variables, and the commands to paste after it."""
        pasted = self.printed()[self.printed().index("\nexport "):]
        return re.findall(r"^((?:export|settled|curl) .*)$", pasted, re.MULTILINE)

    @property
    def variables(self):
        return dict(word.split("=", 1) for word in self.commands[0].split()[1:])

    def stop(self):
        """Ctrl-C; its exit status."""
        self.process.signal(signal.SIGINT)
        return self.process.wait()

    def api(self, method, target, body=None):
        http = HttpClient(port=int(self.state["url"].rsplit(":", 1)[1]))
        headers = {"Authorization": f"Bearer {self.state['key']}", "Content-Type": "application/json"}
        try:
            return http.send(method, target, headers, json.dumps(body) if body is not None else None)
        finally:
            http.close()

    def sandbox(self, method, target, body=None):
        http = HttpClient(port=int(self.state["control"].rsplit(":", 1)[1]))
        try:
            return http.send(method, target, {"Content-Type": "application/json"},
                             json.dumps(body) if body is not None else None)
        finally:
            http.close()


class Elsewhere:
    """Another terminal, in a directory and a home of its own, with what `settled dev` printed in its environment."""

    def __init__(self, directory, variables):
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.variables = {"HOME": str(directory), **variables}

    def run(self, *arguments, seconds=120):
        """(exit status, standard output, standard error)"""
        done = subprocess.run([binary(), *map(str, arguments)], cwd=self.directory, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=seconds, check=False, env=os.environ | self.variables)
        return done.returncode, done.stdout, done.stderr

    def start(self, name, *arguments):
        return Process(arguments, self.directory / f"{name}.log", cwd=self.directory, variables=self.variables)

    def trigger(self, *arguments):
        """What it printed, of a trigger whose events all came."""
        status, output, error = self.run("trigger", *arguments, "--json")
        assert status == 0, f"{arguments}: {output}\n{error}"
        return json.loads(output)
