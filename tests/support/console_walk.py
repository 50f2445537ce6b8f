"""The part of the walk through the contract that is about browsers and what people do in them."""

from .money_out_walk import UNKNOWN_ID


class ConsoleWalk:
    """What a Walk has (`api`, `ids`) is used here."""

    BODIES = {
        "decide_reviews": {"decisions": [{"review_id": f"rev_{UNKNOWN_ID}", "decision": "close"}], "reason": "it is"},
        "reveal": {"subject": f"whk_{UNKNOWN_ID}", "reason": "it is"},
        "create_portal_link": {},
        "create_operator": {"username": "jo", "password": "a long password", "role": "viewer"},
    }

    def signed_in(self):
        """What a browser sends that has signed in."""
        answer = self.api.with_key(None).call("POST", "/v1/sessions", {"api_key": self.api.key})
        assert answer.status == 201, answer.body
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer.json["csrf_token"]}

    def sessions(self):
        browser = self.api.with_key(None)
        headers = self.signed_in()
        assert browser.call("GET", "/v1/sessions/current", headers=headers).json["tenant"] == "main"
        assert browser.call("DELETE", "/v1/sessions/current", headers=headers).status == 204
        links = f"/v1/endpoints/{self.ids['end']}/portal-links"
        self.ids["plk"] = self.api.post(links, {"can": ["redeliver"]})["id"]
        spare = self.api.post(links, {})["id"]
        assert [link["id"] for link in self.api.all(links)] == [spare, self.ids["plk"]]
        self.api.delete(f"/v1/portal-links/{spare}")
        assert self.api.post("/v1/reveals", self.reveal_body(self.ids["whk"]))["object"]["id"] == self.ids["whk"]
        series = self.api.get("/v1/series?metric=webhooks&step=86400")
        assert sum(series["lines"][0]["values"]) >= 1
        ann, bo = (self.api.post("/v1/operators", {**ConsoleWalk.BODIES["create_operator"], "username": name})
                   for name in ("ann", "bo"))
        self.ids["opr"] = ann["id"]
        assert self.api.post(f"/v1/operators/{ann['id']}/totp", statuses=[200])["totp_uri"] != ann["totp_uri"]
        self.api.delete(f"/v1/operators/{bo['id']}")
        overview = self.api.get("/v1/overview?zone=Europe/London")
        for money in overview["money"]:
            assert len(self.api.all(money["expected"]["list"])) == money["expected"]["count"]

    @staticmethod
    def reveal_body(subject):
        return {"subject": subject, "reason": "the bank asks"}

    @staticmethod
    def refuses_in_its_own_way(operation, status):
        return (operation.id in ("show_session", "sign_out") or (operation.id == "reveal" and status in (404, 429))
                or (operation.id == "import_statement_file" and status in (400, 413, 422)))

    def console_refusal(self, operation, status):
        if operation.id == "import_statement_file":
            return self.file_refusal(operation.path, status)
        return self.reveal_refusal(status) if operation.id == "reveal" else self.session_refusal(operation, status)

    def file_refusal(self, path, status):
        size = {"Content-Length": str(33 * 1024 * 1024)} if status == 413 else {}
        return self.api.call("POST", path + ("?surprise=1" if status == 400 else ""), raw=b"no statement",
                             content_type="application/octet-stream", headers=size)

    def reveal_refusal(self, status):
        if status == 404:
            return self.api.call("POST", "/v1/reveals", self.reveal_body(f"whk_{UNKNOWN_ID}"))
        for _ in range(31):
            answer = self.api.call("POST", "/v1/reveals", self.reveal_body(self.ids["whk"]))
        return answer

    def session_refusal(self, operation, status):
        """How the calls of a session itself are refused."""
        browser = self.api.with_key(None)
        headers = self.signed_in() if status != 401 else {}
        if status == 403:
            del headers["X-CSRF-Token"]
        return browser.call(operation.method, operation.path + ("?surprise=1" if status == 400 else ""), headers=headers)
