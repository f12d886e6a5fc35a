"""Projects: make, edit, import canon, make variants, turn a style's knobs. The project's page itself stands above, in renders."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from iat.kernel import htmx, http, pages
from iat.kernel.errors import NotThere, Refused
from projects import access
from projects.domain import imports, projects
from projects.forms import CharacterVariantForm, SceneVariantForm, StyleUseForm
from projects.models import ProjectStyle
from projects.queries import overview
from spaces import access as doors
from spaces.domain import versions
from spaces.forms import SpaceForm
from spaces.models import Definition, Role
from spaces.queries import library

KINDS = ("character", "scene", "style")


def index(request: HttpRequest, pk: str) -> HttpResponse:
    """The projects of a space."""
    space = doors.space(request.user, pk)
    rows, after = http.page(overview.projects(), order=["-created_at", "-id"], limit=48, cursor=request.GET.get("cursor"))
    role = doors.role_in(doors.signed_in(request.user), space.pk)
    seen = {"space": space, "rows": rows, "next": after, "makes": role in Role.at_least(Role.ARTIST), "curates": role in Role.at_least(Role.CURATOR)}
    return htmx.show(request, "projects/index.html", seen, part="cards")


def new(request: HttpRequest, pk: str) -> HttpResponse:
    """A new production."""
    space = doors.space(request.user, pk, Role.ARTIST)
    return pages.fill_in(
        request, SpaceForm(request.POST or None), lambda told: f"/projects/{projects.create(space, by=request.user, **told).pk}/import", title="New project",
        lead="An episode, an issue, a campaign. It works on its own copies of the canon.", verb="Create project", done="The project is there. Now bring somebody in.",
        crumbs=[(f"/spaces/{pk}", space.name)], back=f"/spaces/{pk}/projects")


def edit(request: HttpRequest, p: str) -> HttpResponse:
    """Name and description."""
    project = access.project(request.user, p, Role.ARTIST)
    form = SpaceForm(request.POST or None, initial={"name": project.name, "description": project.description})
    return pages.fill_in(request, form, lambda told: f"/projects/{projects.edit(project, by=request.user, **told).pk}", title="Edit project", done="Saved.",
                         crumbs=[(f"/projects/{p}", project.name)], back=f"/projects/{p}")


def bring_in(request: HttpRequest, p: str) -> HttpResponse:
    """Choose canon by its pictures; import it in one go."""
    project = access.project(request.user, p, Role.ARTIST)
    error, chosen = "", set(request.POST.getlist("id"))
    canon = {kind: list(library.definitions(type=kind, owner=project.space, states=("canonical",)).order_by("name", "id")[:200]) for kind in KINDS}
    if request.method == "POST":
        ids = {f"{kind}s": [row.pk for row in rows if str(row.pk) in chosen] for kind, rows in canon.items()}
        try:
            got = imports.bring_in(project, by=request.user, **ids)
            return pages.act(request, lambda: None, done=f"Imported {len(got.characters)} characters, {len(got.scenes)} scenes, {len(got.styles)} styles.", to=f"/projects/{p}")
        except Refused as refused:
            error = refused.detail
    there = set(Definition.objects.filter(project=project, variant_type="").values_list("root_id", flat=True)) | set(ProjectStyle.objects.filter(project=project).values_list("style__root_id", flat=True))
    context = {"project": project, "canon": canon.items(), "there": there, "error": error, "chosen": chosen}
    return render(request, "projects/import.html", context, status=422 if error else 200)


def variant(request: HttpRequest, p: str, pk: uuid.UUID) -> HttpResponse:
    """A new variant of a clone."""
    project = access.project(request.user, p, Role.ARTIST)
    parent = Definition.objects.filter(pk=pk, project=project).first()
    if parent is None:
        raise NotThere("This project has nobody and no place by that id.")
    form: Any = (CharacterVariantForm if parent.type == "character" else SceneVariantForm)(request.POST or None)

    def do(told: dict[str, Any]) -> str:
        made = versions.variant(parent, by=request.user, **form.told())
        return f"/projects/{p}#d-{made.pk}"

    return pages.fill_in(request, form, do, title=f"New variant of {parent.name}", verb="Make variant", done="The variant is in the project.",
                         lead="The same identity in another mood, outfit, hour or weather. Everything else stays as the parent has it.",
                         crumbs=[(f"/projects/{p}", project.name)], back=f"/projects/{p}")


def style(request: HttpRequest, p: str, pk: uuid.UUID) -> HttpResponse:
    """How this project turns a style's knobs; or stops using it."""
    project = access.project(request.user, p, Role.ARTIST)
    use = ProjectStyle.objects.filter(project=project, style_id=pk).select_related("style").first()
    if use is None:
        raise NotThere("This project does not use that style.")
    if request.POST.get("drop"):
        projects.drop_style(project, style_id=pk, by=request.user)
        return redirect(f"/projects/{p}")
    form = StyleUseForm(request.POST or None, initial={"is_primary": use.is_primary, **use.overrides})

    def do(told: dict[str, Any]) -> str:
        overrides = {k: told[k] for k in form.KNOBS if told[k] is not None}
        projects.use_style(project, style_id=pk, by=request.user, is_primary=told["is_primary"] or None, overrides={**{k: v for k, v in use.overrides.items() if k not in form.KNOBS}, **overrides})
        return f"/projects/{p}"

    return pages.fill_in(request, form, do, title=f"{use.style.name} in this project", done="Saved.", crumbs=[(f"/projects/{p}", project.name)], back=f"/projects/{p}")
