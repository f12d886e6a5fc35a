"""Prompt templates: words for a section of the prompt or for its whole layout. A change makes a new version; runs keep the text that they used.

Placeholders are $name or ${name}; `$$` is a dollar sign. Nothing in a template is ever run.
"""

import difflib
from string import Template
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid
from projects.models import Project, PromptTemplate
from projects.models.guides import STAGES
from spaces.models import User

FIELDS: dict[str, tuple[str, ...]] = {
    "panel": ("name", "description", "instructions", "words"),
    "cast": ("name", "look", "expression", "outfit", "pose", "words"),
    "scene": ("name", "location", "layout", "words"),
    "style": ("name", "prompt", "words"),
    "light": ("time_of_day", "lighting", "words"),
    "weather": ("weather", "words"),
    "camera": ("camera", "words"),
    "whole": tuple(s for s in STAGES if s != "whole"),
}


def checked(stage: str, text: str) -> str:
    """A template whose placeholders exist; Invalid names those that do not."""
    if stage not in FIELDS:
        raise Invalid(f"There is no stage {stage}.", findings=[Finding("/stage", f"one of {', '.join(FIELDS)}")])
    template = Template(text)
    if not text.strip() or not template.is_valid():
        raise Invalid("Write some words; a placeholder is $name or ${name}, a dollar sign $$.", findings=[Finding("/template_text", "not a template")])
    wrong = [name for name in template.get_identifiers() if name not in FIELDS[stage]]
    if wrong:
        raise Invalid(f"{stage} knows no ${', $'.join(wrong)}; it knows ${', $'.join(FIELDS[stage])}.", findings=[Finding("/template_text", f"unknown: {', '.join(wrong)}")])
    return text.strip()


def filled(text: str, values: dict[str, str]) -> str:
    """The words, with empty placeholders gone and the blanks they left."""
    return " ".join(Template(text).safe_substitute(values).split(" ")).replace(" ,", ",").strip(" ,")


@transaction.atomic
def write(project: Project, *, name: str, stage: str, template_text: str, by: User) -> PromptTemplate:
    """The next version of the template of that name, active at once; what was active for the stage steps back."""
    text = checked(stage, template_text)
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    last = PromptTemplate.objects.filter(project=project, name=name).order_by("-version").first()
    if last is not None and last.stage != stage:
        raise Invalid(f"“{name}” is a template for {last.stage}; a template keeps its stage.", findings=[Finding("/stage", f"{last.stage}")])
    if last is not None and last.template_text == text and last.is_active:
        return last
    newest = PromptTemplate.objects.filter(project=project, name=name).aggregate(v=Max("version"))["v"] or 0
    _step_back(project, stage)
    row = PromptTemplate.objects.create(project=project, name=name, stage=stage, template_text=text, version=newest + 1, created_by=by)
    events.emit("prompt.written", subject=row, actor=by)
    return row


def _step_back(project: Project, stage: str) -> None:
    PromptTemplate.objects.filter(project=project, stage=stage, is_active=True).update(is_active=False, revision=F("revision") + 1)


@transaction.atomic
def activate(row: PromptTemplate, *, on: bool, by: User) -> PromptTemplate:
    """Uses this version, or nothing, for its stage."""
    _step_back(row.project, row.stage)
    if on:
        PromptTemplate.objects.filter(pk=row.pk).update(is_active=True, revision=F("revision") + 1)
    row.refresh_from_db()
    events.emit("prompt.activated" if on else "prompt.deactivated", subject=row, actor=by)
    return row


@transaction.atomic
def drop(row: PromptTemplate, *, by: User) -> None:
    """This version; runs that used it keep its text."""
    events.emit("prompt.dropped", subject=row, actor=by)
    row.delete()


def active(project: Project) -> dict[str, dict[str, Any]]:
    """By stage, for a run's snapshot."""
    rows = PromptTemplate.objects.filter(project=project, is_active=True).order_by("stage")
    return {r.stage: {"id": str(r.pk), "name": r.name, "version": r.version, "text": r.template_text} for r in rows}


def diff(before: str, after: str) -> list[tuple[str, str]]:
    """Word by word: ("same" | "gone" | "new", words)."""
    a, b = before.split(), after.split()
    out: list[tuple[str, str]] = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            out.append(("same", " ".join(a[i:j])))
        else:
            out += [(what, " ".join(words)) for what, words in (("gone", a[i:j]), ("new", b[k:m])) if words]
    return out
