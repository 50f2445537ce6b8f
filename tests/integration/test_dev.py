"""`settled dev`, `listen` and `trigger`, as a developer meets them: what is printed is pasted, and events are seen."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys

import pytest

from support.dev import Dev, Elsewhere
from support.places import ROOT, binary
from support.processes import run_settled
from support.waiting import wait_for


@pytest.fixture(scope="module")
def dev(tmp_path_factory):
    made = Dev(tmp_path_factory.mktemp("dev"))
    yield made
    made.process.kill()


@pytest.fixture
def elsewhere(dev, tmp_path):
    return Elsewhere(tmp_path / "home", dev.variables)


def until_ready(listening, stream):
    wait_for(lambda: "ready, signing secret whsec_" in stream() or not listening.is_running(),
             lambda: f"it listens: {stream()} {listening.log_text()}")
    assert listening.is_running(), listening.log_text()


def test_commands_that_settled_dev_prints_work_as_pasted(dev, elsewhere):
    export, listen, *others = dev.commands
    assert [re.sub(r"=\S+", "", word) for word in export.split()] == ["export", "SETTLED_URL", "SETTLED_KEY", "SETTLED_SANDBOX"]
    assert listen == "settled listen" and others[0] == "settled trigger settlement" and len(others) == 2
    listening = elsewhere.start("listen", *listen.split()[1:], "--text")
    try:
        until_ready(listening, listening.output.read_text)
        programs = elsewhere.directory / "bin"
        programs.mkdir()
        (programs / "settled").symlink_to(binary())
        for command in others:
            script = f'set -e\nexport PATH="{programs}:$PATH"\n{export}\n{command}\n'
            done = subprocess.run(["bash", "-c", script], cwd=elsewhere.directory, capture_output=True, text=True,
                                  timeout=120, stdin=subprocess.DEVNULL, check=False)
            assert done.returncode == 0 and done.stdout, f"{command}: {done.stdout}{done.stderr}"
        shown = wait_for(lambda: re.search(r"^\d\d:\d\d:\d\dZ  settlement\.matched +(trg-\w+) +12\.34 GBP +rank \d+ \S+$",
                                           listening.output.read_text(), re.MULTILINE),
                         listening.output.read_text)
        assert dev.api("GET", f"/v1/payments/{shown[1]}").json["status"] == "settled"
        listening.signal(signal.SIGINT)
        assert listening.wait() == 0
    finally:
        listening.kill()


def test_the_console_of_a_dev_is_opened_from_its_data_and_from_its_url(dev, elsewhere):
    data = dev.directory / "settled-dev" / "data"
    assert f"settled console --data {data}" in dev.printed()
    for words, place in ((["--data", data], elsewhere), ([], Elsewhere(dev.directory, dev.variables))):
        status, output, error = place.run("console", "--json", *words)
        assert status == 0, error
        assert json.loads(output)["url"].startswith(f"{dev.state['url']}/console/#signin=")
    status, output, error = elsewhere.run("console")
    assert (status, output) == (2, "") and f"SETTLED_URL names {dev.state['url']}" in error and "--data" in error


EVENTS = {
    "settlement": ["settlement.matched"], "unmatched": ["settlement.unmatched"], "ambiguous": ["settlement.ambiguous"],
    "duplicate": ["settlement.matched"], "split": ["payment.partially_settled", "settlement.matched"],
    "merge": ["settlement.matched", "settlement.matched"], "overdue": ["payment.overdue"], "late": ["settlement.unmatched", "settlement.matched"], "return": ["settlement.unmatched", "return.settled"],
    "order": ["order.settled"], "rejection": ["order.rejected"], "hold": ["order.held", "order.settled"],
    "order-return": ["order.settled", "order.returned"], "link": ["link.created"],
    "repayment": ["link.created", "repayment.posted"], "notification": ["notification.received"], "ping": ["test.ping"],
    "endpoint-gone": ["endpoint.disabled"], "partner-down": ["settlement.matched"], "bad-signature": [], "unreadable": [],
}


def test_the_catalogue_names_every_trigger_with_its_events():
    status, output, _ = run_settled("trigger", "--json")
    listed = {each["name"]: each["events"] for each in json.loads(output)["data"]}
    assert status == 0 and listed == EVENTS
    status, text, _ = run_settled("trigger", "--list", "--text")
    assert status == 0 and text.splitlines()[0].split() == ["NAME", "WHAT", "HAPPENS", "EVENTS", "OPTIONS"]
    assert len(text.splitlines()) == len(EVENTS) + 1


@pytest.mark.parametrize("name", EVENTS)
def test_a_trigger_ends_once_its_events_are_there(dev, elsewhere, name):
    done = elsewhere.trigger(name, *(["--for", "1s"] if name == "partner-down" else []))
    assert (done["done"], done["missing"]) == (True, [])
    assert [event["type"] for event in done["events"]] == EVENTS[name]
    for event in done["events"]:
        assert dev.api("GET", f"/v1/events/{event['id']}").json["type"] == event["type"]
    if name == "bad-signature":
        assert done["facts"]["answered"] == "401"
    if name == "unreadable":
        assert done["facts"]["answered"] == "200" and done["facts"]["review"].startswith("rev_")


def test_money_without_its_reference_and_id_is_what_was_asked_for(dev, elsewhere):
    for wish, rank in ((["--cut", "3"], 2), (["--drop-id"], 6)):
        done = elsewhere.trigger("settlement", *wish)
        event = dev.api("GET", f"/v1/events/{done['events'][0]['id']}").json
        assert event["data"]["match"]["rank"] == rank, (wish, event)
    status, output, error = elsewhere.run("trigger", "settlement", "--payment", dev.state["payment"])
    assert status == 0, (output, error)
    assert dev.api("GET", f"/v1/payments/{dev.state['payment']}").json["status"] == "settled"


def test_an_id_that_names_nothing_is_said_to_be_that(dev, elsewhere):
    status, output, error = elsewhere.run("explain", "nosuch", "--text")
    assert (status, output) == (1, "") and "there is no payment, settlement, match or review nosuch" in error
    status, _, error = elsewhere.run("explain", "stl_nosuch", "--json")
    assert status == 1 and json.loads(error)["code"] == "not_found"


def test_a_trigger_whose_events_do_not_come_ends_with_1(dev, elsewhere):
    assert dev.sandbox("POST", "/bank/hold").status < 300
    try:
        status, output, _ = elsewhere.run("trigger", "settlement", "--timeout", "1", "--json")
        assert status == 1 and json.loads(output)["missing"] == ["settlement.matched"]
        status, _, error = elsewhere.run("trigger", "settlement", "--timeout", "1", "--text")
        assert status == 1 and "settlement.matched" in error and "did not come" in error
        assert elsewhere.run("trigger", "settlement", "--no-wait")[0] == 0
    finally:
        assert dev.sandbox("POST", "/bank/release", {}).status < 300


def test_words_that_are_wrong_end_with_2_and_nothing_is_done(dev, elsewhere):
    for words, sentence in (
            (["trigger", "setlement"], 'trigger takes no "setlement"; did you mean "settlement"?'),
            (["trigger", "nosuch"], 'trigger takes no "nosuch"; it takes settlement, unmatched, '),
            (["trigger", "ping", "--amount", "1.00"], "takes no --amount"),
            (["trigger", "ping", "--sandbox", "https://settled.example"], "is no sandbox"),
            (["listen", "--events", "settlement.matchd"], 'did you mean "settlement.matched"?'),
            (["listen", "--since", "soon"], "--since takes"),
            (["listen", "--forward-to", "http://settled.example/x"], "https://")):
        status, output, error = elsewhere.run(*words)
        assert (status, output) == (2, "") and sentence in error, (words, error)
    alone = Elsewhere(elsewhere.directory, {**dev.variables, "SETTLED_SANDBOX": ""})
    status, _, error = alone.run("trigger", "ping")
    assert status == 2 and "start one: settled dev" in error
    # A server that is no sandbox's, and a sandbox that is none.
    status, _, error = alone.run("trigger", "ping", "--sandbox", dev.state["url"])
    assert status == 1, error


def test_nothing_is_ordered_from_a_server_that_is_not_of_this_sandbox(dev, elsewhere, new_world):
    world = new_world()
    other = Elsewhere(elsewhere.directory, {**dev.variables, "SETTLED_URL": f"http://127.0.0.1:{world.server.port}",
                                            "SETTLED_KEY": world.key})
    world.account()
    for name in ("order", "link", "return", "repayment", "notification"):
        status, _, error = other.run("trigger", name, "--text")
        assert status == 1 and "no connector of the server calls this sandbox" in error, (name, error)
    assert world.api.all("/v1/orders") == world.api.all("/v1/links") == []
    status, _, error = other.run("trigger", "settlement", "--text")
    assert status == 1, "the provider registered it elsewhere"


def test_listen_forwards_the_very_bytes_signed_with_the_secret_that_it_printed(dev, elsewhere):
    status, secret, _ = elsewhere.run("listen", "--print-secret")
    assert status == 0 and secret.startswith("whsec_")
    assert elsewhere.run("listen", "--print-secret")[1] == secret
    kept = elsewhere.directory / ".config" / "settled" / "listen"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and secret.strip() in kept.read_text()
    inbox = elsewhere.directory / "inbox"
    with subprocess.Popen([sys.executable, ROOT / "examples" / "receiver.py", "0", inbox], stdout=subprocess.PIPE, text=True,
                          env=os.environ | {"WEBHOOK_SECRET": secret.strip()}) as receiver:
        port = receiver.stdout.readline().split()[1]
        try:
            listening = elsewhere.start("forward", "listen", "--text", "--count", "2", "--events",
                                        "settlement.matched,settlement.unmatched", "--forward-to",
                                        f"http://127.0.0.1:{port}/webhooks")
            until_ready(listening, listening.output.read_text)
            sent = [elsewhere.trigger(name)["events"][0]["id"] for name in ("settlement", "ping", "unmatched")]
            assert listening.wait() == 0
            lines = listening.output.read_text().splitlines()
            assert lines[0] == f"ready, signing secret {secret.strip()}" and len(lines) == 3
            assert all(re.search(r"(→|->) 204 in \S+ \S*s$", line) for line in lines[1:]), lines
        finally:
            receiver.kill()
    kept = dict(line.split(" ", 1) for line in inbox.read_text().splitlines())
    assert list(kept) == [sent[0], sent[2]]
    for event, body in kept.items():
        assert body.encode() == dev.api("GET", f"/v1/events/{event}").body


def test_a_forward_that_fails_is_shown_and_not_repeated(elsewhere):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        listening = elsewhere.start("failing", "listen", "--text", "--count", "1", "--events", "test.ping", "--forward-to",
                                    f"http://127.0.0.1:{closed.getsockname()[1]}/webhooks")
        until_ready(listening, listening.output.read_text)
        elsewhere.trigger("ping")
        assert listening.wait() == 0
    lines = listening.output.read_text().splitlines()
    assert len(lines) == 2 and "not taken: " in lines[1]


def test_in_a_pipe_each_line_is_an_event_and_since_begins_in_the_past(dev, elsewhere):
    first = elsewhere.trigger("ping")["events"][0]["id"]
    second = elsewhere.trigger("ping")["events"][0]["id"]
    for since, wanted in (("1h", None), (first, second)):
        status, output, error = elsewhere.run("listen", "--since", since, "--events", "test.ping", "--count", "1")
        event = json.loads(output)
        assert status == 0 and event["type"] == "test.ping" and "ready, signing secret whsec_" in error
        assert wanted in (None, event["id"])
        assert output.rstrip("\n").encode() == dev.api("GET", f"/v1/events/{event['id']}").body


def test_listen_says_that_a_key_is_refused_or_that_no_server_is_there(dev, elsewhere):
    wrong = Elsewhere(elsewhere.directory, {**dev.variables, "SETTLED_KEY": "sk_wrong"})
    status, output, error = wrong.run("listen")
    assert (status, output) == (1, "") and json.loads(error)["code"] == "credentials_invalid"
    status, output, error = run_settled("listen", "--data", elsewhere.directory / "nothing", "--text")
    assert status == 1 and "no server runs on" in error


def test_the_directory_of_a_dev_is_found_by_other_commands(dev):
    status, output, error = run_settled("endpoints", "list", "--json", cwd=dev.directory)
    assert status == 0 and dev.state["endpoint"] in output, error
    status, output, error = run_settled("trigger", "ping", "--json", cwd=dev.directory)
    assert status == 0 and json.loads(output)["done"], error
    assert re.search(r"settled: changed main at \S*settled-dev/data, through the sandbox http://127\.0\.0\.1:\d+\n", error)
    status, output, _ = run_settled("listen", "--since", "1h", "--count", "1", "--json", cwd=dev.directory)
    assert status == 0 and json.loads(output)["id"].startswith("evt_")
    status, _, error = run_settled("dev", "--json", cwd=dev.directory)
    assert status == 1 and "running already" in error


def test_a_dev_that_is_started_again_is_the_same_and_a_fresh_one_is_not(tmp_path):
    first = Dev(tmp_path, "--json")
    said, state = json.loads(first.printed()), first.state
    assert set(said) == {"url", "key", "account", "endpoint", "sandbox", "console", "commands"} and len(said["commands"]) == 3
    assert stat.S_IMODE((tmp_path / "settled-dev").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "settled-dev" / "dev.json").stat().st_mode) == 0o600
    there = Elsewhere(tmp_path / "home", {"SETTLED_URL": said["url"], "SETTLED_KEY": said["key"], "SETTLED_SANDBOX": said["sandbox"]})
    link = there.trigger("link")["facts"]["link"]
    listening = there.start("listen", "listen", "--events", "settlement.matched", "--text")
    until_ready(listening, listening.output.read_text)
    payments = [there.trigger("settlement")["facts"]["payment"]]
    assert first.stop() == 0
    again = Dev(tmp_path, "--json")
    said_again = json.loads(again.printed())
    assert said_again.pop("console") != said.pop("console"), "a link to sign in with is for one time"
    assert said_again == said and again.state == state
    assert again.api("GET", f"/v1/payments/{payments[0]}").json["status"] == "settled"
    payments.append(there.trigger("settlement")["facts"]["payment"])
    assert there.trigger("link")["facts"]["link"] != link, "the bank's account numbers go on"
    wait_for(lambda: all(payment in listening.output.read_text() for payment in payments), listening.output.read_text)
    assert len(listening.output.read_text().splitlines()) == 3, "each once, through the restart"
    listening.kill()
    assert again.stop() == 0
    fresh = Dev(tmp_path, "--json", "--fresh")
    assert fresh.state["key"] != state["key"]
    assert fresh.api("GET", f"/v1/payments/{payments[0]}").status == 404
    assert fresh.stop() == 0


def test_a_directory_that_dev_did_not_make_is_refused_and_left_alone(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "work.txt").write_text("mine")
    for more in ([], ["--fresh"]):
        status, output, error = run_settled("dev", "--dir", mine, *more)
        assert (status, output) == (1, "") and "was not made by `settled dev`" in error
    assert [path.name for path in mine.iterdir()] == ["work.txt"]


def test_two_that_start_in_the_same_moment_have_ports_of_their_own(tmp_path):
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        place.mkdir()
    started = [Dev(place, "--json", waits=False) for place in places]
    try:
        for one in started:
            one.ready()
        ports = [set(one.state["ports"].values()) for one in started]
        assert len(ports[0]) == len(ports[1]) == 8 and not ports[0] & ports[1]
        assert [one.stop() for one in started] == [0, 0]
    finally:
        for one in started:
            one.process.kill()
