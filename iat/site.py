"""The admin site: the curator's desk. Curators of any space may enter; what they see is bounded by membership."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig as Base
from django.http import HttpRequest


class Desk(AdminSite):
    """Django's admin under our roof."""

    site_header = "IAT — curator's desk"
    site_title = "IAT"
    index_title = "Canon and model sheets"

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and curators or owners of at least one space."""
        from spaces import access

        user = request.user
        return bool(user.is_active and user.is_authenticated and (user.is_staff or access.curates_somewhere(user)))


class AdminConfig(Base):
    """Puts the desk in the place of the default site."""

    default_site = "iat.site.Desk"
