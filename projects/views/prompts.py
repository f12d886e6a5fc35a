"""Prompt templates of a project: what stands in each stage, its versions, and a preview on a real task."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import NotThere
from projects import access
from projects.domain import prompts
from projects.forms import PromptForm
from projects.models import PromptTemplate
from spaces.models import Role


def index(request: HttpRequest, p: str) -> HttpResponse:
    """By stage: the words in use, then every version with what changed."""
    project = access.project(request.user, p)
    rows = list(PromptTemplate.objects.filter(project=project).select_related("created_by").order_by("stage", "name", "-version")[:400])
    before = {(r.name, r.version): r.template_text for r in rows}
    told = [{"row": r, "diff": prompts.diff(before.get((r.name, r.version - 1), ""), r.template_text)} for r in rows]
    shelves = [{"stage": stage, "fields": fields, "rows": [t for t in told if t["row"].stage == stage]} for stage, fields in prompts.FIELDS.items()]
    return render(request, "projects/prompts.html", {"project": project, "shelves": shelves, "makes": access.makes(request.user, project)})


def write(request: HttpRequest, p: str, stage: str) -> HttpResponse:
    """A new template, or the next version of one."""
    project = access.project(request.user, p, Role.ARTIST)
    if stage not in prompts.FIELDS:
        raise NotThere("There is no such stage.")
    used = PromptTemplate.objects.filter(project=project, stage=stage, is_active=True).first()
    form = PromptForm(request.POST or None, initial={"name": used.name if used else stage, "template_text": used.template_text if used else "$words"})

    def do(told: dict[str, Any]) -> str:
        prompts.write(project, stage=stage, by=request.user, **told)
        return f"/projects/{p}/prompts#{stage}"

    lead = f"It may use ${', $'.join(prompts.FIELDS[stage])}. $words are the words that stand there without a template." if stage != "whole" else f"The layout of the whole prompt, out of ${', $'.join(prompts.FIELDS[stage])}."
    return pages.fill_in(request, form, do, title=f"Words for {stage}", lead=lead, done="Written; the next render uses it.", crumbs=[(f"/projects/{p}", project.name), (f"/projects/{p}/prompts", "Prompts")], back=f"/projects/{p}/prompts")


@require_POST
def act(request: HttpRequest, p: str, pk: str) -> HttpResponse:
    """Use a version, stop using it, delete it."""
    row = access.row_of(request.user, PromptTemplate, pk, Role.ARTIST)
    back, verb = f"/projects/{p}/prompts#{row.stage}", request.POST.get("verb", "")
    if verb == "delete":
        return pages.act(request, lambda: prompts.drop(row, by=request.user), done="Deleted; runs that used it keep its words.", to=back)
    return pages.act(request, lambda: prompts.activate(row, on=verb == "use", by=request.user), done="In use." if verb == "use" else "The built-in words stand again.", to=back)
