"""Codes of an authenticator (RFC 6238: SHA-1, six digits, thirty seconds), which is all that VRChat offers."""

import base64
import binascii
import hmac

STEP = 30.0


def code_at(secret: str, at: float) -> str:
    """The code at `at` (epoch seconds). secret: base 32. Raises ValueError, which does not repeat it."""
    bare = "".join(secret.split()).replace("-", "").upper()
    try:
        key = base64.b32decode(bare + "=" * (-len(bare) % 8))
    except (binascii.Error, ValueError):
        raise ValueError("vrchat.totp_secret is not the secret of an authenticator") from None
    digest = hmac.digest(key, int(at // STEP).to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"
