"""How a person likes things: one small document a kind."""

from typing import Any

import orjson

from iat.kernel.errors import Finding, Invalid
from spaces.models import User, UserPreference

TYPES = ("style", "generation", "review", "ui")
LARGEST = 64_000


def of(user: User) -> dict[str, Any]:
    """All four, empty where nothing was said."""
    said = dict(UserPreference.objects.filter(user=user).values_list("preference_type", "preference_data"))
    return {kind: said.get(kind, {}) for kind in TYPES}


def put(user: User, given: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Replaces the kinds that are given; the others stay."""
    wrong = [Finding(f"/{kind}", "at most 64 kB") for kind, data in given.items() if len(orjson.dumps(data)) > LARGEST]
    if wrong:
        raise Invalid("A preference is too long.", findings=wrong)
    for kind, data in given.items():
        UserPreference.objects.update_or_create(user=user, preference_type=kind, defaults={"preference_data": data})
    return of(user)
