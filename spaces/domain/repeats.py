"""`Idempotency-Key`: the same key and body get the same answer and start nothing twice; the same key with another body is refused."""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from django.db import IntegrityError, transaction

from iat.kernel.errors import Finding, Invalid, Refused
from spaces.models import IdempotentAnswer, User


def once(user: User, key: str | None, request_facts: Any, do: Callable[[], tuple[int, dict[str, Any]]]) -> tuple[int, dict[str, Any]]:
    """Runs `do` once per key. Row and work commit together: a crash in between leaves neither."""
    if not key:
        return do()
    if len(key) > 200:
        raise Invalid("An Idempotency-Key has at most 200 characters.", findings=[Finding("/Idempotency-Key", "too long")])
    digest = hashlib.sha256(orjson.dumps(request_facts, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
    try:
        with transaction.atomic():
            row = IdempotentAnswer.objects.create(user=user, key=key, digest=digest)
            status, body = do()
            row.status, row.body = status, orjson.loads(orjson.dumps(body, default=str))
            row.save(update_fields=["status", "body"])
            return status, body
    except IntegrityError:
        known = IdempotentAnswer.objects.filter(user=user, key=key).first()
        if known is None:
            raise
    if known.digest != digest:
        raise Refused("This Idempotency-Key was used for another request. Use a new key for new work.")
    return known.status or 200, known.body or {}
