"""How a site proves that a notification comes from it: HMAC-SHA1 over the body, in hexadecimal. The algorithm is Webex's choice.

A notification is therefore no more than a hint: nothing is believed before it has been fetched again.
"""

import hashlib
import hmac

HEADER = "X-Spark-Signature"


def signature(secret: str, body: bytes) -> str:
    """What the header must say."""
    return hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def is_signed(secret: str, body: bytes, said: str) -> bool:
    """Compare in constant time; exactly the documented form counts."""
    return hmac.compare_digest(signature(secret, body).encode(), said.encode(errors="replace"))
