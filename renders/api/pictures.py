"""Rendered assets, base views, pictures of an identity."""

import datetime as dt
import uuid
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from iat.kernel import http
from projects.access import project as enter_project
from renders import access
from renders.domain import rendered
from renders.models import BaseView, RenderedAsset
from renders.queries import canon as questions
from renders.queries import gallery, usage
from renders.schemas import BulkIn, rendered_out, usage_out
from spaces import access as library_access
from spaces.models import Role
from spaces.schemas import Page, listed
from spaces.uploads import bytes_of

router = Router(tags=["Pictures"])
NEWEST = ["-created_at", "-id"]


@router.get("/projects/{p}/renders", response=Page, summary="Pictures of a project")
def index(request: HttpRequest, p: str, state: Literal["", "draft", "approved", "discarded", "archived"] = "", root_id: uuid.UUID | None = None, canon: Literal["", "older"] = "",
          scene_id: uuid.UUID | None = None, style_id: uuid.UUID | None = None, provider_code: str = Query("", max_length=40), min_likeness: float | None = Query(None, ge=0, le=1),
          since: dt.date | None = None, until: dt.date | None = None, search: str = Query("", max_length=200), limit: int = 50, cursor: str | None = None, count: bool = False):
    """Newest first; `root_id` narrows to one character identity, `canon=older` to those made from canon that moved on, `search` finds words of prompts, tasks, cast, scene and style."""
    wanted = gallery.Wanted(state, root_id, canon == "older", scene_id, style_id, provider_code, min_likeness, since, until, search)
    rows = gallery.renders(enter_project(request.user, p), wanted)
    return listed(rows, rendered_out, order=NEWEST, limit=limit, cursor=cursor, count=count)


@router.post("/projects/{p}/renders/bulk", summary="One verb for many pictures")
def bulk(request: HttpRequest, p: str, body: BulkIn):
    """approve, discard, archive or restore, at most 200; what is in another state is left and told."""
    project = enter_project(request.user, p, Role.ARTIST)
    rows = list(RenderedAsset.objects.filter(project=project, pk__in=body.ids))
    done, left = rendered.together(rows, body.verb, by=request.user)
    return {"done": done, "left": left + ["There is no such picture in this project."] * (len(set(body.ids)) - len(rows))}


@router.get("/renders/{pk}", summary="A picture")
def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
    """With its whole way back: variant, clone, canon, kit, anchors, pinned to what was really used."""
    row = access.rendered(request.user, pk)
    came = gallery.origin(row)
    response["ETag"] = http.etag(row)
    return {**rendered_out(row), "run_id": row.job.run_id if row.job else None, "sources": [_source(s) for s in came.sources],
            "scene_line": [{"id": d.pk, "name": d.name, "scope": d.scope_kind, "version": d.version} for d in came.scene_line], "stages": [a.metadata for a in came.stages],
            "older_canon": [{"name": o.name, "made_from": o.had, "newest": {"id": o.now.pk, "version": o.now.version}} for o in questions.older([row]).get(row.pk, [])]}


def _source(s: gallery.Source) -> dict[str, Any]:
    def told(d: Any) -> dict[str, Any] | None:
        return {"id": d.pk, "name": d.name, "version": d.version or d.inherited_version} if d else None

    return {"definition": told(s.definition), "revision": s.revision, "clone": told(s.clone), "canon": told(s.canon), "kit_id": s.kit.pk if s.kit else None,
            "picture_id": s.picture.pk if s.picture else None, "anchor_ids": [a.pk for a in s.anchors], "changed_since": s.moved_on}


def _decision(name: str, text: str, verb: Any) -> None:
    @router.post(f"/renders/{{pk}}/{name}", summary=f"{name.capitalize()} a picture", operation_id=f"{name}_render", description=text)
    def decide(request: HttpRequest, pk: uuid.UUID):
        """See the description given above."""
        return rendered_out(verb(access.rendered(request.user, pk, Role.ARTIST), by=request.user))


_decision("approve", "draft → approved.", rendered.approve)
_decision("discard", "draft → discarded; can be brought back until a purge.", rendered.discard)
_decision("restore", "discarded → draft.", rendered.bring_back)
_decision("archive", "approved → archived.", rendered.archive)
_decision("final", "The panel that stands for its task.", rendered.make_final)


def _of(kind: str) -> None:
    @router.get(f"/{kind}s/{{pk}}/renders", response=Page, summary=f"Pictures of a {kind}", operation_id=f"renders_{kind}", tags=[f"{kind.capitalize()}s"])
    def renders(request: HttpRequest, pk: uuid.UUID, scope: Literal["self", "descendants", "identity"] = "identity", limit: int = 50, cursor: str | None = None):
        """Of the definition itself, of its descendants, or of its whole identity."""
        row = library_access.definition(request.user, pk, kind=kind)
        library_access.wide(request.user, row)
        return listed(gallery.of_identity(row, scope), rendered_out, order=NEWEST, limit=limit, cursor=cursor)

    @router.get(f"/{kind}s/{{pk}}/usage", summary=f"Who uses a {kind}", operation_id=f"usage_{kind}", tags=[f"{kind.capitalize()}s"])
    def used(request: HttpRequest, pk: uuid.UUID):
        """Projects with their clones, tasks and number of pictures: of this one and what grew from it."""
        row = library_access.definition(request.user, pk, kind=kind)
        library_access.wide(request.user, row)
        return {"items": [usage_out(u) for u in usage.of(row)], "next": None, "total": None}

    if kind != "style":
        _views(kind)


def _views(kind: str) -> None:
    @router.get(f"/{kind}s/{{pk}}/base-views", summary="Base views", operation_id=f"views_{kind}", tags=[f"{kind.capitalize()}s"])
    def views(request: HttpRequest, pk: uuid.UUID):
        """Reference pictures by side."""
        row = library_access.definition(request.user, pk, kind=kind)
        found = BaseView.objects.filter(definition=row).select_related("rendered_asset__asset").order_by("view", "id")
        return {"items": [{"view": v.view, "render": rendered_out(v.rendered_asset)} for v in found], "next": None, "total": None}

    @router.post(f"/{kind}s/{{pk}}/base-views", response={201: dict}, summary="Set a base view", operation_id=f"set_view_{kind}", tags=[f"{kind.capitalize()}s"])
    def set_view(request: HttpRequest, pk: uuid.UUID, view: Form[str], file: UploadedFile | None = File(None), data_url: Form[str] = "", render_id: Form[uuid.UUID | None] = None):
        """Multipart with `file`, a `data_url`, or `render_id` of an approved picture. A scene's `wide` view is the plate that panels are composed on."""
        picture = access.rendered(request.user, render_id) if render_id else None
        row = library_access.definition(request.user, pk, "edit", kind=kind)
        if picture is not None:
            made = rendered.choose_base_view(row, view=view, rendered=picture, by=request.user)
        else:
            data, name = bytes_of(file, data_url)
            made = rendered.set_base_view(row, view=view, data=data, by=request.user, filename=name)
        return Status(201, {"view": made.view, "render": rendered_out(made.rendered_asset)})

    @router.delete(f"/{kind}s/{{pk}}/base-views/{{view}}", response={204: None}, summary="Drop a base view", operation_id=f"drop_view_{kind}", tags=[f"{kind.capitalize()}s"])
    def drop_view(request: HttpRequest, pk: uuid.UUID, view: str):
        """The picture stays in the space."""
        rendered.drop_base_view(library_access.definition(request.user, pk, "edit", kind=kind), view=view, by=request.user)
        return Status(204, None)


for _kind in ("character", "scene", "style"):
    _of(_kind)
