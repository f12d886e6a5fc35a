"""Spaces: the library wall, members."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import htmx, http, pages
from spaces import access
from spaces.domain import people, spaces
from spaces.forms import SpaceForm
from spaces.models import Role
from spaces.queries import library

ORDERS = {"name": "By name", "newest": "Newest first", "changed": "Last changed first"}
KINDS = ("character", "scene", "style")


def new(request: HttpRequest) -> HttpResponse:
    """A new space."""
    user = access.signed_in(request.user)
    return pages.fill_in(request, SpaceForm(request.POST or None), lambda told: f"/spaces/{spaces.create(by=user, **told).pk}", title="New space",
                         lead="A creative universe: its characters, places and styles, shared by every project in it.", verb="Create space", done="The space is there.", back="/")


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """The wall of one type, with search, state filter and keyset scroll."""
    space = access.space(request.user, pk)
    kind = request.GET.get("type", "character")
    kind = kind if kind in KINDS else "character"
    state, search, tag = request.GET.get("state", ""), request.GET.get("q", "").strip()[:120], request.GET.get("tag", "").strip()[:60]
    order = request.GET.get("order", "name")
    order = order if order in library.ORDERS else "name"
    rows = library.definitions(type=kind, owner=space, search=search, tag=tag, states=(state,) if state else ())
    found, after = http.page(rows, order=library.ORDERS[order], limit=48, cursor=request.GET.get("cursor"))
    kept = urlencode({k: v for k, v in {"type": kind, "q": search, "tag": tag, "state": state, "order": order}.items() if v})
    role = access.role_in(access.signed_in(request.user), space.pk)
    return htmx.show(request, "spaces/space.html", {
        "space": space, "kind": kind, "kinds": KINDS, "rows": found, "next": after, "state": state, "search": search, "tag": tag, "order": order, "orders": ORDERS, "kept": kept, "states": ("draft", "experimental", "canonical", "deprecated", "archived"),
        "curates": role in Role.at_least(Role.CURATOR), "owns": role == Role.OWNER, "makes": role in Role.at_least(Role.ARTIST), "summary": library.summary(space)}, part="cards")


def edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Name and description."""
    space = access.space(request.user, pk, Role.OWNER)
    form = SpaceForm(request.POST or None, initial={"name": space.name, "description": space.description})

    def do(told: dict) -> str:
        return f"/spaces/{spaces.edit(space, by=request.user, **told).pk}"

    return pages.fill_in(request, form, do, title="Edit space", done="Saved.", crumbs=[(f"/spaces/{pk}", space.name)], back=f"/spaces/{pk}")


def members(request: HttpRequest, pk: str) -> HttpResponse:
    """Who is in, and what they may do. Owners let people in."""
    space = access.space(request.user, pk, Role.OWNER if request.method == "POST" else Role.VIEWER)
    if request.method == "POST":
        who, role = request.POST.get("username", ""), request.POST.get("role", "")
        return pages.act(request, lambda: people.add_member(space, username=who, role=role if role in Role.values else "viewer", by=request.user),
                         done=f"{who} is in.", to=f"/spaces/{pk}/members")
    owns = access.role_in(access.signed_in(request.user), space.pk) == Role.OWNER
    return render(request, "spaces/members.html", {"space": space, "rows": library.members(space), "owns": owns, "roles": Role.values})


@require_POST
def member(request: HttpRequest, pk: str, user: str) -> HttpResponse:
    """Another role, or out."""
    space, role = access.space(request.user, pk, Role.OWNER), request.POST.get("role", "")
    if role in Role.values:
        return pages.act(request, lambda: people.change_role(space, user_id=user, role=role, by=request.user), done="Changed.", to=f"/spaces/{pk}/members")
    return pages.act(request, lambda: people.remove_member(space, user_id=user, by=request.user), done="Taken out.", to=f"/spaces/{pk}/members")
