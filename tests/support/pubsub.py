"""Google Pub/Sub as a test plays it: signs tokens for a subscription and pushes messages to a connector."""

import base64
import itertools
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from .bank import new_key, public_pem

AUDIENCE = "https://settled.example/hooks/provider"
ACCOUNT = "push@project.iam.gserviceaccount.com"
SUBSCRIPTION = "projects/p/subscriptions/payments"
_numbers = itertools.count(1)


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Google:
    """Signs as Google does for a subscription."""

    def __init__(self):
        self.key = new_key()

    def jwks(self, kid):
        numbers = self.key.public_key().public_numbers()
        return {"keys": [{"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256",
                          "n": base64url(numbers.n.to_bytes(256, "big")),
                          "e": base64url(numbers.e.to_bytes(3, "big"))}]}

    def token(self, kid="k1", **claims):
        now = int(time.time())
        claims = {"aud": AUDIENCE, "azp": "1", "email": ACCOUNT, "email_verified": True, "exp": now + 3600,
                  "iat": now, "iss": "https://accounts.google.com", "sub": "1", **claims}
        text = ".".join(base64url(json.dumps(part).encode())
                        for part in ({"alg": "RS256", "kid": kid, "typ": "JWT"}, claims))
        return f"{text}.{base64url(self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


class Pusher:
    """Pushes to a connector of that name."""

    def __init__(self, world, name, google):
        self.world, self.name, self.google = world, name, google

    def push(self, data, message_id=None, token=None, subscription=SUBSCRIPTION):
        message_id = message_id or f"m-{next(_numbers)}"
        body = {"message": {"data": base64.b64encode(data.encode()).decode(), "attributes": {}, "messageId": message_id,
                            "message_id": message_id, "publishTime": "2026-11-22T10:00:00Z"},
                "subscription": subscription}
        headers = {"Authorization": f"Bearer {token or self.google.token()}"} if token != "" else {}
        return self.world.api.with_key(None).call("POST", f"/hooks/{self.name}", body, headers=headers)

    def settings(self, **more):
        """Of a connector that takes these pushes."""
        return {"audience": AUDIENCE, "service_account": ACCOUNT, "subscription": SUBSCRIPTION, "format": "settled",
                "token_keys": {"k1": public_pem(self.google.key)}, **more}
