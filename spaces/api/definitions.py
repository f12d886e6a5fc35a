"""Characters, scenes and styles: one implementation, three sets of paths."""

import uuid
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from iat.kernel import http
from spaces import access
from spaces.domain import definitions, versions
from spaces.models import Role
from spaces.queries import library, lineage
from spaces.schemas import (
    ActiveKitIn,
    ArchiveIn,
    DefinitionIn,
    DefinitionPatch,
    Page,
    VersionIn,
    definition_out,
    given,
    listed,
    stamp,
)

router = Router()


def renamed(changes: dict[str, Any]) -> dict[str, Any]:
    """Body names to column names."""
    if "style_binding" in changes:
        changes["style_binding_id"] = changes.pop("style_binding")
    return changes


def doors(kind: str) -> Router:
    """All paths of one type."""
    part = Router(tags=[f"{kind.capitalize()}s"])

    @part.get(f"/spaces/{{pk}}/{kind}s", response=Page, summary=f"{kind.capitalize()}s of a space", operation_id=f"list_{kind}s")
    def index(request: HttpRequest, pk: uuid.UUID, search: str = "", state: Literal["", "draft", "experimental", "canonical", "deprecated", "archived"] = "",
              limit: int = 50, cursor: str | None = None, count: bool = False):
        """By name. Archived ones only when asked for."""
        access.space(request.user, pk)
        rows = library.definitions(type=kind, search=search, states=(state,) if state else ())
        return listed(rows, definition_out, order=library.ORDER, limit=limit, cursor=cursor, count=count)

    @part.post(f"/spaces/{{pk}}/{kind}s", response={201: dict}, summary=f"New {kind}", operation_id=f"create_{kind}")
    def create(request: HttpRequest, pk: uuid.UUID, body: DefinitionIn):
        """A draft, version 1.0.0. Curators."""
        space = access.space(request.user, pk, Role.CURATOR)
        return Status(201, definition_out(definitions.create(space, type=kind, by=request.user, **renamed(body.dict()))))

    @part.get(f"/{kind}s/{{pk}}", summary=f"A {kind}", operation_id=f"get_{kind}")
    def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
        """In full."""
        row = access.definition(request.user, pk, kind=kind)
        response["ETag"] = http.etag(row)
        return definition_out(row)

    @part.patch(f"/{kind}s/{{pk}}", summary=f"Edit a {kind}", operation_id=f"edit_{kind}")
    def edit(request: HttpRequest, pk: uuid.UUID, body: DefinitionPatch):
        """Drafts of a space (curators) and a project's own (artists). Canon is frozen: 409."""
        row = access.definition(request.user, pk, "edit", kind=kind)
        http.check_match(request, row)
        return definition_out(definitions.edit(row, by=request.user, **renamed(given(body))))

    _moves(part, kind)
    _questions(part, kind)
    return part


def _moves(part: Router, kind: str) -> None:
    @part.post(f"/{kind}s/{{pk}}/publish", summary="Publish", operation_id=f"publish_{kind}")
    def publish(request: HttpRequest, pk: uuid.UUID):
        """draft → canonical; the older canon becomes deprecated."""
        return definition_out(definitions.publish(access.definition(request.user, pk, "edit", kind=kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/version", response={201: dict}, summary="New version", operation_id=f"version_{kind}")
    def version(request: HttpRequest, pk: uuid.UUID, body: VersionIn | None = None):
        """A draft after this canon."""
        row = access.definition(request.user, pk, "edit", kind=kind)
        return Status(201, definition_out(versions.new_version(row, by=request.user, bump=body.bump if body else "major")))

    @part.post(f"/{kind}s/{{pk}}/deprecate", summary="Deprecate", operation_id=f"deprecate_{kind}")
    def deprecate(request: HttpRequest, pk: uuid.UUID):
        """canonical → deprecated."""
        return definition_out(definitions.deprecate(access.definition(request.user, pk, "edit", kind=kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/archive", summary="Archive", operation_id=f"archive_{kind}")
    def archive(request: HttpRequest, pk: uuid.UUID, body: ArchiveIn | None = None):
        """Out of sight. Canon of a space only with `force`, and then with a warning in the answer."""
        row = access.definition(request.user, pk, "edit", kind=kind)
        forced = bool(body and body.force) and row.state == "canonical"
        out = definition_out(definitions.archive(row, by=request.user, force=forced))
        return {**out, "warning": "This was canon; projects that cloned it keep their clones."} if forced else out

    @part.post(f"/{kind}s/{{pk}}/experiment", summary="Mark as experimental", operation_id=f"experiment_{kind}")
    def experiment(request: HttpRequest, pk: uuid.UUID):
        """draft → experimental: never offered for import."""
        return definition_out(definitions.experiment(access.definition(request.user, pk, "edit", kind=kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/restore-draft", summary="Back to draft", operation_id=f"restore_{kind}")
    def restore(request: HttpRequest, pk: uuid.UUID):
        """experimental → draft."""
        return definition_out(definitions.restore_draft(access.definition(request.user, pk, "edit", kind=kind), by=request.user))


def _questions(part: Router, kind: str) -> None:
    @part.get(f"/{kind}s/{{pk}}/lineage", summary="Lineage", operation_id=f"lineage_{kind}")
    def tree(request: HttpRequest, pk: uuid.UUID):
        """The tree from the root: versions, clones, variants."""
        row = access.definition(request.user, pk, kind=kind)
        access.wide(request.user, row)
        return {"root_id": row.root_id, "trees": [lineage.as_json(top) for top in lineage.tree(lineage.nodes(row.root_id))]}

    @part.get(f"/{kind}s/{{pk}}/history", response=Page, summary="History", operation_id=f"history_{kind}")
    def history(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
        """Revisions, newest first."""
        row = access.definition(request.user, pk, kind=kind)

        def out(r: Any) -> dict[str, Any]:
            return {"number": r.number, "verb": r.verb, "author": str(r.author) if r.author else None, "before": r.before, "after": r.after, "created_at": stamp(r.created_at)}

        return listed(lineage.history(row), out, order=["-number", "-id"], limit=limit, cursor=cursor)


for _kind in ("character", "scene", "style"):
    router.add_router("", doors(_kind))


@router.patch("/characters/{pk}/active-kit", summary="Choose the kit to follow", tags=["Characters"])
def active_kit(request: HttpRequest, pk: uuid.UUID, body: ActiveKitIn):
    """An active kit of the same identity; null follows the default."""
    row = access.definition(request.user, pk, "edit", kind="character")
    return definition_out(definitions.set_active_kit(row, kit_id=body.kit_id, by=request.user))
