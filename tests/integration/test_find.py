"""`settled find` and `settled tail`: which one it is, and what comes about as it comes about."""

import itertools
import json
import signal

import pytest

from support.bank import settled_payload
from support.feed import FeedReader
from support.processes import Process, run_settled
from support.waiting import wait_for

_numbers = itertools.count(1)
DONE, NOTHING, USAGE = 0, 1, 2
PAYER = "GB29NWBK60161331926819"


class Desk:
    """An account of its own, payments and money for it, and the command line."""

    def __init__(self, world):
        self.world, self.api = world, world.api
        self.iban = world.account()

    @property
    def place(self):
        return "--data", self.world.data, "--config", self.world.config

    def find(self, *words):
        status, output, error = run_settled("find", *words, *self.place)
        assert status in (DONE, NOTHING), error
        found = json.loads(output)
        assert (status == DONE) == bool(found["data"])
        return found

    def ids(self, *words):
        return [hit["id"] for hit in self.find(*words)["data"]]

    def arrive(self, amount, reference, **members):
        payload = settled_payload(self.iban, amount, Reference=reference, **{
            "EndToEndTransactionId": f"E2EFIND{next(_numbers):06}",
            "CounterpartAccount": {"IBAN": "", "BBAN": "", "OwnerName": "A Payer"}, **members})
        self.world.bank.acknowledged("TransactionSettled", payload)
        return next(s for s in self.api.all("/v1/settlements") if s["transaction_id"] == payload["TransactionId"])


@pytest.fixture(scope="module", name="desk")
def a_desk(shared):
    return Desk(shared)


def test_a_payment_and_its_money_are_found_by_all_that_is_known_of_them(desk):
    payment = desk.world.payment(desk.iban, "4321.09", reference="FIND-20417", end_to_end_id="E2E-FIND-20417",
                                 payer={"name": "Séan O'Brien", "iban": PAYER})
    settlement = desk.arrive("4321.09", "FIND 20417", EndToEndTransactionId="E2E-FIND-20417", CounterpartAccount={
        "IBAN": PAYER, "BBAN": "", "OwnerName": "MR S OBRIEN"})
    assert settlement["status"] == "matched"
    both = {payment["id"], settlement["id"]}
    for words in (("find-20417",), ("FIND", "204"), ("4321.09",), ("£4,321.09",), ("4321.09 GBP",), ("e2e-find-20417",),
                  ("obrien",), ("obr",), ("GB29 NWBK 6016 1331 9268 19",), ("60-16-13 31926819",), (desk.iban,)):
        assert set(desk.ids(*words)) == both, words
    assert desk.ids(payment["client_id"].upper()) == [payment["id"]]
    assert desk.ids(settlement["transaction_id"]) == [settlement["id"]]
    assert desk.ids("sean o'brien") == [payment["id"]]
    assert desk.ids(payment["id"]) == [payment["id"]]
    for words in (("ind-20417",), ("brien",), ("4321.09", "EUR"), ("nothing-like-this",)):
        assert desk.ids(*words) == [], words


def test_a_person_reads_sentences(desk):
    desk.world.payment(desk.iban, "11.00", reference="TEXT-20417")
    status, shown, _ = run_settled("find", "TEXT-2041", "--text", *desk.place)
    assert status == DONE
    assert "reference TEXT-20417: expected" in shown and "by the beginning of its reference" in shown
    status, shown, _ = run_settled("find", "TEXT-9999", "--text", *desk.place)
    assert status == NOTHING and shown.startswith("nothing was found: ") and "by references" not in shown
    status, shown, _ = run_settled("find", "TEX", "--text", *desk.place)
    assert status == NOTHING and "give the first 4 characters of a reference" in shown
    status, output, error = run_settled("find", "ab", *desk.place)
    assert (status, output) == (1, "") and json.loads(error)["code"] == "value_invalid"
    assert run_settled("find", *desk.place)[0] == USAGE


def test_more_says_that_there_is_more(desk):
    for number in range(3):
        desk.world.payment(desk.iban, "12.00", reference=f"MANY-2041-{number}")
    found = desk.find("MANY-2041", "--limit", "2")
    assert len(found["data"]) == 2 and found["more"] == ["payment"]
    assert desk.find("MANY-2041")["more"] == []


def test_money_without_a_payment_names_the_nearest(desk):
    payment = desk.world.payment(desk.iban, "55.34", reference="NEAREST-2041")
    settlement = desk.arrive("55.43", "NEAREST-2041", EndToEndTransactionId="NOTPROVIDED")
    event = wait_for(lambda: next((e for e in desk.api.all("/v1/events") if e["type"] == "settlement.unmatched"
                                   and e["subject"] == settlement["id"]), None), "the partner is notified")
    nearest = event["data"]["nearest"]
    assert (nearest["payment_id"], nearest["client_id"]) == (payment["id"], payment["client_id"])
    assert {"field": "amount", "payment": "55.34 GBP", "settlement": "55.43 GBP"} in nearest["differs"]
    alone = desk.arrive("77.77", "NOBODY KNOWS THIS", EndToEndTransactionId="NOTPROVIDED")
    event = wait_for(lambda: next((e for e in desk.api.all("/v1/events") if e["type"] == "settlement.unmatched"
                                   and e["subject"] == alone["id"]), None), "the partner is notified")
    assert event["data"]["nearest"] is None


def settle(desk):
    """A payment and its money: their ids."""
    reference = f"FEED-{next(_numbers):06}"
    payment = desk.world.payment(desk.iban, "6.00", reference=reference, end_to_end_id=f"E2E{reference}")
    settlement = desk.arrive("6.00", reference, EndToEndTransactionId=f"E2E{reference}")
    return payment["id"], settlement["id"]


