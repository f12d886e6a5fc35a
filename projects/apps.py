"""The Django app, and what it listens to."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Label, default key, subscriptions."""

    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Webhooks hear of everything and pick what is theirs."""
        from iat.kernel import events
        from projects.domain import webhooks

        events.subscribe(webhooks.note)
