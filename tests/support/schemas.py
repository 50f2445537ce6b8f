"""A validator of JSON Schema that is quick where documents list many events: it says what jsonschema's own one says.

Of alternatives that differ in their member `type`, those of other types are left out: they cannot hold. What holds under a
reference is held by it ever after: lists are read again and again, and most of what is in them was there before. Both ways
need one document, in which a reference means the same everywhere.
"""

import hashlib
import json

import jsonschema

_BASE = jsonschema.Draft202012Validator
_one_of = _BASE.VALIDATORS["oneOf"]
_ref = _BASE.VALIDATORS["$ref"]


def types_of(resolve, schema):
    """The values of `type` under which an object can hold; None: any."""
    of_type = resolve(schema).get("properties", {}).get("type", {})
    if "const" in of_type:
        return {of_type["const"]}
    return set(of_type["enum"]) if "enum" in of_type else None


def validator_for(resolver):
    """A validator class for the schemas of the resolver's document alone."""
    known = {}  # id of a list of alternatives → their types; the document keeps the lists
    held = set()

    def resolve(node):
        while isinstance(node, dict) and "$ref" in node:
            node = resolver.resolve(node["$ref"])[1]
        return node

    def one_of(validator, alternatives, instance, schema):
        if isinstance(instance, dict) and isinstance(instance.get("type"), str):
            if id(alternatives) not in known:
                known[id(alternatives)] = alternatives, [types_of(resolve, each) for each in alternatives]
            possible = [each for each, types in zip(*known[id(alternatives)]) if types is None or instance["type"] in types]
            alternatives = possible or alternatives  # what fits no type fails as it always did
        yield from _one_of(validator, alternatives, instance, schema)

    def ref(validator, reference, instance, schema):
        if not isinstance(instance, dict):
            yield from _ref(validator, reference, instance, schema)
            return
        seen = hashlib.sha256(f"{reference} {json.dumps(instance, sort_keys=True)}".encode()).digest()
        if seen in held:
            return
        holds = True
        for error in _ref(validator, reference, instance, schema):
            holds = False
            yield error
        if holds:
            held.add(seen)

    return jsonschema.validators.extend(_BASE, {"oneOf": one_of, "$ref": ref})
