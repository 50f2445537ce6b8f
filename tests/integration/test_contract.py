"""api/openapi.yaml against the running server: every operation, every answer that can be provoked."""

import itertools
import json
import re
import uuid

import jsonschema
import pytest

from support.bank import public_pem, new_key, settled_payload
from support.console_walk import ConsoleWalk
from support.feed import FeedReader
from support.money_out_walk import UNKNOWN_ID, MoneyOutWalk
from support.notifications_walk import NotificationsWalk
from support.pubsub import Google, Pusher
from support.waiting import wait_for

# Answers that cannot be asked for from outside, or only with many readers (429); the tests of the crash suite see some of
# them. What was purged (410) is a day old at least, payments a hundred: src/api/purges_test.cpp moves a clock.
NOT_PROVOKED = {410, 429, 500, 503}


def schemas_in(node, inside=False):
    """Every schema of the document, however deep."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "schema":
                yield value
            yield from schemas_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from schemas_in(value)


def test_the_document_is_well_formed(contract):
    assert contract.document["openapi"].startswith("3.1.")
    ids = [operation.id for operation in contract.operations]
    assert len(ids) == len(set(ids))
    for schema in itertools.chain(schemas_in(contract.document["paths"]),
                                  contract.document["components"]["schemas"].values()):
        jsonschema.Draft202012Validator.check_schema(schema)
    for reference in set(re.findall(r"\$ref: '?(#[^'}\s]+)", contract.text)):
        contract.resolver.resolve(reference)


def test_the_checker_itself_finds_what_is_wrong(contract):
    """The checker distinguishes answers that break the contract from those that keep it."""
    operation = contract.operation("livez")
    from support.http_client import Answer
    import email.message
    headers = email.message.Message()
    headers["Content-Type"] = "application/json"
    contract.check_answer(operation, 200, headers, b'{"status":"alive"}')
    for status, body in ((418, b"{}"), (200, b'{"status":"dead"}'), (200, b'{"status":"alive","more":1}')):
        with pytest.raises(AssertionError):
            contract.check_answer(operation, status, headers, body)
    with pytest.raises(AssertionError):
        contract.check("GET", "/v2/nothing", {}, None, Answer(200, headers, b"{}"))
    for schema, wrong in (("PaymentDetail", {"id": "pay_1"}), ("Endpoint", {"extra": 1})):
        assert contract.errors({"$ref": f"#/components/schemas/{schema}"}, wrong)
    # unevaluatedProperties reaches through allOf and $ref
    good = {"id": "end_" + UNKNOWN_ID, "url": "https://x", "events": ["*"], "status": "active", "filter": None,
            "format": "native", "cloudevents_mode": None, "partner_code": None, "handshake": None,
            "auth": {"type": "basic", "username": "x"}, "public_key": None, "key_id": None, "client_certificate": None,
            "trusted_ca": None, "success": None, "order": None, "rate_per_second": None, "concurrency": None,
            "schedule": {"interval_seconds": None, "batch": False, "next_at": None}, "retry_after_seconds": None,
            "health": {"state": "ok", "failing_since": None, "last_success_at": None, "next_probe_at": None},
            "missed_since": None, "created_at": "2026-11-22T10:00:00.000Z"}
    assert not contract.errors({"$ref": "#/components/schemas/Endpoint"}, good)
    assert contract.errors({"$ref": "#/components/schemas/Endpoint"}, {**good, "more": 1})


class Walk(MoneyOutWalk, NotificationsWalk, ConsoleWalk):
    """One pass through everything that the API offers."""

    def __init__(self, world):
        self.world = world
        self.api = world.api
        self.iban = world.account()
        self.ids = {}

    def all_goes_well(self):
        """Each 2xx of each operation; leaves an object of each kind behind, by its prefix."""
        self.after_restore()
        api, world = self.api, self.world
        for path in ("/livez", "/readyz", "/metrics", "/openapi.yaml", "/.well-known/jwks.json"):
            assert api.with_key(None).call("GET", path).status == 200
        account, = [a for a in api.all("/v1/accounts") if a["iban"] == self.iban]
        self.ids["acc"] = account["id"]
        api.post("/v1/accounts", {"sort_code": "04-00-04", "account_number": "12345678", "external_id": "loan-1"})
        connector = api.post("/v1/connectors", {
            "name": "walk", "kind": "clearbank", "bank_keys": [public_pem(world.sandbox.bank_key)],
            "signing_key": world.signing_key(), "retention_days": 3})
        assert connector["hook_path"] == "/hooks/walk"
        api.patch("/v1/connectors/walk", {"bank_keys": [public_pem(world.sandbox.bank_key), public_pem(new_key())],
                                       "retention_days": 30})
        key = api.post("/v1/api-keys", {"name": "walk", "scopes": ["payments:read"]})
        self.ids["key"] = key["id"]
        assert api.with_key(key["key"]).call("GET", "/v1/payments").status == 200
        assert api.post(f"/v1/api-keys/{key['id']}/rotate", {"overlap_seconds": 60})["scopes"] == ["payments:read"]
        assert "clearbank" in [row["connector"] for row in api.call("GET", "/v1/signing-keys").json["data"]]
        endpoint, path = world.endpoint()
        self.ids["end"] = endpoint["id"]
        self.payments()
        self.webhooks()
        self.institutions()
        self.decisions()
        event = json.loads(world.sandbox.told(path)[0]["body"])
        self.ids["evt"] = event["id"]
        api.patch(f"/v1/endpoints/{endpoint['id']}", {"events": ["settlement.matched"]})
        ping = api.post(f"/v1/endpoints/{endpoint['id']}/ping")
        done = wait_for(lambda: [d for d in api.all(f"/v1/deliveries?endpoint={endpoint['id']}&status=done")
                                 if d["id"] == ping["id"]], "the ping is delivered")[0]
        self.ids["dlv"] = done["id"]
        api.post(f"/v1/deliveries/{done['id']}/redeliver")
        self.ids["rdl"] = api.post(f"/v1/endpoints/{endpoint['id']}/recover", {"dry_run": True})["id"]
        self.ids["prg"] = api.post("/v1/purges", {"older_than_days": 400, "dry_run": True})["id"]
        self.consumers()
        self.statement()
        self.money_out()
        self.notifications()
        self.why()
        self.sessions()
        self.lists()
        self.objects()
        spare, _ = world.endpoint()
        api.delete(f"/v1/endpoints/{spare['id']}")
        api.delete(f"/v1/api-keys/{key['id']}")
        assert api.with_key(key["key"]).call("GET", "/v1/payments").status == 401

    def consumers(self):
        api = self.api
        for status in (201, 200):
            assert api.call("PUT", "/v1/consumers/walk", {"from": "oldest"}).status == status
        assert [consumer["name"] for consumer in api.get("/v1/consumers")["data"]] == ["walk"]
        page = api.get("/v1/consumers/walk/events?limit=1")
        assert api.get("/v1/consumers/walk/events?limit=1") == page, "reading does not move the cursor"
        assert api.post("/v1/consumers/walk/cursor", {"after": page["next"]})["cursor"] == page["next"]
        api.call("PUT", "/v1/consumers/spare", {})
        api.delete("/v1/consumers/spare")
        types = {each["type"] for each in api.get("/v1/event-types")["data"]}
        assert types == set(self.world.contract.document["webhooks"])

    def why(self):
        for kind, own in (("payments", "pay"), ("settlements", "stl")):
            assert self.api.get(f"/v1/{kind}/{self.ids[own]}/candidates")["subject_id"] == self.ids[own]
        for own in ("pay", "stl", "mat", "rev", "ord", "ret", "lnk", "pst", "cal", "evt", "dlv", "whk", "end", "key", "stm"):
            shown = self.api.get(f"/v1/timeline/{self.ids[own]}")
            assert shown["subject"]["id"] == self.ids[own] and shown["data"], own
        assert self.api.get("/v1/timeline/walk")["subject"]["kind"] == "connector"
        assert self.api.get("/v1/status")["tenant"] == "main"
        assert self.ids["pay"] in [hit["id"] for hit in self.api.post("/v1/search", {"q": self.ids["pay"]})["data"]]
        with FeedReader(self.world, since="2020-01-01T00:00:00Z") as feed:
            self.world.contract.check_answer(self.world.contract.operation("stream_feed"), 200, feed.headers, b"")
            assert self.world.contract.errors({"$ref": "#/components/schemas/TimelineEntry"}, feed.next().data) == []

    def payments(self):
        body = {"client_id": "walk/1".replace("/", "-"), "institution_id": "monzo", "scheme": "fps",
                "amount": {"value": "12.34", "currency": "GBP"}, "reference": "WALK 1", "end_to_end_id": "E2EWALK0001",
                "uetr": str(uuid.uuid4()), "created_at": "2026-11-22T09:59:00Z",
                "payee": {"name": "Shop Ltd", "sort_code": "040004", "account_number": "12345678"},
                "payer": {"name": "A Payer", "sort_code": "040004", "account_number": "12345670"}}
        for status in (201, 200):
            answer = self.api.call("POST", "/v1/payments", body)
            assert answer.status == status, answer.body
        self.api.post("/v1/payments", {**body, "client_id": "walk-2", "payee": {"iban": self.iban}, "uetr": None})
        self.ids["pay"] = self.api.get("/v1/payments/walk-2")["id"]
        ignored = self.api.call("POST", "/v1/payments", {**body, "client_id": "walk-3", "payee": {"iban": "GB29NWBK60161331926819"}})
        assert ignored.status == 202

    def webhooks(self):
        world = self.world
        payload = settled_payload(self.iban, Reference="WALK 1", EndToEndTransactionId="E2EWALK0001")
        payload["CounterpartAccount"] = {"IBAN": "", "BBAN": "", "OwnerName": "A Payer"}
        answer = world.bank.acknowledged("TransactionSettled", payload)
        contract = world.contract
        contract.check_answer(contract.operation("receive_webhook"), answer.status, answer.headers, answer.body)
        settlement, = [s for s in self.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"]]
        assert settlement["status"] == "matched", settlement
        self.ids.update(stl=settlement["id"], whk=settlement["webhook_id"])
        world.bank.acknowledged("TransactionSettled", {**payload, "Reference": "OTHER"})
        pusher = Pusher(world, "walk-push", Google())
        self.api.post("/v1/connectors", {"name": "walk-push", "kind": "pubsub_push", "push": pusher.settings()})
        for amount in ("1.00", "2.00"):  # the second contradicts the first and is put to review
            pushed = {"client_id": "walk-4", "amount": {"value": amount, "currency": "GBP"}, "payee": {"iban": self.iban}}
            assert pusher.push(json.dumps(pushed)).status == 204
        self.ids["rev"] = self.api.get("/v1/reviews?limit=1")["data"][0]["id"]
        self.api.post(f"/v1/webhooks/{self.ids['whk']}/read-again")
        self.api.post("/v1/webhooks/read-again", self.GOOD_BODIES["read_webhooks_again"])
        self.ids["mat"] = self.api.get("/v1/matches?limit=1")["data"][0]["id"]

    def institutions(self):
        api = self.api
        wait_for(lambda: api.all("/v1/institutions"), "the match is learnt from")
        self.ids["ins"] = "monzo"
        assert api.call("PUT", "/v1/institutions/seeds", self.GOOD_BODIES["seed_institutions"]).status == 200
        api.post("/v1/references", self.GOOD_BODIES["create_reference"])

    def twins(self, number):
        """A settlement that two payments fit, and its review."""
        for name in "ab":
            self.api.post("/v1/payments", {"client_id": f"twin-{number}{name}", "amount": {"value": "12.34", "currency": "GBP"},
                                           "reference": f"TWINS {number}", "payee": {"iban": self.iban}})
        payload = settled_payload(self.iban, Reference=f"TWINS {number}", EndToEndTransactionId="NOTPROVIDED")
        payload["CounterpartAccount"] = {"IBAN": "", "BBAN": "", "OwnerName": "A Payer"}
        self.world.bank.acknowledged("TransactionSettled", payload)
        settlement, = [s for s in self.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"]]
        review, = [r for r in self.api.all("/v1/reviews?status=open") if r["subject_id"] == settlement["id"]]
        return settlement["id"], review["id"]

    def decisions(self):
        """What people decide, each kind once. The review and the match that are left behind are decided."""
        api, why = self.api, {"reason": "the customer says so"}
        _, review = self.twins(1)
        accepted = api.post(f"/v1/reviews/{review}/accept", {"payment_id": "twin-1b", **why})
        assert accepted["matches"][0]["actor"].startswith("key_")
        undone = api.post(f"/v1/matches/{accepted['matches'][0]['id']}/undo", why)
        assert undone["ended_at"]
        self.ids["mat"] = undone["id"]
        _, review = self.twins(2)
        api.post(f"/v1/reviews/{review}/split", {"payments": [{"payment_id": "twin-2a"}], **why})
        _, review = self.twins(3)
        assert api.post(f"/v1/reviews/{review}/reject", why)["settlement"]["status"] == "rejected"
        settlement, _ = self.twins(4)
        api.post(f"/v1/settlements/{settlement}/match", {"payments": [{"payment_id": "twin-4a"}], **why})
        settlement, _ = self.twins(5)
        api.post(f"/v1/settlements/{settlement}/reject", why)
        _, review = self.twins(6)
        many = {"decisions": [{"review_id": review, "decision": "reject"}, {"review_id": review, "decision": "close"}], **why}
        assert api.post("/v1/reviews/decisions", {**many, "dry_run": True}, statuses=[200])["data"][0]["outcome"] == "done"
        decided = api.post("/v1/reviews/decisions", many, statuses=[200])
        assert [one["outcome"] for one in decided["data"]] == ["done", "refused"]
        assert api.post(f"/v1/reviews/{self.ids['rev']}/close", why)["decision"] == "close"
        assert api.post("/v1/rules", {"name": "strict", "dry_run": True, "days": 1})["dry_run"]
        api.post("/v1/rules", {"name": "walk", "ranks": {"payer+account+amount": "suggest"}, "account": self.iban})
        rules, = api.get("/v1/rules")["data"]
        assert (rules["version"], rules["rules"]["ranks"]["payer+account+amount"]) == (1, "suggest")

    def statement(self):
        """A statement with the settlement of webhooks() on it, and an entry for which no webhook was sent."""
        api = self.api
        settlement = api.get(f"/v1/settlements/{self.ids['stl']}")
        day = settlement["settled_at"][:10]
        entry = {"booked_on": day, "direction": "credit", "amount": settlement["amount"],
                 "bank_reference": settlement["transaction_id"]}
        body = {**self.GOOD_BODIES["open_statement"], "account": self.iban, "from": day, "to": day}
        for status in (201, 200):
            answer = api.call("POST", "/v1/statements", body)
            assert answer.status == status, answer.body
        root = f"/v1/statements/{answer.json['id']}"
        self.ids["stm"] = answer.json["id"]
        api.post(f"{root}/entries", {"first": 1, "entries": [entry, {**entry, "bank_reference": "UNTOLD"}]})
        while api.post(f"{root}/reconciliation")["status"] != "reconciled":
            pass
        found = api.get(root)["reconciliation"]
        assert (found["linked"]["count"], found["missing_webhook"]["count"], found["holds"]) == (1, 1, False)
        assert [e["verdict"] for e in api.all(f"{root}/entries", limit=1)] == ["linked", "missing_webhook"]
        api.all(f"{root}/missing")
        assert not api.get(f"/v1/reconciliation?date={day}&account={self.iban}")["holds"]
        file = (f":20:WALK\n:25:{self.iban}\n:28C:99/1\n:60F:C201120GBP0,00\n:61:2011201120C1,00NTRFWALK\n"
                ":62F:C201120GBP1,00\n-\n").encode()
        sent = {"raw": file, "content_type": "application/octet-stream"}
        assert api.post("/v1/statements/files?name=walk.sta", **sent)["imported"] == 1
        assert {row["settlement"]["id"] for row in api.all("/v1/exports?status=matched")} >= {settlement["id"]}

    def lists(self):
        """Every list with every parameter, page by page, when nothing changes any more by itself."""
        wait_for(lambda: not self.world.store.rows(
            "SELECT id FROM task WHERE kind = 'watermark' AND status = 'queued'"), "what was undone is weighed again")
        wait_for(lambda: not self.world.store.rows("SELECT id FROM feed_waiting"), "all have their place in the feeds")
        for operation in self.world.contract.operations:
            if operation.method != "GET" or not operation.id.startswith("list_"):
                continue
            everything = self.api.all(operation.path)
            assert everything, f"{operation.id} has nothing to show"
            assert self.api.all(operation.path, limit=1) == everything, f"{operation.id} pages differ"
            if "id" in everything[0]:
                ids = [item["id"] for item in everything]
                assert ids == sorted(ids, reverse=True), f"{operation.id} is not newest first"
            for parameter in self.world.contract.parameters(operation):
                schema = self.world.contract.resolve(parameter["schema"])
                values = schema.get("enum") or {"endpoint": [self.ids["end"]], "event": [self.ids["evt"]],
                                                "account": [self.iban, "040004 12345678"]}.get(parameter["name"], [])
                found = [self.api.all(f"{operation.path}?{parameter['name']}={value}".replace(" ", "%20"))
                         for value in values]
                if parameter["name"] == "order":
                    assert [sorted(i["id"] for i in items) for items in found] == [sorted(ids)] * 2
                if values and parameter["name"] in ("status", "type", "kind"):
                    assert sorted(i["id"] for i in itertools.chain(*found)) == sorted(i["id"] for i in everything)

    def objects(self):
        for operation in self.world.contract.operations:
            if operation.id.startswith("get_"):
                shown = self.api.get(self.target(operation))
                assert shown["name"] == "walk" if "{name}" in operation.path else shown["id"] == self.id_for(operation)
        self.api.get("/v1/audit/head")  # 0 until the first seal, a minute after the start

    PREFIXES = {"operator_totp": "opr", "operator": "opr", "create_portal_link": "end", "portal_links": "end", "portal_link": "plk", "payment": "pay", "settlement": "stl", "match": "mat", "review": "rev", "account": "acc",
                "endpoint": "end", "event": "evt", "redelivery": "rdl", "purge": "prg", "delivery": "dlv", "webhook": "whk", "api_key": "key",
                "redeliver": "dlv", "institution": "ins", "statement": "stm", "statement_entries": "stm",
                "missing_settlements": "stm", "statement_request": "srq", "timeline": "pay", "read_webhook_again": "whk", "order": "ord", "link": "lnk",
                "return": "ret", "posting": "pst", "call": "cal", "catch_up": "cup", "bacs_item": "bac", "notification": "ntf"}

    def id_for(self, operation):
        return next(self.ids[prefix] for name, prefix in self.PREFIXES.items()
                    if operation.id.endswith(name) or operation.id == name)

    def target(self, operation, unknown=False):
        if "{name}" in operation.path:
            return operation.path.replace("{name}", "nobody" if unknown else "walk")
        if "{id}" not in operation.path:
            return operation.path
        own = self.id_for(operation)
        return operation.path.replace("{id}", f"{own[:4]}{UNKNOWN_ID}" if unknown else own)

    GOOD_BODIES = {
        "create_payment": {"client_id": "x", "amount": {"value": "1.00", "currency": "GBP"}, "payee": {"iban": "GB29NWBK60161331926819"}},
        "create_reference": {"account": {"sort_code": "040004", "account_number": "12345678"}, "scheme": "fps"},
        "seed_institutions": {"institutions": [{"institution_id": "monzo", "reference_chars_max": 18}]},
        "create_account": {"iban": "GB29NWBK60161331926819"},
        "accept_review": {"payment_id": "walk-2", "reason": "it is"},
        "split_review": {"payments": [{"payment_id": "walk-2"}], "reason": "it is"},
        "match_settlement": {"payments": [{"payment_id": "walk-2"}], "reason": "it is"},
        "reject_review": {"reason": "it is"},
        "close_review": {"reason": "it is"},
        "reject_settlement": {"reason": "it is"},
        "undo_match": {"reason": "it is"},
        "create_rules": {"name": "x"},
        "search": {"q": "walk"},
        "create_endpoint": {"url": "https://example.com/"},
        "update_endpoint": {"status": "active"},
        "recover_endpoint": {"dry_run": True},
        "create_purge": {"older_than_days": 400, "dry_run": True},
        "put_consumer": {},
        "move_consumer": {"after": "end"},
        "decide_review": {"decision": "close", "reason": "it is"},
        **MoneyOutWalk.BODIES, **NotificationsWalk.BODIES, **ConsoleWalk.BODIES,
        "create_connector": {"name": "walk", "kind": "clearbank", "bank_keys": ["x"], "signing_key": "file:/x"},
        "update_connector": {"retention_days": 3},
        "read_webhooks_again": {"connector": "clearbank", "status": "archived"},
        "create_api_key": {"name": "x", "scopes": ["payments:read"]},
        "rotate_api_key": {"overlap_seconds": 60},
        "open_statement": {"account": "GB29NWBK60161331926819", "from": "2026-11-20", "to": "2026-11-20",
                           "currency": "GBP", "digest": "5a" * 32,
                           "credits": {"count": 2, "amount": {"value": "24.68", "currency": "GBP"}},
                           "debits": {"count": 0, "amount": {"value": "0.00", "currency": "GBP"}}},
        "add_statement_entries": {"first": 9, "entries": [
            {"booked_on": "2026-11-20", "direction": "credit", "amount": {"value": "1.00", "currency": "GBP"}}]},
    }

    def provoke(self, operation, status):
        """The answer to a request that must be refused with `status`."""
        call = self.api.call
        target, method = self.target(operation), operation.method
        body = self.GOOD_BODIES.get(operation.id)
        has_body = "requestBody" in operation.spec
        if self.refuses_in_its_own_way(operation, status):
            return self.console_refusal(operation, status)
        if status == 400:
            return (call(method, target + "?surprise=1", body) if not has_body
                    else call(method, target, raw=b'{"a":1,"a":2}'))
        if status == 401:
            return self.api.with_key(None).call(method, target, body)
        if status == 403:
            return self.api.with_key(self.powerless[operation.id.startswith(("list_payments", "get_payment", "explain_payment"))]).call(
                method, target, body)
        if status == 404:
            return call(method, self.target(operation, unknown=True), body)
        if status == 413:
            return call(method, target, raw=b"x" * (256 * 1024 + 1))
        if status == 415:
            return call(method, target, raw=b"<a/>", content_type="application/xml")
        if status == 422:
            if operation.id == "show_reconciliation":
                return call(method, f"{target}?date=2026-11-20&account=GB29NWBK60161331926819")
            if has_body:
                return call(method, target, {**body, "surprise": 1})
            key = {"Idempotency-Key": f"once-{operation.id}"}
            call("POST", "/v1/accounts", {"iban": self.world.account()}, headers=key)
            call("POST", "/v1/payments", {**self.GOOD_BODIES["create_payment"], "client_id": f"k-{operation.id}"}, headers=key)
            return call(method, target, headers=key)
        if status == 409:
            return self.conflict(operation)
        raise AssertionError(f"how is {operation.id} answered {status}?")

    def conflict(self, operation):
        call, api = self.api.call, self.api
        if operation.id == "create_payment":
            return call("POST", "/v1/payments", {"client_id": "walk-2", "amount": {"value": "9.99", "currency": "GBP"},
                                                 "payee": {"iban": self.iban}})
        if operation.id == "create_account":
            return call("POST", "/v1/accounts", {"iban": self.iban})
        if operation.id == "create_connector":
            return call("POST", "/v1/connectors", {
                "name": "walk", "kind": "clearbank", "bank_keys": [public_pem(new_key())],
                "signing_key": self.world.signing_key()})
        if operation.id == "create_operator":
            return call("POST", "/v1/operators", {**self.GOOD_BODIES["create_operator"], "username": "ann"})
        if operation.id in self.MONEY_OUT_CONFLICTS:
            return self.money_out_conflict(operation)
        if operation.id.endswith(("_review", "_settlement", "_match")):  # of what was decided before
            return call("POST", self.target(operation), self.GOOD_BODIES[operation.id])
        if operation.id == "retry_notification":  # of one that is complete
            return call("POST", self.target(operation), {})
        if operation.id == "list_bank_accounts":  # a platform has none
            return call("POST", operation.path.replace("{name}", "walk-platform"))
        if operation.id in ("add_statement_entries", "prove_statement"):  # its entries are not here
            begun = api.post("/v1/statements", {**self.GOOD_BODIES["open_statement"], "account": self.iban,
                                                "digest": "a5" * 32})
            target = operation.path.replace("{id}", begun["id"])
            return call("POST", target, self.GOOD_BODIES.get(operation.id))
        endpoint, _ = self.world.endpoint()
        if operation.id == "update_endpoint":  # a secret of an endpoint that has a password
            basic, _ = self.world.endpoint(auth={"type": "basic", "username": "u", "password": "p"})
            return call("PATCH", f"/v1/endpoints/{basic['id']}", {"rotate_secret": True})
        ping = api.post(f"/v1/endpoints/{endpoint['id']}/ping")
        api.patch(f"/v1/endpoints/{endpoint['id']}", {"status": "disabled"})
        if operation.id == "ping_endpoint":
            return call("POST", f"/v1/endpoints/{endpoint['id']}/ping")
        if operation.id == "recover_endpoint":
            return call("POST", f"/v1/endpoints/{endpoint['id']}/recover", {})
        return call("POST", f"/v1/deliveries/{ping['id']}/redeliver")


def test_every_operation_answers_as_the_contract_says(new_world, contract):
    contract.seen.clear()
    world = new_world("[delivery]\nretry_after_seconds = [600]\n[matching]\nunmatched_after_seconds = 0\nwatermark_seconds = 0\n"
                      "[learning]\nafter_seconds = 0")
    walk = Walk(world)
    walk.all_goes_well()
    walk.powerless = {False: world.make_key("payments:read"), True: world.make_key("accounts:read")}
    unseen = [f"{operation.id} {status}" for operation in contract.operations
              for status in operation.spec["responses"]
              if status.startswith("2") and int(status) not in contract.seen.get(operation.id, ())]
    assert not unseen, f"never answered so: {unseen}"

    wrong = []
    for operation in contract.operations:
        if not contract.is_secured(operation):
            continue
        for status in map(int, operation.spec["responses"]):
            if 400 <= status and status not in NOT_PROVOKED:
                try:
                    answer = walk.provoke(operation, status)
                except AssertionError as error:
                    wrong.append(f"{operation.id} {status}: {str(error)[:300]}")
                    continue
                if answer.status != status:
                    wrong.append(f"{operation.id}: {answer.status} {answer.code} instead of {status}")
    assert not wrong, "\n".join(wrong)
    missing = [f"{operation.id} {status}" for operation in contract.operations if contract.is_secured(operation)
               for status in map(int, operation.spec["responses"])
               if status not in NOT_PROVOKED | contract.seen[operation.id]]
    assert not missing, f"promised and never seen: {missing}"


def test_the_server_gives_out_the_contract_that_is_in_the_repository(shared, contract):
    answer = shared.api.with_key(None).call("GET", "/openapi.yaml")
    assert answer.body.decode() == contract.text


def test_an_unknown_path_is_404_and_an_unknown_method_405(shared):
    http = shared.api.http
    key = {"Authorization": f"Bearer {shared.key}"}
    assert http.send("GET", "/v1/nothing", key).code == "route_unknown"
    answer = http.send("DELETE", "/v1/payments", key)
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert {method.strip() for method in answer.headers["Allow"].split(",")} == {"GET", "POST"}
    for path in ("/livez", "/readyz", "/metrics"):
        assert http.send("POST", path).status == 405


def test_another_tenant_s_objects_do_not_exist(shared):
    from support.api import Api
    operator = Api(shared.contract, unix=shared.server.socket)
    iban = shared.account()
    mine = shared.payment(iban)
    # The operator's ?tenant= is of the control socket alone, so the contract's checker is not asked.
    made = operator.http.send("POST", "/v1/api-keys?tenant=other&new_tenant=true", {"Content-Type": "application/json"},
                              b'{"name":"theirs","scopes":["*"]}')
    assert made.status == 201, made.body
    theirs = shared.api.with_key(made.json["key"])
    assert theirs.call("GET", f"/v1/payments/{mine['client_id']}").status == 404
    assert theirs.call("GET", f"/v1/payments/{mine['id']}").status == 404
    assert theirs.get("/v1/payments")["data"] == []
    assert theirs.get("/v1/webhooks")["data"] == []
    refused = shared.api.http.send("GET", "/v1/payments?tenant=other", {"Authorization": f"Bearer {shared.key}"})
    assert refused.status == 400, "only the operator may name a tenant"
    operator.http.close()
