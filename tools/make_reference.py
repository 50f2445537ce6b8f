#!/usr/bin/env python3
"""Writes api/reference.html from api/openapi.yaml: the API reference that a server shows at /docs/.

One page of plain HTML without scripts. With --check nothing is written; the exit status says whether the file is as it would be
written.
"""
import html
import json
import pathlib
import re
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "api" / "openapi.yaml"
PAGE = ROOT / "api" / "reference.html"
METHODS = ("get", "post", "put", "patch", "delete")
SCHEMA = "#/components/schemas/"


def text(value):
    """Escaped, and ASCII: the server carries the page inside."""
    return html.escape(str(value)).encode("ascii", "xmlcharrefreplace").decode()


def prose(value):
    """Paragraphs, with `code`."""
    paragraphs = re.split(r"\n\s*\n", str(value or "").strip())
    return "".join(f"<p>{inline(paragraph)}</p>\n" for paragraph in paragraphs if paragraph)


def inline(value):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(" ".join(str(value).split())))


class Reference:
    def __init__(self, contract):
        self.contract = contract

    def follow(self, value):
        while isinstance(value, dict) and "$ref" in value:
            found = self.contract
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = {**found, **{key: inner for key, inner in value.items() if key != "$ref"}}
        return value

    def type_of(self, schema):
        """A type in words, with links to schemas."""
        if not isinstance(schema, dict):
            return "anything"
        reference = schema.get("$ref", "")
        if reference.startswith(SCHEMA):
            name = reference[len(SCHEMA):]
            return f'<a href="#schema-{text(name)}">{text(name)}</a>'
        for word in ("oneOf", "anyOf", "allOf"):
            if word in schema:
                return (" and " if word == "allOf" else " or ").join(self.type_of(one) for one in schema[word])
        if "const" in schema:
            return f"<code>{text(json.dumps(schema['const']))}</code>"
        if "enum" in schema:
            return "one of " + ", ".join(f"<code>{text(one)}</code>" for one in schema["enum"])
        types = schema.get("type", "object" if "properties" in schema else "anything")
        words = " or ".join(types) if isinstance(types, list) else types
        if schema.get("type") == "array":
            return f"list of {self.type_of(schema.get('items', {}))}"
        return text(words) + self.bounds_of(schema)

    @staticmethod
    def bounds_of(schema):
        words = []
        for word, name in (("format", ""), ("minimum", "from "), ("maximum", "to "), ("minLength", "at least "),
                           ("maxLength", "at most "), ("pattern", "as "), ("default", "default ")):
            if word in schema:
                words.append(f"{name}{schema[word]}" + (" characters" if word.endswith("Length") else ""))
        return f" <small>({text(', '.join(words))})</small>" if words else ""

    def members(self, schema):
        """The table of an object's members."""
        required = set(schema.get("required", ()))
        rows = []
        for name, member in schema.get("properties", {}).items():
            whole = self.follow(member)
            mark = "" if name in required else " <small>optional</small>"
            rows.append(f"<tr><td><code>{text(name)}</code>{mark}</td><td>{self.type_of(member)}</td>"
                        f"<td>{inline(whole.get('description', ''))}</td></tr>\n")
        return f"<table>\n{''.join(rows)}</table>\n" if rows else ""

    def parameters(self, operation):
        rows = []
        for parameter in map(self.follow, operation.get("parameters", ())):
            mark = "" if parameter.get("required") else " <small>optional</small>"
            rows.append(f"<tr><td><code>{text(parameter['name'])}</code>{mark}<br><small>{text(parameter['in'])}</small></td>"
                        f"<td>{self.type_of(parameter.get('schema', {}))}</td>"
                        f"<td>{inline(parameter.get('description', ''))}</td></tr>\n")
        return f"<h4>Parameters</h4>\n<table>\n{''.join(rows)}</table>\n" if rows else ""

    def body(self, operation):
        out = ""
        for kind, content in self.follow(operation.get("requestBody", {})).get("content", {}).items():
            out += f"<h4>Body <small>{text(kind)}</small></h4>\n<p>{self.type_of(content.get('schema', {}))}</p>\n"
            if "example" in content:
                out += f"<pre>{text(json.dumps(content['example'], indent=2, ensure_ascii=False))}</pre>\n"
        return out

    def answers(self, operation):
        rows = []
        for status, named in operation.get("responses", {}).items():
            answer = self.follow(named)
            kinds = [self.type_of(content.get("schema", {})) for content in answer.get("content", {}).values()]
            rows.append(f"<tr><td><code>{text(status)}</code></td><td>{inline(answer.get('description', ''))}</td>"
                        f"<td>{', '.join(kinds)}</td></tr>\n")
        return f"<h4>Answers</h4>\n<table>\n{''.join(rows)}</table>\n"

    def operation(self, title, operation):
        return (f'<section id="{text(operation["operationId"])}">\n<h3>{inline(operation["summary"])}</h3>\n'
                f"<p><code>{text(title)}</code></p>\n{prose(operation.get('description'))}"
                f"{self.parameters(operation)}{self.body(operation)}{self.answers(operation)}</section>\n")

    def operations(self):
        """(tag, title, operation) of all, in the order of the contract."""
        for path, item in self.contract["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = {**item[method]}
                    operation["parameters"] = [*item.get("parameters", ()), *operation.get("parameters", ())]
                    yield operation["tags"][0], f"{method.upper()} {path}", operation

    def events(self):
        for name, item in self.contract["webhooks"].items():
            yield name, item["post"]

    def schema(self, name, schema):
        whole = self.follow(schema)
        members = self.members(whole)
        parts = "".join(self.members(self.follow(part)) for word in ("allOf", "oneOf", "anyOf") for part in whole.get(word, ()))
        kind = "" if members else f"<p>{self.type_of({key: value for key, value in whole.items()})}</p>\n"
        return (f'<section id="schema-{text(name)}">\n<h3>{text(name)}</h3>\n{prose(whole.get("description"))}'
                f"{kind}{members}{parts}</section>\n")

    def page(self):
        info, operations = self.contract["info"], list(self.operations())
        tags = [tag for tag in self.contract["tags"] if any(tag["name"] == one for one, _, _ in operations)]
        links = "".join(
            f'<li><a href="#tag-{tag["name"]}">{text(tag["name"].replace("_", " "))}</a>\n<ul>'
            + "".join(f'<li><a href="#{text(operation["operationId"])}"><code>{text(title)}</code></a></li>\n'
                      for one, title, operation in operations if one == tag["name"]) + "</ul></li>\n" for tag in tags)
        body = "".join(
            f'<h2 id="tag-{tag["name"]}">{text(tag["name"].replace("_", " ").capitalize())}</h2>\n{prose(tag.get("description"))}'
            + "".join(self.operation(title, operation) for one, title, operation in operations if one == tag["name"])
            for tag in tags)
        events = "".join(self.operation(f"event {name}", operation) for name, operation in self.events())
        schemas = "".join(self.schema(name, schema) for name, schema in self.contract["components"]["schemas"].items())
        return ("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width\">\n"
                f"<title>{text(info['title'])}: API reference</title>\n<link rel=\"stylesheet\" href=\"reference.css\">\n</head>\n"
                f"<body>\n<nav>\n<ul>\n{links}<li><a href=\"#events\">events</a></li>\n<li><a href=\"#schemas\">schemas</a></li>\n"
                f"</ul>\n</nav>\n<main>\n<h1>{text(info['title'])}: API reference</h1>\n{prose(info.get('description'))}"
                f"<p>For programs: <a href=\"/openapi.yaml\">openapi.yaml</a>.</p>\n{body}"
                f"<h2 id=\"events\">Events</h2>\n{events}<h2 id=\"schemas\">Schemas</h2>\n{schemas}</main>\n</body>\n</html>\n")


def main():
    page = Reference(yaml.load(CONTRACT.read_text(), yaml.CSafeLoader)).page()
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != page:
            sys.exit("api/reference.html is not what api/openapi.yaml makes: run tools/make_reference.py")
        return
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
