"""Tasks: brief, plan, render."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Refused
from projects.access import project as enter_project
from projects.queries import overview
from renders import access
from renders.domain import providers, tasks
from renders.forms import RenderForm, TaskForm
from renders.pipeline import plan as planning
from renders.pipeline import prompts, runner
from renders.queries import board
from spaces import access as doors
from spaces.domain import preferences
from spaces.models import Definition, Role


def _form(project: Any, data: Any, initial: dict[str, Any] | None = None) -> TaskForm:
    rows = list(Definition.objects.filter(project=project).exclude(state="archived").order_by("name", "id"))
    return TaskForm(data, initial=initial).offer([r for r in rows if r.type == "character"], [r for r in rows if r.type == "scene"], overview.styles(project))


def new(request: HttpRequest, p: str) -> HttpResponse:
    """A new panel."""
    project = enter_project(request.user, p, Role.ARTIST)
    form = _form(project, request.POST or None)
    return pages.fill_in(request, form, lambda told: f"/tasks/{tasks.create(project, by=request.user, **form.told()).pk}", title="New task", verb="Create task",
                         lead="A panel, a shot, a page: who is in it, where, and what happens.", done="The task is there. Render it.", crumbs=[(f"/projects/{p}", project.name)], back=f"/projects/{p}")


def edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Changes a brief."""
    task = access.task(request.user, pk, Role.ARTIST)
    initial = {"name": task.name, "description": task.description, "branch": task.branch, "sequence": task.sequence, "instructions": task.instructions, "scene_id": task.scene_id,
               "style_id": task.style_id, "camera": task.workflow_data.get("camera", ""), "characters": [str(c.character_id) for c in task.cast.order_by("position")]}
    form = _form(task.project, request.POST or None, initial)

    def do(told: dict[str, Any]) -> str:
        given = form.told()
        tasks.edit(task, by=request.user, **{**given, "sequence": given["sequence"] or task.sequence})
        return f"/tasks/{pk}"

    return pages.fill_in(request, form, do, title=f"Edit {task.name}", done="Saved.", crumbs=[(f"/projects/{task.project_id}", task.project.name), (f"/tasks/{pk}", task.name)], back=f"/tasks/{pk}")


@require_POST
def delete(request: HttpRequest, pk: str) -> HttpResponse:
    """Removes a task; its pictures stay."""
    task = access.task(request.user, pk, Role.ARTIST)
    gone: list[bool] = []

    def do() -> None:
        tasks.delete(task, by=request.user)
        gone.append(True)

    answer = pages.act(request, do, done="The task is gone; its pictures stay in the gallery.", to=f"/tasks/{pk}")
    return redirect(f"/projects/{task.project_id}") if gone else answer


def _likes(request: HttpRequest) -> dict[str, Any]:
    """What this person's renders start with."""
    known = preferences.of(doors.signed_in(request.user))["generation"]
    return {k: known[k] for k in ("candidates", "size") if k in known}


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """Brief, render dialog, runs, panels."""
    task = access.task(request.user, pk)
    makes = doors.role_in(doors.signed_in(request.user), task.project.space_id) in Role.at_least(Role.ARTIST)
    cast = [c.character for c in task.cast.select_related("character__active_avatar_kit__primary_anchor__asset").order_by("position")]
    return render(request, "renders/task.html", {"task": task, "project": task.project, "cast": cast, "makes": makes, "form": RenderForm(initial=_likes(request)).offer(providers.drawing(task.project)), "jobs": board.task_runs(task)})


def plan(request: HttpRequest, pk: str) -> HttpResponse:
    """The dry run: prompts, references, calls, price."""
    task = access.task(request.user, pk)
    form = RenderForm(request.GET or None).offer(providers.drawing(task.project))
    found, error = None, ""
    try:
        wish = planning.Wish(**form.wish()) if form.is_valid() else planning.Wish()
        found = planning.make(planning.shot_of(task), wish)
    except Refused as refused:
        error = refused.detail
    sections = prompts.sections(found.snapshot) if found else {}
    return render(request, "renders/plan.html", {"task": task, "plan": found, "error": error, "sections": sections.items()})


@require_POST
def render_task(request: HttpRequest, pk: str) -> HttpResponse:
    """Starts a run."""
    task = access.task(request.user, pk, Role.ARTIST)
    form, made = RenderForm(request.POST).offer(providers.drawing(task.project)), []

    def do() -> None:
        if not form.is_valid():
            raise Refused("; ".join(f"{name}: {errors[0]}" for name, errors in form.errors.items()))
        made.append(runner.start([task], planning.Wish(**form.wish()), by=request.user))

    answer = pages.act(request, do, done="Rendering.", to=f"/tasks/{pk}")
    return redirect(f"/runs/{made[0].pk}") if made else answer
