"""The Django app."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Label and default key."""

    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"
