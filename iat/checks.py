"""What Django refuses to start with."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from iat.env import LOOPBACK


@register()
def single_user_only_at_home(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A single-user server has no sign-in, so it may not be reachable from other machines."""
    host = settings.IAT_BIND.rsplit(":", 1)[0]
    if not settings.IAT_SINGLE_USER or host in LOOPBACK or settings.IAT_FORCE_SINGLE_USER:
        return []
    return [Error(
        f"Single-user mode has no sign-in, and the server would listen on {host}, where other machines reach it.",
        hint="Bind to 127.0.0.1, or set IAT_SINGLE_USER=0 and create people with `manage.py createsuperuser`, or set IAT_FORCE_SINGLE_USER=1 if a proxy in front signs people in.",
        id="iat.E001")]
