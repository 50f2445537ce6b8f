"""What is learnt of a bank shows, warns, and lets references be made that survive it."""

import json
import re
import uuid

import pytest

from support.processes import run_settled
from support.waiting import wait_for

CONFIG = "[learning]\nafter_seconds = 0\n[matching]\nunmatched_after_seconds = 1\nwatermark_seconds = 1"
CUT = 10


@pytest.fixture(scope="module")
def world(tmp_path_factory, contract, sandbox_keys):
    from support.world import World
    made = World(tmp_path_factory.mktemp("learning"), contract, sandbox_keys, CONFIG)
    yield made
    made.close()


def pay(world, iban, number, reference, amount, **rest):
    return world.payment(iban, amount, client_id=f"learn-{number}", institution_id="cutter", scheme="fps",
                         reference=reference, end_to_end_id=f"E2ELEARN{number:04}", **rest)


def settle(world, iban, reference, amount, mutations, **rest):
    sent = world.sandbox.post("/bank/payments", {
        "account": iban, "amount": amount, "scheme": "FasterPayments", "reference": reference,
        "payer": {"name": "A Payer", "iban": "GB29NWBK60161331926819"}, "mutations": mutations, **rest})
    world.sandbox.acknowledged(sent["webhooks"])


def status_of(world, number):
    return world.api.get(f"/v1/payments/learn-{number}")["status"]


@pytest.fixture(scope="module")
def cutter(world):
    """A bank that cuts references at ten characters and passes end-to-end ids on: its account, when that is known."""
    iban = world.account()
    for number in range(6):
        reference, amount = f"ACMESHOP-{2041 + number}-LONDON", f"{number + 1}.34"
        pay(world, iban, number, reference, amount)
        settle(world, iban, reference, amount, {"cut": CUT}, end_to_end_id=f"E2ELEARN{number:04}")
        assert status_of(world, number) == "settled"

    def learnt():
        found = [p for p in world.api.all("/v1/institutions") if p["institution"] == "cutter"]
        return found[0] if found and found[0]["matches"] == 6 else None
    wait_for(learnt, lambda: f"six matches are learnt from: {world.api.all('/v1/institutions')}")
    return iban


def test_a_bank_that_cuts_at_ten_shows_as_one(world, cutter):
    shown = world.api.get("/v1/institutions/cutter")
    assert shown["banks"] == ["GB601613"]
    profile, = shown["profiles"]
    assert (profile["scheme"], profile["receiver"]) == ("fps", "GB040401")
    assert profile["reference"]["length_max"] == CUT
    assert profile["reference"]["cut"]["share"] == 1
    assert profile["reference"]["cut"]["low"] < 0.7, "six are not many"
    assert profile["identifiers"]["reference"]["altered"] == 6
    assert profile["identifiers"]["end_to_end_id"]["survives"]["observed"] == 0, "it made the matches"
    assert profile["latency_us"]["p50"] is not None
    assert profile["plan"]["rare"] == [], "six are not enough to leave anything out"
    assert world.api.call("GET", "/v1/institutions/nobody").status == 404


def test_references_that_the_cut_makes_one_are_warned_of(world, cutter):
    first = pay(world, cutter, 20, "ACMESHOP-3041-PARIS", "55.00")
    assert first["warnings"] == ["reference_too_long_for_scheme"]
    second = pay(world, cutter, 21, "ACMESHOP-3042", "55.00")
    assert second["warnings"] == ["reference_cut_collides"]
    again = pay(world, cutter, 21, "ACMESHOP-3042", "55.00")
    assert again["warnings"] == ["reference_cut_collides"], "the same call, the same answer"
    assert "warnings" not in world.api.get("/v1/payments/learn-21")
    other_amount = pay(world, cutter, 22, "ACMESHOP-3043", "56.00")
    assert other_amount["warnings"] == []
    settle(world, cutter, "ACMESHOP-3041-PARIS", "55.00", {"cut": CUT, "drop_end_to_end_id": True})
    wait_for(lambda: [s for s in world.api.all("/v1/settlements") if s["status"] == "ambiguous"],
             "what was warned of happens")
    assert {status_of(world, 20), status_of(world, 21)} == {"expected"}


