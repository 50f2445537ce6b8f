"""The contract, held against what is really sent: api/openapi.yaml checks every request and answer.

An operation, status, header or content type that the document does not have is a failure, and so is a
request that the server took although the document refuses it.
"""

import json
import re
import urllib.parse

import jsonschema
import yaml

from .places import ROOT
from .schemas import validator_for

METHODS = ("get", "post", "put", "patch", "delete")
NO_JSON = "the body is no JSON"


def without_nulls(value):
    """What is asked for: an optional member that is null counts as absent (the document's conventions)."""
    if isinstance(value, dict):
        return {name: without_nulls(member) for name, member in value.items() if member is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


class ContractBroken(AssertionError):
    """The server and its contract say different things."""


class Operation:
    def __init__(self, method, path, spec):
        self.method = method.upper()
        self.path = path
        self.spec = spec
        self.id = spec["operationId"]
        self.pattern = re.compile("^" + re.sub(r"\{[^}]+\}", "([^/]+)", path) + "$")


class Contract:
    def __init__(self, text=None):
        self.text = text or (ROOT / "api" / "openapi.yaml").read_text()
        self.document = yaml.load(self.text, yaml.CSafeLoader)
        self.resolver = jsonschema.RefResolver("", self.document)
        self.validator = validator_for(self.resolver)
        self.operations = [Operation(method, path, item[method])
                           for path, item in self.document["paths"].items()
                           for method in METHODS if method in item]
        self.seen = {}  # operation id → statuses that it answered

    def resolve(self, node):
        while isinstance(node, dict) and set(node) == {"$ref"}:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def operation(self, operation_id):
        return next(found for found in self.operations if found.id == operation_id)

    def find(self, method, path):
        """The operation; a path without parameters wins over one with."""
        found = [op for op in self.operations if op.method == method and op.pattern.match(path)]
        return min(found, key=lambda op: op.path.count("{"), default=None)

    def is_secured(self, operation):
        return operation.spec.get("security", self.document["security"]) != []

    def errors(self, schema, value):
        validator = self.validator(schema, resolver=self.resolver)
        return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
                for error in validator.iter_errors(value)]

    def check_schema(self, schema, value, what):
        problems = self.errors(schema, value)
        if problems:
            raise ContractBroken(f"{what}: {problems[:3]} in {json.dumps(value)[:600]}")

    # Requests

    def parameters(self, operation):
        return [self.resolve(parameter) for parameter in operation.spec.get("parameters", [])]

    def request_problems(self, operation, target, headers, body):
        """What the document has against this request; [] if nothing."""
        split = urllib.parse.urlsplit(target)
        query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        values = {"query": query, "header": {k.lower(): v for k, v in headers.items()},
                  "path": dict(zip(re.findall(r"\{([^}]+)\}", operation.path),
                                   map(urllib.parse.unquote,
                                       operation.pattern.match(split.path).groups())))}
        problems = []
        known = {"query": set()}
        for parameter in self.parameters(operation):
            name = parameter["name"].lower() if parameter["in"] == "header" else parameter["name"]
            known.setdefault(parameter["in"], set()).add(name)
            given = values[parameter["in"]].get(name)
            if given is None:
                if parameter.get("required"):
                    problems.append(f"{name} is missing")
                continue
            schema = parameter["schema"]
            if self.resolve(schema).get("type") == "integer" and re.fullmatch(r"-?[0-9]+", given):
                given = int(given)
            problems += [f"{name} {error}" for error in self.errors(schema, given)]
        problems += [f"{name} is no parameter" for name in set(query) - known["query"]]
        return problems + self.body_problems(operation, headers, body)

    def body_problems(self, operation, headers, body):
        wanted = operation.spec.get("requestBody")
        if not wanted:
            return ["a body, where none is taken"] if body else []
        if not body and wanted.get("required") is False:
            return []
        kind = headers.get("Content-Type", "").split(";")[0]
        if kind not in wanted["content"]:
            return [f"content type {kind!r}"]
        if not kind.endswith("json"):
            return []
        try:
            value = json.loads(body)
        except ValueError:
            return [NO_JSON]
        return self.errors(wanted["content"][kind]["schema"], without_nulls(value))

    # Answers

    def check_answer(self, operation, status, headers, body):
        name = f"{operation.id} {status}"
        answers = operation.spec["responses"]
        if str(status) not in answers:
            raise ContractBroken(f"{name}: the contract has only {sorted(answers)}: {body[:300]}")
        answer = self.resolve(answers[str(status)])
        for header, told in answer.get("headers", {}).items():
            told = self.resolve(told)
            value = headers.get(header)
            if value is None and told.get("required"):
                raise ContractBroken(f"{name}: the header {header} is missing")
            if value is not None:
                self.check_schema(told["schema"], value, f"{name} {header}")
        kind = (headers.get("Content-Type") or "").split(";")[0].strip()
        content = answer.get("content")
        if content is None:
            if body:
                raise ContractBroken(f"{name}: a body where none was promised: {body[:300]}")
        elif kind not in content:
            raise ContractBroken(f"{name}: content type {kind!r}, promised {sorted(content)}")
        elif kind.endswith("json"):
            self.check_schema(content[kind]["schema"], json.loads(body), name)
        if kind == "application/problem+json" and json.loads(body)["status"] != status:
            raise ContractBroken(f"{name}: the problem gives another status: {body[:300]}")
        self.seen.setdefault(operation.id, set()).add(status)

    def check(self, method, target, headers, body, answer, takes_no_json=False):
        """A whole exchange. Raises ContractBroken; `takes_no_json`: not where a body is taken that is no JSON."""
        operation = self.find(method, urllib.parse.urlsplit(target).path)
        if operation is None:
            raise ContractBroken(f"the contract has no {method} {target}")
        self.check_answer(operation, answer.status, answer.headers, answer.body)
        problems = self.request_problems(operation, target, headers, body)
        is_expected = takes_no_json and problems == [NO_JSON]
        if problems and answer.status < 400 and not is_expected:
            raise ContractBroken(f"{operation.id} took what its contract refuses: {problems[:3]}")
        return problems

    def check_event(self, record):
        """A notification as the partner got it: its headers and its body."""
        value = json.loads(record["body"])
        told = self.document["webhooks"][value["type"]]["post"]
        headers = {name.lower(): text for name, text in record["headers"].items()}
        has_basic = headers.get("authorization", "").startswith("Basic ")
        for parameter in map(self.resolve, told["parameters"]):
            if parameter["name"] == "webhook-signature" and has_basic:
                continue
            assert parameter["name"] in headers, f"{parameter['name']} is missing: {headers}"
            self.check_schema(parameter["schema"], headers[parameter["name"]], parameter["name"])
        content = told["requestBody"]["content"]
        kind = headers["content-type"].split(";")[0]
        assert kind in content
        self.check_schema(content[kind]["schema"], value, value["type"])
        assert headers["webhook-id"] == value["id"]
        return value
