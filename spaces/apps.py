"""The Django app."""

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    """Label and default key."""

    name = "spaces"
    default_auto_field = "django.db.models.BigAutoField"
