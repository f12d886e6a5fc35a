"""Characters, scenes and styles: one implementation, three sets of paths."""

import uuid
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from iat.kernel import http
from spaces import access
from spaces.domain import definitions, rebase, versions
from spaces.models import Definition, Role
from spaces.queries import compare, library, lineage
from spaces.schemas import (
    ActiveKitIn,
    ArchiveIn,
    DefinitionIn,
    DefinitionPatch,
    Page,
    RevertIn,
    VersionIn,
    change_out,
    comparison_out,
    conflict_out,
    definition_out,
    given,
    listed,
    revision_out,
)

router = Router()
State = Literal["", "draft", "experimental", "canonical", "deprecated", "archived"]
Order = Literal["name", "newest", "changed"]


def renamed(changes: dict[str, Any]) -> dict[str, Any]:
    """Body names to column names."""
    if "style_binding" in changes:
        changes["style_binding_id"] = changes.pop("style_binding")
    return changes


def to_change(request: HttpRequest, pk: Any, kind: str) -> Definition:
    """The row for somebody who may change it; 412, telling what changed, when `If-Match` names an older revision."""
    row = access.definition(request.user, pk, "edit", kind=kind)
    http.check_match(request, row, told=definitions.told_stale)
    return row


def doors(kind: str) -> Router:
    """All paths of one type."""
    part = Router(tags=[f"{kind.capitalize()}s"])

    @part.get(f"/spaces/{{pk}}/{kind}s", response=Page, summary=f"{kind.capitalize()}s of a space", operation_id=f"list_{kind}s")
    def index(request: HttpRequest, pk: uuid.UUID, search: str = "", tag: str = "", state: State = "", order: Order = "name", limit: int = 50, cursor: str | None = None, count: bool = False):
        """`search` finds words by their beginning in names, descriptions, tags and prompts. Archived ones only when asked for."""
        space = access.space(request.user, pk)
        rows = library.definitions(type=kind, owner=space, search=search, tag=tag, states=(state,) if state else ())
        return listed(rows, definition_out, order=library.ORDERS[order], limit=limit, cursor=cursor, count=count)

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
    def edit(request: HttpRequest, response: HttpResponse, pk: uuid.UUID, body: DefinitionPatch):
        """Drafts of a space (curators) and a project's own (artists). Canon is frozen: 409."""
        row = definitions.edit(to_change(request, pk, kind), by=request.user, **renamed(given(body)))
        response["ETag"] = http.etag(row)
        return definition_out(row)

    _moves(part, kind)
    _questions(part, kind)
    return part


def _moves(part: Router, kind: str) -> None:
    @part.post(f"/{kind}s/{{pk}}/publish", summary="Publish", operation_id=f"publish_{kind}")
    def publish(request: HttpRequest, pk: uuid.UUID):
        """draft → canonical; the older canon becomes deprecated, unless a project stays with it."""
        return definition_out(definitions.publish(to_change(request, pk, kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/version", response={201: dict}, summary="New version", operation_id=f"version_{kind}")
    def version(request: HttpRequest, pk: uuid.UUID, body: VersionIn | None = None):
        """A draft after this canon."""
        return Status(201, definition_out(versions.new_version(to_change(request, pk, kind), by=request.user, bump=body.bump if body else "major")))

    @part.post(f"/{kind}s/{{pk}}/deprecate", summary="Deprecate", operation_id=f"deprecate_{kind}")
    def deprecate(request: HttpRequest, pk: uuid.UUID):
        """canonical → deprecated."""
        return definition_out(definitions.deprecate(to_change(request, pk, kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/archive", summary="Archive", operation_id=f"archive_{kind}")
    def archive(request: HttpRequest, pk: uuid.UUID, body: ArchiveIn | None = None):
        """Out of sight. Canon of a space only with `force`, and then with a warning in the answer."""
        row = to_change(request, pk, kind)
        forced = bool(body and body.force) and row.state == "canonical"
        out = definition_out(definitions.archive(row, by=request.user, force=forced))
        return {**out, "warning": "This was canon; projects that cloned it keep their clones."} if forced else out

    @part.post(f"/{kind}s/{{pk}}/experiment", summary="Mark as experimental", operation_id=f"experiment_{kind}")
    def experiment(request: HttpRequest, pk: uuid.UUID):
        """draft → experimental: never offered for import."""
        return definition_out(definitions.experiment(to_change(request, pk, kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/restore-draft", summary="Back to draft", operation_id=f"restore_{kind}")
    def restore(request: HttpRequest, pk: uuid.UUID):
        """experimental → draft."""
        return definition_out(definitions.restore_draft(to_change(request, pk, kind), by=request.user))

    @part.post(f"/{kind}s/{{pk}}/revert", summary="Undo a revision", operation_id=f"revert_{kind}")
    def revert(request: HttpRequest, pk: uuid.UUID, body: RevertIn):
        """Takes one revision's edits (or a rebase) back; fields that were edited again since stay, and are told in `kept`."""
        done = rebase.revert(to_change(request, pk, kind), number=body.number, by=request.user)
        return {**definition_out(done.row), "back": [change_out(c) for c in done.back], "kept": [conflict_out(c) for c in done.kept]}


def _questions(part: Router, kind: str) -> None:
    @part.get(f"/{kind}s/{{pk}}/lineage", summary="Lineage", operation_id=f"lineage_{kind}")
    def tree(request: HttpRequest, pk: uuid.UUID):
        """The tree from the root, flat: parents before children, each with its `depth` and `parent_id`. Versions, clones, variants."""
        row = access.definition(request.user, pk, kind=kind)
        access.wide(request.user, row)
        return {"root_id": row.root_id, "nodes": [lineage.as_json(node) for node in lineage.walk(lineage.tree(lineage.named(row.root_id)))]}

    @part.get(f"/{kind}s/{{pk}}/history", response=Page, summary="History", operation_id=f"history_{kind}")
    def history(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
        """Revisions, newest first, each with the fields it changed."""
        row = access.definition(request.user, pk, kind=kind)
        return listed(lineage.history(row), revision_out, order=["-number", "-id"], limit=limit, cursor=cursor)

    @part.get(f"/{kind}s/{{pk}}/compare", summary="Compare two versions", operation_id=f"compare_{kind}")
    def side_by_side(request: HttpRequest, pk: uuid.UUID, other: uuid.UUID | None = None):
        """Fields and anchors of this one and `other` of the same identity (without it: the one this came from; an original: itself)."""
        row = access.definition(request.user, pk, kind=kind)
        access.wide(request.user, row)
        return comparison_out(compare.definitions(lineage.relative(row, other), row))


for _kind in ("character", "scene", "style"):
    router.add_router("", doors(_kind))


@router.patch("/characters/{pk}/active-kit", summary="Choose the kit to follow", tags=["Characters"])
def active_kit(request: HttpRequest, pk: uuid.UUID, body: ActiveKitIn):
    """An active kit of the same identity; null follows the default."""
    return definition_out(definitions.set_active_kit(to_change(request, pk, "character"), kit_id=body.kit_id, by=request.user))
