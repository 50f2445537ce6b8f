"""Run by the Python of tests that has OpenTelemetry's own schema: the request in the file that is named is read strictly by it, and
the names of its spans are printed."""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def in_base64(thing):
    """Ids are hexadecimal in OTLP's JSON, where protobuf's own has base64."""
    if isinstance(thing, list):
        return [in_base64(each) for each in thing]
    if not isinstance(thing, dict):
        return thing
    return {name: base64.b64encode(bytes.fromhex(value)).decode() if name in ("traceId", "spanId", "parentSpanId")
            else in_base64(value) for name, value in thing.items()}


with open(sys.argv[1], encoding="utf-8") as file:
    request = json_format.ParseDict(in_base64(json.load(file)), ExportTraceServiceRequest(), ignore_unknown_fields=False)
for of_resource in request.resource_spans:
    for of_scope in of_resource.scope_spans:
        for span in of_scope.spans:
            assert len(span.trace_id) == 16 and len(span.span_id) == 8
            print(span.name)
