"""Unsafe content, where a checker is configured: an enabled account with `safety_check` on. The checker's word is a hard failure of the guard."""

import io
import logging
from typing import Any

from PIL import Image

from projects.domain import accounts
from projects.models import ProviderAccount
from renders.domain import gateway
from renders.imaging import guard
from renders.providers.base import ProviderError
from renders.providers.registry import PROVIDERS
from renders.providers.remote import Picture, Remote

log = logging.getLogger("iat.safety")
SIDE = 768


Checker = tuple[Remote, ProviderAccount, Any]


def checker(space_id: Any, project_id: Any) -> Checker | None:
    """The first account by priority that is asked to look: connector, account, settings. Raises Declined where its settings no longer fit."""
    for row in accounts.effective(space_id, project_id):
        connector = PROVIDERS.get(row.provider_code)
        if row.is_enabled and isinstance(connector, Remote) and connector.can_judge and row.config.get("safety_check"):
            return connector, row, gateway.configured(connector, row.config)
    return None


def look(verdict: guard.Verdict, image: Image.Image, who: Checker | None) -> None:
    """Adds what the checker finds. One that cannot be reached is a warning, not a pass: a person sees that nobody looked."""
    if who is None:
        return
    connector, account, config = who
    small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=85)
    try:
        with gateway.wired(connector, account, config) as wire:
            wire.client.timeout = 20.0
            names = connector.judge(wire, Picture(out.getvalue(), "image/jpeg", "panel.jpg"), config)
    except ProviderError as error:
        log.warning("the safety check did not answer: %s", error)
        verdict.soft.append({"code": "unchecked", "text": f"The safety check did not answer, so nobody looked: {error}"})
        return
    verdict.measures["safety_checked"] = 1.0
    if names:
        verdict.hard.append({"code": "unsafe", "text": f"{connector.label}'s safety check found: {', '.join(names)}."})
