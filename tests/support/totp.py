"""The codes that an authenticator app shows (RFC 6238)."""

import base64
import hashlib
import hmac
import re
import time


def code_of(uri):
    """The code of now, by the address that was shown with the secret."""
    secret, = re.findall(r"secret=([A-Z2-7]+)", uri)
    mac = hmac.digest(base64.b32decode(secret), int(time.time() // 30).to_bytes(8, "big"), hashlib.sha1)
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff) % 1_000_000:06}"
