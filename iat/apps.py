"""The top crust as an app, for its commands, checks and template tags."""

from django.apps import AppConfig


class IatConfig(AppConfig):
    """Wires the checks."""

    name = "iat"

    def ready(self) -> None:
        """Checks register on import."""
        from iat import checks  # noqa: F401
