"""The part of a walk through the contract that pays, links and sends money back (tests/integration/test_contract.py)."""

from .bank import public_pem, settled_payload
from .loans import add_core_bank
from .waiting import wait_for

UNKNOWN_ID = "0000000000000"


class MoneyOutWalk:
    """Needs `world`, `api`, `iban`, `ids` and `target()` of the walk."""

    # Good, except that what they name does not exist.
    BODIES = {
        "create_order": {"client_id": "x", "connector": "nobody", "scheme": "fps",
                         "amount": {"value": "1.00", "currency": "GBP"}, "debtor": {"iban": "GB29NWBK60161331926819"},
                         "creditor": {"name": "Ann Lee", "iban": "GB29NWBK60161331926819"}},
        "retry_order": {"client_id": "walk-again"},
        "create_link": {"connector": "nobody", "loan_account_id": "LN-1", "owner_name": "Ann Lee"},
        "create_return": {"settlement_id": f"stl_{UNKNOWN_ID}", "reason": "other"},
        "pause_connector": {"reason": "it is"},
        "resume_calls": {"reason": "the bank's list was compared"},
        "create_catch_up": {"connector": "nobody"},
        "create_statement_request": {"connector": "nobody", "date": "2026-11-20"},
    }

    def after_restore(self):
        """The server starts on a store that counts as put back: calls are held until a person lets them go on."""
        world = self.world
        world.close_clients()
        assert world.server.stop() == 0
        world.start(arguments=["--after-restore"])
        self.api = world.api
        assert self.api.get("/v1/calls/held")["held"]
        assert not self.api.post("/v1/calls/resume", self.BODIES["resume_calls"])["held"]

    def order(self, client_id, **members):
        return {"client_id": client_id, "connector": "clearbank", "scheme": "fps",
                "amount": {"value": "1.00", "currency": "GBP"},
                "debtor": {"iban": self.world.sandbox.state["real_account_iban"]},
                "creditor": {"name": "Ann Lee", "iban": "GB29NWBK60161331926819"}, "reference": "WALK", **members}

    def twice(self, target, body):
        """What is new is 202, the same again is 200."""
        for status in (202, 200):
            answer = self.api.call("POST", target, body)
            assert answer.status == status, answer.body
        return answer.json

    def until(self, target, status):
        return wait_for(lambda: (lambda shown: shown["status"] == status and shown)(self.api.get(target)),
                        lambda: f"{target} becomes {status}: {self.api.get(target)}")

    def money_out(self):
        """Orders, links and returns through the bank; then its connector is paused, and what follows waits."""
        api, state = self.api, self.world.sandbox.state
        self.world.operator.patch("/v1/connectors/clearbank", {
            "api_url": state["urls"]["bank"], "api_token": f"file:{state['files']['api_token']}",
            "institution_account": state["real_account_id"], "debtor_name": "Lender Ltd",
            "debtor_address": "1 High Street, London", "review_unexplained": True})
        wait_for(lambda: [a for a in api.all("/v1/accounts") if a["iban"] == state["real_account_iban"]],
                 "the bank's account is listed")
        order = self.twice("/v1/orders", self.order("walk-out"))
        settled = self.until("/v1/orders/walk-out", "settled")
        self.ids.update(ord=order["id"], cal=settled["calls"][0]["id"])
        self.world.sandbox.put("/bank/payment-rules", {"rules": [
            {"creditor_name": "Refused", "outcome": "reject", "code": "AC04"}]})
        api.post("/v1/orders", self.order("walk-refused", creditor={"name": "Refused", "iban": "GB29NWBK60161331926819"}))
        self.until("/v1/orders/walk-refused", "rejected")
        self.twice("/v1/orders/walk-refused/retry", {"client_id": "walk-retry"})
        self.until("/v1/orders/walk-retry", "rejected")
        request = self.twice("/v1/statement-requests", {"connector": "clearbank", "date": "2026-11-20"})
        self.ids["srq"] = self.until(f"/v1/statement-requests/{request['id']}", "done")["id"]
        caught_up = api.post("/v1/catch-ups", {"connector": "clearbank", "dry_run": True})
        self.ids["cup"] = self.until(f"/v1/catch-ups/{caught_up['id']}", "done")["id"]
        self.bacs()
        self.links()
        self.loan()
        self.unexplained()
        self.cancelled()
        for action in ("pause", "resume", "pause"):
            api.post(f"/v1/connectors/clearbank/{action}", {"reason": "the walk"} if action == "pause" else None)
        api.post("/v1/orders", self.order("walk-waits"))
        self.ids["lnk"] = api.post("/v1/links", self.link("LN-waits"))["id"]
        self.ids["ret"] = self.twice("/v1/returns", {"settlement_id": self.ids["stl"], "reason": "other"})["id"]
        assert api.call("POST", "/v1/connectors/clearbank/list-accounts").status == 202
        assert api.call("POST", "/v1/connectors/clearbank/test").status == 202
        api.post("/v1/connectors", {"name": "walk-spare", "kind": "clearbank", "signing_key": self.world.signing_key(),
                                    "bank_keys": [public_pem(self.world.sandbox.bank_key)]})
        assert api.call("DELETE", "/v1/connectors/walk-spare").status == 204

    def cancelled(self):
        """Since the store was put back, the bank is asked for an order before it is cancelled. The second of a loan is not sent."""
        for client_id in ("walk-first", "walk-cancelled"):
            self.api.post("/v1/orders", self.order(client_id, loan_account_id="WALK-1"))
        self.until("/v1/orders/walk-cancelled", "needs_review")
        wait_for(lambda: self.api.call("POST", "/v1/orders/walk-cancelled/cancel").status == 200, "the bank was asked for it")
        assert self.api.get("/v1/orders/walk-cancelled")["status"] == "cancelled"

    def bacs(self):
        """A credit on its way in, a direct debit and a mandate."""
        account = self.world.sandbox.state["real_account_iban"]
        for kind in ("credit", "direct_debit"):
            self.world.sandbox.post("/bank/bacs", {"kind": kind, "account": account, "amount": "25.50",
                                                   "reference": "WALK", "notice": True})
        self.world.sandbox.post("/bank/mandates", {"id": "walk-mandate", "account": account})
        subjects = {"credit", "direct_debit", "mandate"}
        wait_for(lambda: {i["subject"] for i in self.api.all("/v1/bacs-items")} == subjects,
                 lambda: f"the bank's reports are listed: {self.api.all('/v1/bacs-items')}")
        self.ids["bac"] = self.api.all("/v1/bacs-items?subject=credit")[0]["id"]

    def link(self, loan, **members):
        return {"connector": "clearbank", "loan_account_id": loan, "owner_name": "Ann Lee", **members}

    def links(self):
        link = f"/v1/links/{self.twice('/v1/links', self.link('LN-walk'))['id']}"
        assert self.until(link, "active")["iban"]
        assert self.api.call("DELETE", link).status == 202
        self.until(link, "disabled")
        assert self.api.call("DELETE", link).status == 200

    def loan(self):
        """Its link is written into the core banking system."""
        add_core_bank(self.world)
        self.world.sandbox.post("/core/loans", {"id": "LN-core", "notify": False})
        made = self.twice("/v1/links", self.link("LN-core", core_banking="mambu"))
        self.until(f"/v1/links/{made['id']}", "active")
        self.ids["pst"] = wait_for(lambda: self.api.all("/v1/postings?loan_account_id=LN-core"), "its fields are posted")[0]["id"]

    def unexplained(self):
        payload = settled_payload(self.iban, DebitCreditCode="Debit", EndToEndTransactionId="NOBODYS-ORDER")
        self.world.bank.acknowledged("TransactionSettled", payload)
        review, = [r for r in self.api.all("/v1/reviews?status=open") if r["kind"] == "settlement_unexplained"]
        shown = self.api.get(f"/v1/reviews/{review['id']}")
        assert shown["settlement"]["transaction_id"] == payload["TransactionId"]
        body = {"decision": "close", "reason": "bank charges"}
        assert self.api.post(f"/v1/reviews/{review['id']}/decide", body)["status"] == "closed"

    MONEY_OUT_CONFLICTS = ("create_order", "cancel_order", "retry_order", "create_link", "delete_link", "create_return",
                           "update_connector", "delete_connector", "resume_calls", "create_catch_up")

    def money_out_conflict(self, operation):
        """What waits since money_out() contradicts: an order, a link and a return under way."""
        call = self.api.call
        if operation.id == "create_order":
            return call("POST", "/v1/orders", self.order("walk-out", reference="OTHER"))
        if operation.id == "create_link":
            return call("POST", "/v1/links", self.link("LN-waits", iban=self.world.sandbox.state["real_account_iban"]))
        if operation.id == "create_return":
            return call("POST", "/v1/returns", {"settlement_id": self.ids["stl"], "reason": "account_closed"})
        if operation.id == "create_catch_up":  # the connector is paused: the first one does not end
            for _ in range(2):
                answer = call("POST", "/v1/catch-ups", {"connector": "clearbank", "dry_run": True})
            return answer
        if operation.id == "update_connector":
            return call("PATCH", "/v1/connectors/clearbank", {"institution_account": "another"})
        if operation.id == "delete_connector":
            return call("DELETE", "/v1/connectors/clearbank")
        return call(operation.method, self.target(operation), self.GOOD_BODIES.get(operation.id))
