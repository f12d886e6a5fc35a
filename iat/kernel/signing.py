"""Links that carry their own permission and expire. One rule: what is signed is exactly what is served."""

from django.core import signing

from iat.kernel.errors import NotThere

SALT = "iat.files"
LIFETIME_S = 3600


def sign(what: str) -> str:
    """A URL-safe token for one file key, valid for LIFETIME_S seconds."""
    return signing.TimestampSigner(salt=SALT).sign_object({"f": what}, compress=True)


def unsign(token: str, *, max_age: int = LIFETIME_S) -> str:
    """The file key, or NotThere for a forged or expired token."""
    try:
        return str(signing.TimestampSigner(salt=SALT).unsign_object(token, max_age=max_age)["f"])
    except signing.BadSignature:
        raise NotThere("This link has expired or was changed. Open the page again for a fresh one.") from None