def test_the_feed_sends_what_comes_about_and_goes_on_after_what_was_seen(desk):
    with FeedReader(desk.world) as feed:
        assert feed.headers["Content-Type"].startswith("text/event-stream")
        _, settlement = settle(desk)
        seen = feed.until(lambda entry: entry.data["sentence"] == "settlement.matched published")
        assert [entry.kind for entry in seen] == [entry.data["kind"] for entry in seen]
        assert {"webhook", "settlement", "match", "event"} <= {entry.kind for entry in seen}
        assert settlement in [entry.data["id"] for entry in seen]
        assert desk.iban not in json.dumps([entry.data for entry in seen])
    _, later = settle(desk)
    for entry in seen:  # from each place on: the rest, and nothing twice
        with FeedReader(desk.world, last=entry.place) as feed:
            rest = feed.until(lambda each: each.data["id"] == later)
        ids = [each.data["id"] for each in rest]
        assert {each.data["id"] for each in seen[seen.index(entry) + 1:]} <= set(ids)
        assert entry.data["id"] not in ids or entry.kind == "delivery"
        assert len(set(ids)) == len(ids)


def test_a_reader_that_was_cut_before_the_first_entry_misses_nothing(desk):
    with FeedReader(desk.world, kinds="settlements") as feed:
        place = feed.last
    _, settlement = settle(desk)
    with FeedReader(desk.world, last=place, kinds="settlements") as feed:
        assert feed.next().data["id"] == settlement


def test_the_feed_begins_at_a_time(desk):
    _, settlement = settle(desk)
    with FeedReader(desk.world, kinds="settlements", since="2020-01-01T00:00:00Z") as feed:
        ids = [entry.data["id"] for entry in feed.until(lambda each: each.data["id"] == settlement)]
    oldest_first = [s["id"] for s in reversed(list(desk.api.all("/v1/settlements")))]
    assert sorted(ids) == sorted(oldest_first)


def test_the_feed_is_limited_to_what_is_asked_for_and_may_be_read(desk):
    endpoint, _ = desk.world.endpoint(("settlement.matched",))
    with FeedReader(desk.world, endpoint=endpoint["id"]) as feed:
        settle(desk)
        entry = feed.next()
        assert entry.kind == "delivery" and entry.data["details"]["endpoint_id"] == endpoint["id"]
    with FeedReader(desk.world, connector=desk.world.connector) as feed:
        settle(desk)
        assert feed.next().kind == "webhook"
    desk.api.delete(f"/v1/endpoints/{endpoint['id']}")
    key = desk.world.make_key("events:read")
    assert FeedReader(desk.world, key=key, kinds="settlements").status == 403
    with FeedReader(desk.world, key=key) as feed:
        settle(desk)
        assert feed.next().kind in ("event", "delivery")
    for wrong in ({"kinds": "nothing"}, {"connector": "nothing"}, {"since": "soon"}, {"after": "cur_x"},
                  {"kinds": "events", "connector": desk.world.connector}):
        assert FeedReader(desk.world, **wrong).status == 400, wrong


def test_the_feed_has_what_people_and_clients_change(desk):
    with FeedReader(desk.world, kinds="changes") as feed:
        endpoint, _ = desk.world.endpoint(("settlement.matched",))
        entry = feed.until(lambda each: each.data["details"].get("subject") == endpoint["id"])[-1]
        assert entry.kind == entry.data["kind"] == "change" and entry.data["id"].startswith("chg_")
        assert entry.data["actor"].startswith("key_") and endpoint["id"] in entry.data["sentence"]
        assert entry.data["details"]["action"]
        desk.api.delete(f"/v1/endpoints/{endpoint['id']}")
        assert feed.next().data["details"]["subject"] == endpoint["id"]
    with FeedReader(desk.world, last=entry.place, kinds="changes") as feed:
        assert feed.next().data["details"]["subject"] == endpoint["id"]
    key = desk.world.make_key("events:read")
    assert FeedReader(desk.world, key=key, kinds="changes").status == 403


def test_a_fifth_stream_of_a_key_ends_its_first(desk):
    key = desk.world.make_key("events:read")
    readers = [FeedReader(desk.world, key=key) for _ in range(5)]
    assert [reader.status for reader in readers] == [200] * 5
    with pytest.raises(AssertionError, match="the stream has ended"):
        readers[0].next()
    settle(desk)
    assert [reader.next().kind for reader in readers[1:]]
    for reader in readers:
        reader.connection.close()


def test_tail_prints_entries_until_it_is_ended(desk, tmp_path):
    tail = Process(["tail", "--kind", "settlements,matches", "--since", "1h", *desk.place, "--json"], tmp_path / "tail.log")
    try:
        _, settlement = settle(desk)
        wait_for(lambda: settlement in tail.output.read_text() or not tail.is_running(), tail.log_text)
        lines = [json.loads(line) for line in tail.output.read_text().splitlines()]
        assert {line["kind"] for line in lines} <= {"settlement", "match"}
        tail.signal(signal.SIGINT)
        assert tail.wait() == 0
    finally:
        tail.kill()
    status, shown, error = run_settled("tail", "--kind", "settlements", "--since", "1h", "--count", "1", "--text", *desk.place)
    assert status == DONE, error
    assert "settlement   money arrived: " in shown
    for words in (["--kind", "settlement"], ["--since", "soon"], ["--endpoint", "x"]):
        assert run_settled("tail", *words, *desk.place)[0] in (1, USAGE), words
