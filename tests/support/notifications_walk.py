"""The part of a walk through the contract in which a platform notifies (tests/integration/test_contract.py)."""

import base64
import json

from .http_client import HttpClient


class NotificationsWalk:
    """Needs `world`, `api` and `ids` of the walk."""

    BODIES = {"retry_notification": {}}

    def notifications(self):
        """One that is complete, after one that failed and was tried again."""
        api, world, state = self.api, self.world, self.world.sandbox.state
        password = world.secret("platform.password", "a password of the walk")
        api.post("/v1/connectors", {
            "name": "walk-platform", "kind": "clearmatch", "webhook_username": "platform",
            "webhook_password": f"file:{password}", "content_url_prefix": state["urls"]["platform"] + "/v1/",
            "time_zone": "UTC", "partner_code": "WALK", "lenient_json": True})
        api.patch("/v1/connectors/walk-platform", {"retention_days": 3})
        content = state["urls"]["platform"] + "/outside"
        message = {"id": "A1", "notificationType": "walk", "eventTime": "2017-01-01T00:00:00", "partnerCode": "WALK"}
        for body, status in (({**message, "content": content}, 200), (message, 200), ({"id": "A1"}, 422), ({}, 422),
                             ({**message, "partnerCode": "X"}, 422)):
            assert self.notify(body) == status
        complete, failed = api.all("/v1/notifications?connector=walk-platform")
        assert (complete["status"], failed["status"]) == ("complete", "failed")
        again = api.post(f"/v1/notifications/{failed['id']}/retry")
        assert again["failure"] == "content_outside_prefix", "it still is"
        self.ids["ntf"] = complete["id"]

    def notify(self, body):
        world, headers = self.world, {
            "Content-Type": "application/json",
            "Authorization": "Basic " + base64.b64encode(b"platform:a password of the walk").decode()}
        http = HttpClient(port=world.server.port)
        try:
            data = json.dumps(body).encode()
            answer = http.send("POST", "/hooks/walk-platform", headers, data)
            world.contract.check("POST", "/hooks/walk-platform", headers, data, answer)
            return answer.status
        finally:
            http.close()
