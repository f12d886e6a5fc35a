"""The Django app, and what it listens to."""

from django.apps import AppConfig


class RendersConfig(AppConfig):
    """Label, default key, subscriptions."""

    name = "renders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Clones inherit their parent's views, and follow them."""
        from iat.kernel import events
        from renders.domain import rendered, runlog
        from renders.pipeline import incoming

        events.subscribe(rendered.inherit_views)
        events.subscribe(rendered.follow_views)
        events.subscribe(runlog.note)
        incoming.register()
