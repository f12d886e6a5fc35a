"""Templates of characters and styles: kept in versions, applied under a definition's own values."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from iat.kernel import http
from spaces import access
from spaces.api.definitions import to_change
from spaces.domain import templates
from spaces.models import Role, Template, TemplateVersion
from spaces.schemas import Page, SaveTemplateIn, TemplateIn, TemplatePut, definition_out, given, listed, stamp, template_out

router = Router(tags=["Templates"])


def doors(kind: str) -> None:
    """The paths of one kind."""

    @router.get(f"/templates/{kind}", response=Page, summary=f"Templates for {kind}s", operation_id=f"list_{kind}_templates")
    def index(request: HttpRequest, space_id: uuid.UUID | None = None, archived: bool = False, limit: int = 50, cursor: str | None = None, count: bool = False):
        """Shared ones of my spaces and my own, by name."""
        person = access.look_around(request.user)
        if space_id:
            access.space(request.user, space_id)
        rows = Template.objects.filter(templates.visible(person), kind=kind, state="archived" if archived else "active")
        return listed(rows, template_out, order=["name", "id"], limit=limit, cursor=cursor, count=count)

    @router.post(f"/templates/{kind}", response={201: dict}, summary=f"New template for {kind}s", operation_id=f"create_{kind}_template")
    def create(request: HttpRequest, body: TemplateIn):
        """Artists and above; `shared` shows it to the space."""
        space = access.space(request.user, body.space_id, Role.ARTIST)
        return Status(201, template_out(templates.create(space, kind=kind, by=request.user, **body.dict(exclude={"space_id"}))))

    @router.get(f"/templates/{kind}/{{pk}}", summary="A template", operation_id=f"get_{kind}_template")
    def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
        """With its versions."""
        row = access.template(request.user, kind, pk)
        response["ETag"] = http.etag(row)
        return {**template_out(row), "versions": [_version(v) for v in TemplateVersion.objects.filter(template=row).order_by("-number")[:200]]}

    _changes(kind)


def _changes(kind: str) -> None:
    @router.put(f"/templates/{kind}/{{pk}}", summary="Change a template", operation_id=f"put_{kind}_template")
    def put(request: HttpRequest, pk: uuid.UUID, body: TemplatePut):
        """A new version; the older ones stay."""
        row = access.template(request.user, kind, pk, Role.ARTIST)
        http.check_match(request, row)
        return template_out(templates.edit(row, by=request.user, **given(body)))

    @router.delete(f"/templates/{kind}/{{pk}}", response={204: None}, summary="Archive a template", operation_id=f"delete_{kind}_template")
    def archive(request: HttpRequest, pk: uuid.UUID):
        """It can be restored."""
        templates.archive(access.template(request.user, kind, pk, Role.ARTIST), by=request.user)
        return Status(204, None)

    @router.post(f"/templates/{kind}/{{pk}}/restore", summary="Restore a template", operation_id=f"restore_{kind}_template")
    def restore(request: HttpRequest, pk: uuid.UUID):
        """archived → active."""
        return template_out(templates.restore(access.template(request.user, kind, pk, Role.ARTIST), by=request.user))

    _uses(kind)


def _uses(kind: str) -> None:
    @router.post(f"/{kind}s/{{pk}}/apply-template/{{template}}", summary="Apply a template", operation_id=f"apply_{kind}_template")
    def apply(request: HttpRequest, pk: uuid.UUID, template: uuid.UUID, version: int | None = None):
        """Fills what is open; own values stay."""
        found = access.template(request.user, kind, template)
        row = to_change(request, pk, kind)
        return definition_out(templates.apply(row, found, by=request.user, version=version))

    @router.post(f"/{kind}s/{{pk}}/save-as-template", response={201: dict}, summary="Save as a template", operation_id=f"save_{kind}_template")
    def save(request: HttpRequest, pk: uuid.UUID, body: SaveTemplateIn):
        """Artists and above."""
        row = access.definition(request.user, pk, Role.ARTIST, kind=kind)
        return Status(201, template_out(templates.save_from(row, by=request.user, **body.dict())))


def _version(row: Any) -> dict[str, Any]:
    return {"number": row.number, "name": row.name, "description": row.description, "generation_params": row.generation_params, "created_at": stamp(row.created_at)}


for _kind in ("character", "style"):
    doors(_kind)
