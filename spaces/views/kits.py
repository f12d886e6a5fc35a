"""The model sheet as a board, for everybody who may see it. Curators change it at their desk (the admin)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from spaces import access
from spaces.models import Role
from spaces.queries import library


def sheet(request: HttpRequest, pk: str) -> HttpResponse:
    """Anchors large, then expressions, outfits, poses."""
    kit = access.kit(request.user, pk)
    role = access.role_in(access.signed_in(request.user), kit.space_id)
    return render(request, "spaces/kit.html", {"sheet": library.sheet(kit), "kit": kit, "curates": role in Role.at_least(Role.CURATOR)})
