"""Rendered assets: outcomes with their lineage. draft → approved or discarded; approved → archived."""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from iat.kernel import events, filestore
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from renders.lifecycles import RENDERED
from renders.models import BaseView, RenderedAsset, RenderedSource, RenderedWords, RunCandidate, RunJob
from spaces import words
from spaces.domain import assets
from spaces.models import Definition, User

VIEWS = {"character": ("portrait", "three_quarter", "profile", "full_body"), "scene": ("wide", "mid", "close_up")}


@transaction.atomic
def from_candidate(candidate: RunCandidate, job: RunJob, snapshot: dict[str, Any], *, by: User | None) -> RenderedAsset:
    """The draft of a candidate, made once; its sources are pinned to the revisions that were really used."""
    found = RenderedAsset.objects.filter(candidate=candidate).first()
    if found is not None:
        return found
    cast, scene, style = snapshot["cast"], snapshot["scene"], snapshot["style"]
    kits = [m["kit"]["id"] for m in cast if m["kit"]]
    pictures = [m["picture"]["id"] for m in cast if m["picture"]]
    row = RenderedAsset.objects.create(
        space_id=job.project.space_id, project_id=job.project_id, scope_kind="task" if job.task_id else "project", type=snapshot.get("kind", "composite"), asset_id=candidate.final_asset_id,
        source_scene_id=scene["id"] if scene else None, scene_version=scene["version"] if scene else None, style_id=style["id"] if style else None, avatar_kit_id=kits[0] if len(kits) == 1 else None,
        derived_from_id=pictures[0] if len(pictures) == 1 else None, origin_task_id=job.task_id, job=job, candidate=candidate, created_by=by, provider_code=candidate.meta.get("provider") or snapshot["provider"], likeness=candidate.consistency_score,
        generation_context={"prompt": job.prompt_text, "provider": snapshot["provider"], "model": snapshot["model"], "seed": candidate.seed, "index": candidate.candidate_index,
                            "time_of_day": snapshot["time_of_day"], "weather": snapshot["weather"], "digest": job.run.digest, "facts": candidate.meta.get("facts", {})})
    RenderedSource.objects.bulk_create([
        RenderedSource(space_id=row.space_id, project_id=row.project_id, rendered=row, definition_id=m["id"], root_id=m["root_id"], definition_revision=m["revision"], canon_version=m["version"],
                       kit_id=m["kit"]["id"] if m["kit"] else None, position=at) for at, m in enumerate(cast)])
    RenderedWords.objects.create(rendered=row, body=line_of(row.project_id, snapshot, job.prompt_text))
    events.emit("rendered.draft", subject=row, actor=by, was="")
    return row


def line_of(project_id: Any, snapshot: dict[str, Any], prompt: str) -> str:
    """The words a picture is found by, with the mark of its project."""
    return words.body(words_of(snapshot, prompt), [words.place(project_id, "renders")])


def words_of(snapshot: dict[str, Any], prompt: str) -> list[str]:
    """Prompt, task, engine, and everybody and everything that is named."""
    named = [m["name"] for m in (*snapshot["cast"], snapshot["scene"], snapshot["style"]) if m]
    task = snapshot["task"]
    return [prompt, task["name"], task["description"], task["instructions"], snapshot["provider"], snapshot["model"], *named]


@transaction.atomic
def approve(row: RenderedAsset, *, by: User) -> RenderedAsset:
    """draft → approved. The first approved picture of a task becomes its final panel."""
    RENDERED.move(row, "approved", by=by, decided_at=timezone.now())
    if row.origin_task_id and not RenderedAsset.objects.filter(origin_task_id=row.origin_task_id, is_final_panel=True).exists():
        make_final(row, by=by)
    return row


@transaction.atomic
def make_final(row: RenderedAsset, *, by: User) -> RenderedAsset:
    """The panel that stands for its task. Only an approved one; the other steps back."""
    if row.state != "approved":
        raise Refused("Only an approved picture can be the final panel.", allowed=RENDERED.after(row.state))
    RenderedAsset.objects.filter(origin_task_id=row.origin_task_id, is_final_panel=True).exclude(pk=row.pk).update(is_final_panel=False)
    RenderedAsset.objects.filter(pk=row.pk).update(is_final_panel=True)
    row.refresh_from_db()
    events.emit("rendered.final", subject=row, actor=by)
    return row


def remember(row: RenderedAsset, *, on: bool, by: User) -> RenderedAsset:
    """Keeps a scene image as a memory, or lets it go."""
    if row.type != "scene_image":
        raise NotThere("This is no scene image.")
    RenderedAsset.objects.filter(pk=row.pk).update(is_memory=on, revision=F("revision") + 1)
    row.refresh_from_db(fields=["is_memory", "revision"])
    events.emit("rendered.remembered" if on else "rendered.forgotten", subject=row, actor=by)
    return row


BULK = {"approve": "draft", "discard": "draft", "archive": "approved", "restore": "discarded"}


@transaction.atomic
def together(rows: list[RenderedAsset], verb: str, *, by: User) -> tuple[int, list[str]]:
    """One verb for many: how many moved, and why the others did not. What is in the wrong state is left as it is."""
    do = {"approve": approve, "discard": discard, "archive": archive, "restore": bring_back}[verb]
    done, left = 0, []
    for row in rows:
        try:
            do(row, by=by)
            done += 1
        except Refused as error:
            left.append(error.detail)
    return done, left


