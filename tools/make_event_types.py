#!/usr/bin/env python3
"""Writes api/event_types.json from api/openapi.yaml: the catalogue of events that GET /v1/event-types serves.

Each type has the summary of its webhook and a JSON Schema that stands by itself. With --check nothing is written;
the exit status says whether the file is as it would be written.
"""
import json
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTRACT = ROOT / "api" / "openapi.yaml"
CATALOGUE = ROOT / "api" / "event_types.json"
PREFIX = "#/components/schemas/"


def moved(value, schemas, found):
    """The same with references into $defs; `found` gets the names of what is referred to."""
    if isinstance(value, dict):
        out = {}
        for key, inner in value.items():
            if key == "$ref" and inner.startswith(PREFIX):
                name = inner[len(PREFIX):]
                if name not in found:
                    found[name] = None
                    found[name] = moved(schemas[name], schemas, found)
                out[key] = "#/$defs/" + name
            else:
                out[key] = moved(inner, schemas, found)
        return out
    if isinstance(value, list):
        return [moved(inner, schemas, found) for inner in value]
    return value


def schema_of(event_type, body, schemas):
    found = {}
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    inner = moved(body, schemas, found)
    schema["allOf"] = [inner, {"properties": {"type": {"const": event_type}}}]
    schema["$defs"] = {name: found[name] for name in sorted(found)}
    return schema


def catalogue():
    contract = yaml.load(CONTRACT.read_text(encoding="utf-8"), yaml.CSafeLoader)
    schemas = contract["components"]["schemas"]
    types = []
    for event_type, item in contract["webhooks"].items():
        post = item["post"]
        body = post["requestBody"]["content"]["application/json"]["schema"]
        types.append({"type": event_type, "description": post["summary"],
                      "schema": schema_of(event_type, body, schemas)})
    types.sort(key=lambda each: each["type"])
    lines = [json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in types]
    return '{"data":[\n' + ",\n".join(lines) + "\n]}\n"


def main():
    text = catalogue()
    if "--check" in sys.argv[1:]:
        current = CATALOGUE.read_text(encoding="utf-8") if CATALOGUE.exists() else ""
        if current != text:
            print("api/event_types.json is not what tools/make_event_types.py writes: run it")
            return 1
        return 0
    CATALOGUE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
