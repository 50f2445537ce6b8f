"""Browsers: signing in over HTTP, what a cookie is worth, and the files of the console."""

import json
import re
import subprocess

import pytest

from support.http_client import HttpClient
from support.places import binary
from support.processes import run_settled
from support.totp import code_of

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def world(new_world):
    return new_world()


class Browser:
    """A session's cookie and its token, as the page keeps them."""

    def __init__(self, http, answer):
        assert answer.status == 201, answer.body
        self.http = http
        self.set_cookie = answer.headers["Set-Cookie"]
        self.session = answer.json
        self.headers = {"Cookie": self.set_cookie.split(";")[0], "X-CSRF-Token": answer.json["csrf_token"]}

    def call(self, method, target, body=None, **changed):
        headers = {**self.headers, **JSON, **changed}
        return self.http.send(method, target, {name: value for name, value in headers.items() if value is not None},
                              json.dumps(body).encode() if body is not None else None)


def sign_in(http, body, **headers):
    return http.send("POST", "/v1/sessions", {**JSON, **headers}, json.dumps(body).encode())


def token_of(world, *options):
    status, output, error = run_settled("console", "--config", world.config, "--data", world.data, "--json", *options)
    assert status == 0, (output, error)
    link = json.loads(output)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/console/#signin=[A-Za-z0-9_-]{43}", link["url"])
    return link["url"].split("=")[1]


def has_console():
    _, output, _ = run_settled("--version", "--json")
    return json.loads(output)["console"]


with_console = pytest.mark.skipif(not has_console(), reason="this binary was built without the console")


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(world):
    browser = Browser(world.api.http, sign_in(world.api.http, {"api_key": world.key}))
    name, *attributes = [part.strip() for part in browser.set_cookie.split(";")]
    assert name.startswith("__Host-settled=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(attributes)
    assert not any(attribute.startswith("Domain") for attribute in attributes)
    assert browser.call("GET", "/v1/payments").status == 200
    assert browser.call("GET", "/v1/sessions/current").json == browser.session
    account = {"iban": "GB29NWBK60161331926819"}
    assert browser.call("POST", "/v1/accounts", account, **{"X-CSRF-Token": None}).code == "csrf_missing"
    assert browser.call("POST", "/v1/accounts", account).json["iban"] == "GB29**************6819"
    with_key = browser.call("GET", "/v1/payments", Authorization=f"Bearer {world.key}")
    assert (with_key.status, with_key.code) == (400, "request_malformed")
    assert browser.call("DELETE", "/v1/sessions/current").status == 204
    assert browser.call("GET", "/v1/payments").code == "credentials_invalid"


def test_a_session_goes_on_after_a_restart_and_ends_with_its_key(world):
    made = world.operator_post("/v1/api-keys", {"name": "jo's", "scopes": ["payments:read"]})
    browser = Browser(world.api.http, sign_in(world.api.http, {"api_key": made["key"]}))
    world.server.stop()
    world.start()
    browser.http = world.api.http
    assert browser.call("GET", "/v1/payments").status == 200
    assert browser.call("GET", "/v1/accounts").code == "scope_missing"
    world.api.delete(f"/v1/api-keys/{made['id']}")
    assert browser.call("GET", "/v1/payments").code == "credentials_invalid"


@with_console
def test_a_printed_link_signs_in_once_as_the_user_who_asked(world):
    token = token_of(world)
    browser = Browser(world.api.http, sign_in(world.api.http, {"link": token}))
    assert re.fullmatch(r"os:\S+", browser.session["actor"])
    assert sign_in(world.api.http, {"link": token}).code == "sign_in_refused"
    assert browser.call("POST", "/v1/endpoints", {"url": "https://partner.example/"}).status == 201
    newest = world.api.get("/v1/changes?limit=1")["data"][0]
    assert (newest["actor"], newest["action"]) == (browser.session["actor"], "endpoint.create")
    assert token not in world.server.log_text()


def test_a_proxy_that_is_not_trusted_cannot_say_that_it_was_called_by_https(new_world):
    """A browser on another machine: the sandbox's loopback is one proxy, and says whom it speaks for."""
    world = new_world('[server]\ntrusted_proxies = ["127.0.0.0/8"]\n')
    far = {"X-Forwarded-For": "192.0.2.7"}
    body = {"api_key": world.key}
    assert sign_in(world.api.http, body, **far).code == "sign_in_refused"
    assert sign_in(world.api.http, body, **far, **{"X-Forwarded-Proto": "https"}).status == 201


@with_console
def test_the_page_comes_with_its_headers(world):
    http = world.api.http
    for path in ("/console/", "/console/payments/pay_1", "/portal/"):
        page = http.send("GET", path)
        assert page.status == 200
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["Cache-Control"] == "no-store"
        policy = page.headers["Content-Security-Policy"]
        assert policy == ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
                          "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert b"<script>" not in page.body and b"<style>" not in page.body
        assets = re.findall(rb'"(/console/assets/[^"]+)"', page.body)
        for asset in map(bytes.decode, assets):
            plain, small = http.send("GET", asset), http.send("GET", asset, {"Accept-Encoding": "gzip"})
            assert plain.status == small.status == 200, asset
            assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert small.headers["Content-Encoding"] == "gzip" and small.headers["Vary"] == "Accept-Encoding"
            assert small.body != plain.body
    assert http.send("GET", "/console").headers["Location"] == "/console/"
    assert http.send("GET", "/console/assets/none.js").code == "route_unknown"
    assert http.send("POST", "/console/").code == "method_not_allowed"
    assert http.send("HEAD", "/console/").body == b""


def operators(world, *words, typed=""):
    ran = subprocess.run([binary(), "operators", *words, "--config", world.config, "--data", world.data, "--json"],
                         input=typed, capture_output=True, text=True, timeout=30, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout) if ran.stdout.strip() else None


def test_an_operator_signs_in_with_password_and_code(world):
    made = operators(world, "add", "ann", "--role", "operator", typed="correct horse battery\n")
    ann = {"username": "ann", "password": "correct horse battery", "code": code_of(made["totp_uri"])}
    browser = Browser(world.api.http, sign_in(world.api.http, ann))
    assert browser.session["actor"] == made["id"] and "settlements:write" in browser.session["scopes"]
    assert sign_in(world.api.http, ann).code == "sign_in_refused", "a code counts once"
    assert browser.call("GET", "/v1/payments").status == 200
    operators(world, "totp", "ann")
    assert browser.call("GET", "/v1/payments").code == "credentials_invalid"
    assert [one["username"] for one in operators(world, "list")["data"]] == ["ann"]
    operators(world, "remove", "ann")
    assert operators(world, "list")["data"] == []
    assert "correct horse" not in world.server.log_text()


def test_a_server_without_the_console_has_neither_page_nor_sessions(new_world):
    world = new_world("[console]\nenabled = false\n")
    http = world.api.http
    for method, path in (("GET", "/console/"), ("GET", "/portal/"), ("POST", "/v1/sessions")):
        assert http.send(method, path).code == "route_unknown", path
    assert run_settled("console", "--config", world.config, "--data", world.data)[0] == 1


def test_ten_tries_a_minute(world):
    http = HttpClient(port=world.server.port)
    for _ in range(10):
        assert sign_in(http, {"api_key": "sk_x"}).code == "sign_in_refused"
    late = sign_in(http, {"api_key": world.key})
    assert (late.status, late.code, late.headers["Retry-After"]) == (429, "too_many_requests", "60")
    http.close()