def discard(row: RenderedAsset, *, by: User) -> RenderedAsset:
    """draft → discarded; kept until a purge, and can be brought back."""
    return RENDERED.move(row, "discarded", by=by, decided_at=timezone.now())


def bring_back(row: RenderedAsset, *, by: User) -> RenderedAsset:
    """discarded → draft."""
    return RENDERED.move(row, "draft", by=by, decided_at=None)


def archive(row: RenderedAsset, *, by: User) -> RenderedAsset:
    """approved → archived; it stops being its task's final panel."""
    return RENDERED.move(row, "archived", by=by, is_final_panel=False)


@transaction.atomic
def set_base_view(definition: Definition, *, view: str, data: bytes, by: User, filename: str = "") -> BaseView:
    """A reference picture of a definition from one side, brought by a person; replaces the one before."""
    _known_view(definition, view)
    picture, pk = assets.inspect(data), uuid.uuid4()
    place = f"definitions/{definition.pk}/{view}_{pk}.{assets.SUFFIX[picture.mime_type]}"
    file = assets.register(definition.space, kind="reference", path=place, data=data, picture=picture, by=by, project=definition.project, pk=pk, metadata={"filename": assets.plain(filename)})
    rendered = RenderedAsset.objects.create(
        space_id=definition.space_id, project_id=definition.project_id, scope_kind=definition.scope_kind, type=f"{definition.type}_ref", asset=file, state="approved",
        generation_context={"brought_by": str(by.pk), "filename": filestore.safe(filename)}, created_by=by, decided_at=timezone.now(),
        source_scene=definition if definition.type == "scene" else None)
    row, _ = BaseView.objects.update_or_create(
        definition=definition, view=view, defaults={"rendered_asset": rendered, "space_id": definition.space_id, "project_id": definition.project_id})
    events.emit("base_view.set", subject=row, actor=by)
    return row


def follow_views(code: str, *, subject: Any, actor: Any = None, was: Any = None, **facts: Any) -> None:
    """Listener: after a rebase (or its undoing) a view that was the old canon's becomes the new canon's; the project's own views stay."""
    if code not in ("definition.rebased", "definition.reverted") or was is None or str(was) == str(subject.parent_id):
        return
    old = dict(BaseView.objects.filter(definition_id=was).values_list("view", "rendered_asset_id"))
    new = dict(BaseView.objects.filter(definition_id=subject.parent_id).values_list("view", "rendered_asset_id"))
    for row in Definition.objects.filter(root_id=subject.root_id, project_id=subject.project_id):
        mine = {v.view: v for v in BaseView.objects.filter(definition=row)}
        for view, picture in new.items():
            if view not in mine and view not in old:
                BaseView.objects.create(space_id=row.space_id, project_id=row.project_id, definition=row, rendered_asset_id=picture, view=view)
            elif view in mine and mine[view].rendered_asset_id == old.get(view) and picture != old.get(view):
                BaseView.objects.filter(pk=mine[view].pk).update(rendered_asset_id=picture, revision=F("revision") + 1)
        gone = [v.pk for name, v in mine.items() if name in old and name not in new and v.rendered_asset_id == old[name]]
        BaseView.objects.filter(pk__in=gone).delete()


@transaction.atomic
def drop_base_view(definition: Definition, *, view: str, by: User) -> None:
    """Takes a reference view away; its picture stays in the space."""
    gone, _ = BaseView.objects.filter(definition=definition, view=view).delete()
    if not gone:
        raise NotThere(f"There is no {view.replace('_', ' ')} view here.")
    events.emit("base_view.dropped", subject=definition, actor=by)


@transaction.atomic
def choose_base_view(definition: Definition, *, view: str, rendered: RenderedAsset, by: User) -> BaseView:
    """Makes an approved picture the reference from one side; the file is not copied."""
    _known_view(definition, view)
    if rendered.state != "approved":
        raise Refused("Only an approved picture can be a reference.", allowed=RENDERED.after(rendered.state))
    if rendered.space_id != definition.space_id:
        raise NotThere("This space has no such picture.")
    if rendered.project_id is not None and rendered.project_id != definition.project_id:
        raise Refused("A picture of a project cannot be a reference outside of it.")
    row, _ = BaseView.objects.update_or_create(
        definition=definition, view=view, defaults={"rendered_asset": rendered, "space_id": definition.space_id, "project_id": definition.project_id})
    events.emit("base_view.set", subject=row, actor=by)
    return row


def _known_view(definition: Definition, view: str) -> None:
    if view not in VIEWS.get(definition.type, ()):
        raise Invalid(f"A {definition.type} has no view called {view}.", findings=[Finding("/view", f"one of {', '.join(VIEWS.get(definition.type, ()))}")])


def inherit_views(code: str, *, subject: Any, actor: Any = None, **facts: Any) -> None:
    """Listener: clones, variants and new versions copy their parent's views (the references, not the files)."""
    if code not in ("definition.imported", "definition.variant_made", "definition.versioned"):
        return
    for view in BaseView.objects.filter(definition_id=subject.parent_id):
        BaseView.objects.create(space_id=subject.space_id, project_id=subject.project_id, definition=subject, rendered_asset_id=view.rendered_asset_id, view=view.view)