def test_minted_references_survive_it(world, cutter):
    minted = [world.api.post("/v1/references", {"account": {"iban": cutter}, "scheme": "fps", "stem": "INV", "length": 18})
              for _ in range(3)]
    assert len({m["reference"][:CUT] for m in minted}) == 3
    for number, made in enumerate(minted, 30):
        assert re.fullmatch("INV[0-9A-HJKMNP-TV-Z]{15}", made["reference"])
        assert pay(world, cutter, number, made["reference"], "77.00")["warnings"] == []
    for number, made in reversed(list(enumerate(minted, 30))):
        settle(world, cutter, made["reference"], "77.00", {"cut": CUT, "drop_end_to_end_id": True})
        wait_for(lambda: status_of(world, number) == "settled", "the watermark is reached")  # pylint: disable=cell-var-from-loop
        shown = world.api.get(f"/v1/payments/learn-{number}")
        assert shown["settlement"]["reference"] == made["reference"][:CUT]


def test_a_reference_is_given_out_once_for_each_idempotency_key(world, cutter):
    body = {"account": {"iban": cutter}, "scheme": "FasterPayments"}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = world.api.call("POST", "/v1/references", body, headers=key)
    again = world.api.call("POST", "/v1/references", body, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json and again.headers["Idempotent-Replayed"] == "true"
    assert len(first.json["reference"]) == 12
    for wrong in ({"length": 19}, {"stem": "A B"}, {"scheme": "pigeon"}, {"account": {"iban": "GB29NWBK60161331926819"}},
                  {"account": {}}, {"expires_in_days": 0}):
        assert world.api.call("POST", "/v1/references", {**body, **wrong}).status == 422, wrong


def test_seeds_count_until_enough_was_learnt(world, cutter, tmp_path):
    file = tmp_path / "constraints.json"
    file.write_text(json.dumps({"data": [
        {"institutionId": "seeded", "schema": {"properties": {"reference": {"pattern": "^[a-zA-Z0-9 -]{1,10}$"}}}},
        {"institutionId": "free", "schema": {}}]}))
    status, output, error = run_settled("institutions", "seed", file, "--text", "--data", world.data, "--config", world.config)
    assert (status, output) == (0, "1 seeds accepted; 1 institutions say nothing of a length\n"), error
    assert world.api.get("/v1/institutions/seeded")["seeds"] == [{"scheme": "", "reference_chars_max": 10}]
    for number, expected in ((40, []), (41, ["reference_cut_collides"])):
        made = world.payment(cutter, "88.00", client_id=f"learn-{number}", institution_id="seeded", scheme="fps",
                             reference=f"SEEDSHOP-20{number}")
        assert made["warnings"] == expected
    # What was learnt goes before what was seeded.
    answer = world.api.call("PUT", "/v1/institutions/seeds",
                            {"institutions": [{"institution_id": "cutter", "reference_chars_max": 35}]})
    assert answer.status == 200, answer.body
    pay(world, cutter, 42, "LATESHOP-2041", "89.00")
    assert pay(world, cutter, 43, "LATESHOP-2042", "89.00")["warnings"] == ["reference_cut_collides"]


def test_people_see_it_at_a_terminal(world, cutter):
    options = ("--data", world.data, "--config", world.config)
    status, output, error = run_settled("institutions", "--text", *options)
    assert status == 0, error
    head, *lines = output.splitlines()
    line, = [each for each in lines if each.startswith("cutter")]
    assert line[head.index("SCHEME"):].startswith("fps")
    assert line[:head.index("CUT AT") + len("CUT AT")].endswith(" 10"), output
    status, output, _ = run_settled("institutions", "cutter", "--text", *options)
    assert status == 0 and "cut at 10 characters" in output and "pays from GB601613" in output
    status, output, _ = run_settled("institutions", *options)
    assert [p["institution"] for p in json.loads(output)["data"]].count("cutter") == 1
    status, output, error = run_settled("institutions", "nobody", *options)
    assert (status, output) == (1, "") and "not_found" in error
