"""The Django app, and what it listens to."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Label, default key, subscriptions."""

    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Webhooks and audit hear of everything and pick what is theirs."""
        from iat.kernel import elsewhere, events
        from projects.domain import audit, copies, rowtests, webhooks

        events.subscribe(webhooks.note)
        events.subscribe(audit.note)
        rowtests.register()
        elsewhere.ask(elsewhere.Holder(copies.holder, copies.away))
