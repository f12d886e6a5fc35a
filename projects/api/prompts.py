"""Prompt templates by stage and version."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from projects import access
from projects.domain import prompts
from projects.models import PromptTemplate
from projects.schemas import ActiveIn, TemplateTextIn, template_out
from spaces.models import Role
from spaces.schemas import Page, listed

router = Router(tags=["Prompt templates"])


@router.get("/projects/{p}/prompt-templates", response=Page, summary="Prompt templates of a project")
def index(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """By name and version, every version there was."""
    rows = PromptTemplate.objects.filter(project=access.project(request.user, p))
    return listed(rows, template_out, order=["name", "version", "id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/prompt-templates", response={201: dict}, summary="Write a prompt template")
def write(request: HttpRequest, p: str, body: TemplateTextIn):
    """A name that is there gets its next version, which is used from now on; runs keep the text they used."""
    project = access.project(request.user, p, Role.ARTIST)
    return Status(201, template_out(prompts.write(project, by=request.user, **body.dict())))


@router.get("/prompt-templates/{pk}", summary="A version of a prompt template")
def one(request: HttpRequest, pk: uuid.UUID):
    """With the words that changed since the version before."""
    row: Any = access.row_of(request.user, PromptTemplate, pk)
    before = PromptTemplate.objects.filter(project=row.project, name=row.name, version__lt=row.version).order_by("-version").first()
    return {**template_out(row), "fields": prompts.FIELDS[row.stage], "changes": [{"is": kind, "words": words} for kind, words in prompts.diff(before.template_text if before else "", row.template_text)]}


@router.patch("/prompt-templates/{pk}", summary="Use a version, or stop using it")
def activate(request: HttpRequest, pk: uuid.UUID, body: ActiveIn):
    """One version a stage is in use; without any, the built-in words stand."""
    return template_out(prompts.activate(access.row_of(request.user, PromptTemplate, pk, Role.ARTIST), on=body.is_active, by=request.user))


@router.delete("/prompt-templates/{pk}", response={204: None}, summary="Delete a version")
def drop(request: HttpRequest, pk: uuid.UUID):
    """Runs that used it keep its text."""
    prompts.drop(access.row_of(request.user, PromptTemplate, pk, Role.ARTIST), by=request.user)
    return Status(204, None)
