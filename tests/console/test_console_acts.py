"""What people do in the console: sign in and out, decide, redeliver; by mouse and by keys."""

import re
import subprocess

import pytest

from support.browser import Browser
from support.http_client import HttpClient
from support.places import ROOT
from support.totp import code_of
from support.waiting import wait_for

ENTER, ESCAPE, CONTROL = "\ue007", "\ue00c", "\ue009"


def test_formats_of_the_page():
    done = subprocess.run(["node", "test/run.mjs"], cwd=ROOT / "console", capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def signed_in(world):
    """One session for most tests: an address may sign in ten times a minute."""
    browser = Browser(world.address)
    browser.sign_in_with_key(world.key)
    yield browser
    browser.close()


@pytest.fixture
def page(signed_in):
    signed_in.open("/console/overview")
    return signed_in


def open_review(trigger, ask):
    trigger("ambiguous")
    return next(one for one in ask("/v1/reviews?status=open")["data"] if one["kind"] == "settlement_ambiguous")


def test_sign_out_ends_the_session(world, browse):
    page = browse()
    page.sign_in_with_key(world.key)
    cookie = page.driver.get_cookie("__Host-settled")
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict"
    page.button("Sign out").click()
    page.shows("You are signed out.")
    page.open("/console/payments")
    assert "Sign in to settled" in page.text()
    http = HttpClient(port=int(world.address.rsplit(":", 1)[1]))
    try:
        assert http.send("GET", "/v1/payments", {"Cookie": f"__Host-settled={cookie['value']}"}).status == 401
    finally:
        http.close()


def test_a_wrong_key_is_refused_with_its_code(browse):
    browser = browse()
    browser.open("/console/")
    browser.button("API key").click()
    browser.enter("input[name=api_key]", "sk_wrong")
    browser.button("Sign in", "form").click()
    browser.shows("sign_in_refused")


def test_a_link_signs_in_once_and_never_replaces_a_session_without_a_question(world, browse):
    status, out, err = world.shell.run("console", "--config", world.directory / "settled-dev" / "settled.toml")
    assert status == 0, err
    link = re.search(r"https?://[^\s\"]+#signin=[\w-]+", out + err)[0]
    browser = browse()
    browser.sign_in_with_key(world.key)
    browser.driver.get(link)
    browser.shows("You are signed in")
    assert "signin" not in browser.run("return location.href")
    browser.button("Replace it").click()
    browser.find("nav a[aria-current=page]")
    assert browser.find(".account-who").text.startswith("os:")
    browser.button("Sign out").click()
    browser.shows("You are signed out.")
    browser.driver.get("about:blank")
    browser.driver.get(link)
    browser.shows("sign_in_refused")


def test_an_operator_is_added_and_signs_in_with_password_and_code(page, browse):
    page.go("/console/operators")
    page.button("Add an operator").click()
    page.enter("dialog input[name=username]", "ann")
    page.enter("dialog input[name=password]", "correct horse battery")
    page.find("dialog input[value=viewer]").click()
    page.button("Add", "dialog form").click()
    secret = page.find("dialog .secret code").text
    browser = browse()
    browser.open("/console/payments")
    browser.enter("input[name=username]", "ann")
    browser.enter("input[name=password]", "correct horse battery")
    browser.enter("input[name=code]", code_of(secret))
    browser.button("Sign in", "form").click()
    browser.shows("INV-2026-0001")
    assert "API keys" not in browser.text(), "a viewer is offered what its role does not allow"


def test_a_review_is_accepted_and_undone_by_keys(page, trigger, ask):
    review = open_review(trigger, ask)
    candidate = review["detail"]["candidates"][1]
    page.go(f"/console/reviews/{review['id']}")
    page.press("a")
    page.shows("Accept a candidate")
    assert not page.button("Accept", "dialog").is_enabled()
    page.run("""[...document.querySelectorAll('dialog label')].find(one => one.innerText.includes(arguments[0])).click()""",
             candidate["client_id"])
    page.shows("is matched to " + candidate["client_id"])
    page.enter("dialog textarea", "the payer named it on the phone")
    page.button("Accept", "dialog").click()
    wait_for(lambda: ask(f"/v1/reviews/{review['id']}")["status"] == "closed", "the review is closed")
    closed = ask(f"/v1/reviews/{review['id']}")
    assert (closed["decision"], closed["reason"]) == ("accept", "the payer named it on the phone")
    assert ask(f"/v1/payments/{candidate['client_id']}")["status"] == "settled"
    page.shows("the payer named it on the phone")

    page.press("u")
    page.shows("never pair them again")
    page.enter("dialog textarea", "it was the other one")
    page.press_with(CONTROL, ENTER)
    wait_for(lambda: ask(f"/v1/payments/{candidate['client_id']}")["status"] == "expected", "the match is undone")


def test_several_reviews_are_closed_at_once(page, trigger, ask):
    trigger("unreadable")
    trigger("unreadable")
    page.go("/console/reviews")
    page.press("j", "x", "j", "x")
    page.shows("2 reviews selected")
    page.button("Close", ".bulk").click()
    page.shows("2 can be decided, 0 would be refused.")
    page.enter("dialog textarea", "the bank has sent them again")
    page.button("Close 2", "dialog form").click()
    page.shows("2 decided, 0 refused.")
    closed = [one for one in ask("/v1/reviews?status=closed")["data"] if one["reason"] == "the bank has sent them again"]
    assert len(closed) == 2


def statement_of(iban, entries, number=1):
    """An MT940 message; its entries are of 1.00 each."""
    lines = [f":61:2011201120C1,00NTRFREF-{entry}\n:86:INV {entry}" for entry in range(1, entries + 1)]
    return "\n".join([":20:X", f":25:{iban}", f":28C:{number}/1", ":60F:C201119GBP0,00", *lines,
                      f":62F:C201120GBP{entries},00", "-", ""])


def test_a_file_of_statements_is_dropped_and_imported(world, page, ask, tmp_path):
    iban = world.dev.state["account"]
    file = tmp_path / "november.sta"
    file.write_text(statement_of(iban, 3000) + statement_of("GB29NWBK60161331926819", 1, number=2))
    assert file.stat().st_size < 256 * 1024
    page.go("/console/statements")
    page.find(".drop input[type=file]").send_keys(str(file))
    page.shows("1 imported, 1 of accounts that are not registered")
    page.shows("does not reconcile")
    assert iban not in page.text() and "account not registered" in page.text()
    statement = ask("/v1/statements")["data"][0]
    assert (statement["status"], statement["entries_loaded"]) == ("reconciled", 3000)
    assert page.violations() == []

    # The same by dragging, with a file that is larger than what other calls take.
    large = tmp_path / "december.sta"
    large.write_text(statement_of(iban, 12_000, number=3))
    assert large.stat().st_size > 256 * 1024
    page.run("""const data = new DataTransfer();
        data.items.add(new File([arguments[0]], 'december.sta'));
        document.querySelector('.drop').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))""",
             large.read_text())
    wait_for(lambda: ask("/v1/statements")["data"][0]["status"] == "reconciled" and "december.sta" in page.text()
             and page.find(".drop").get_attribute("aria-busy") != "true", lambda: f"it is imported: {page.text()}")
    page.shows("1 imported")
    assert ask("/v1/statements")["data"][0]["entries_loaded"] == 12_000
    page.find(".drop a[href*='/statements/stm_']").click()
    page.shows("missing webhook")


def test_a_file_that_is_no_statement_is_refused_with_its_code(page, ask, tmp_path):
    before = ask("/v1/statements")["data"]
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF-1.7 no statement")
    page.go("/console/statements")
    page.find(".drop input[type=file]").send_keys(str(file))
    page.shows("statement_unsupported")
    page.shows("scan.pdf is a PDF")
    assert ask("/v1/statements")["data"] == before


def test_other_rules_show_what_they_would_have_done_before_they_are_saved(page, trigger, ask):
    trigger("settlement", "--amount", "31.17")
    settled = next(one for one in ask("/v1/settlements?status=matched")["data"] if one["amount"]["value"] == "31.17")
    rule = ask(f"/v1/settlements/{settled['id']}")["match"]["rule"]
    page.go("/console/rules")
    page.button("New rules").click()
    page.enter("dialog input[maxlength='256']", "by hand")
    for rank in range(page.run("return document.querySelectorAll('dialog .part select').length")):
        page.run("""const select = document.querySelectorAll('dialog .part select')[arguments[0]];
            select.value = 'off';
            select.dispatchEvent(new Event('change', {bubbles: true}));""", rank)
    assert not page.button("Save the rules", "dialog").is_enabled()
    page.button("Show the effect", "dialog").click()
    page.shows("would differ.")
    page.shows("would not be matched")
    assert page.violations() == []
    assert ask("/v1/rules")["data"] == [], "a dry run stores nothing"
    page.button("Save the rules", "dialog").click()
    wait_for(lambda: ask("/v1/rules")["data"], "the rules are saved")
    assert ask("/v1/rules")["data"][0]["rules"]["ranks"][rule] == "off"
    page.shows("by hand")
    ask("/v1/rules", "POST", {"name": "standard again"})


def test_keys_lead_through_the_console_and_can_be_switched_off(page):
    page.press("?")
    page.shows("match by hand")
    page.press(ESCAPE)
    page.press("g", "p")
    wait_for(lambda: page.run("return location.pathname") == "/console/payments", "g p opens the payments")
    page.wait_until_ready()
    page.press("j", ENTER)
    wait_for(lambda: page.run("return location.pathname").startswith("/console/payments/pay_"), "Enter opens the row")
    page.press("?")
    page.find("dialog input[type=checkbox]").click()
    page.press(ESCAPE)
    page.press("g", "o")
    assert page.run("return location.pathname").startswith("/console/payments/pay_")
    page.run("localStorage.clear()")


def test_a_raw_message_is_masked_until_it_is_revealed_with_a_reason(page, trigger, ask):
    trigger("settlement", "--amount", "55.10")
    settlement = next(one for one in ask("/v1/settlements")["data"] if one["amount"]["value"] == "55.10")
    iban = settlement["account"]["iban"]
    page.go(f"/console/settlements/{settlement['id']}")
    page.find(".code-block")
    assert iban not in page.text() and iban[-4:] in page.text()
    page.button("Reveal", ".raw").click()
    page.enter("dialog textarea", "case 4711")
    page.button("Reveal", "dialog form").click()
    page.shows(iban)
    change = next(one for one in ask("/v1/changes")["data"] if one["reason"] == "case 4711")
    assert change["subject"] == settlement["webhook_id"]


def test_an_endpoint_is_paused_with_a_reason_and_resumed(world, page, ask):
    endpoint = world.dev.state["endpoint"]
    page.go(f"/console/endpoints/{endpoint}")
    page.button("Pause").click()
    page.enter("dialog textarea", "their database moves")
    page.button("Pause", "dialog form").click()
    page.shows("Paused: deliveries wait")
    page.button("Resume").click()
    page.shows("The endpoint is resumed")
    changes = ask(f"/v1/changes?subject={endpoint}")["data"][:2]
    assert [(one["action"], one["reason"]) for one in changes] == [
        ("endpoint.activate", ""), ("endpoint.pause", "their database moves")]


def test_charts_look_back_an_hour_a_day_a_week_and_a_month(page, trigger, ask):
    trigger("settlement")
    webhooks = lambda query: sum(ask(f"/v1/series?metric=webhooks{query}")["lines"][0]["values"])  # noqa: E731
    assert webhooks("&step=60&from=2000-01-01T00:00:00Z&to=2000-01-01T01:00:00Z") == 0 < webhooks("")
    for label, name in (("1 h", "hour"), ("7 days", "week"), ("30 days", "month"), ("24 h", None)):
        page.button(label, ".charts-head").click()
        wait_for(lambda: page.run("return new URLSearchParams(location.search).get('charts')") == name, "the span is in the address")
        wait_for(lambda: len(page.driver.find_elements("css selector", ".plot canvas")) == 4, "four charts are drawn")
        spans = {one.text for one in page.driver.find_elements("css selector", ".chart-span")}
        assert spans == {label}
    assert page.driver.find_elements("css selector", ".refused") == []


def test_a_partner_sees_its_own_deliveries_alone(world, page, browse, trigger, ask):
    trigger("ping")
    endpoint = world.dev.state["endpoint"]
    page.go(f"/console/endpoints/{endpoint}")
    page.button("Make a link").click()
    page.button("Make the link", "dialog").click()
    url = page.find("dialog .secret code").text
    partner = browse(width=360, height=780)
    partner.driver.get(url)
    partner.wait_until_ready()
    partner.shows("Your endpoint")
    partner.find(".opening").click()
    partner.shows("#1")
    assert partner.overflow() <= 0
    assert partner.violations() == []
    refused = partner.run("return fetch('/v1/payments').then(one => one.status)")
    assert refused in (403, 404)
    assert partner.log() == [] or all("/v1/payments" in line for line in partner.log())
    assert ask(f"/v1/endpoints/{endpoint}/portal-links")["data"][0]["can"] == ["read", "redeliver"]
