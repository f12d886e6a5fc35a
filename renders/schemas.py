"""Shapes of the render API."""

import uuid
from typing import Any, Literal

from pydantic import Field

from spaces.schemas import In, Name, asset_out, stamp

Shot = Literal["", "close_up", "medium", "wide"]
Hour = Literal["", "dawn", "morning", "day", "evening", "dusk", "night"]
Sky = Literal["", "clear", "cloudy", "rain", "storm", "snow", "fog"]


class TaskIn(In):
    """A new panel."""

    name: str = Name
    description: str = Field("", max_length=20000)
    branch: str = Field("main", min_length=1, max_length=60)
    sequence: int | None = Field(None, ge=1, le=1_000_000)
    character_ids: list[uuid.UUID] = Field(default_factory=list)
    scene_id: uuid.UUID | None = None
    style_id: uuid.UUID | None = None
    instructions: str = Field("", max_length=8000)
    workflow_data: dict[str, Any] = Field(default_factory=dict)


class TaskPatch(In):
    """Changes of a panel."""

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = Field(None, max_length=20000)
    branch: str | None = Field(None, min_length=1, max_length=60)
    sequence: int | None = Field(None, ge=1, le=1_000_000)
    character_ids: list[uuid.UUID] | None = None
    scene_id: uuid.UUID | None = None
    style_id: uuid.UUID | None = None
    instructions: str | None = Field(None, max_length=8000)
    workflow_data: dict[str, Any] | None = None


class Wished(In):
    """How many pictures, how large, which shot, hour and weather, by whom."""

    candidates: int = Field(4, ge=1, le=40)
    width: int = Field(1024, ge=256, le=2048)
    height: int = Field(1024, ge=256, le=2048)
    camera: Shot = ""
    time_of_day: Hour = ""
    weather: Sky = ""
    provider_code: str = Field("storyboard", max_length=40)
    seed: int | None = Field(None, ge=0, le=2**53)
    correct_colour: bool = False
    cutout: bool = False
    upscale: float | None = Field(None, ge=1.1, le=4)


class RenderIn(Wished):
    """How to render. Cast, scene, style and instructions may be changed in the same breath; `mode: dry` only plans."""

    mode: Literal["run", "dry"] = "run"
    character_ids: list[uuid.UUID] | None = None
    scene_id: uuid.UUID | None = None
    style_id: uuid.UUID | None = None
    instructions: str | None = Field(None, max_length=8000)


class RunIn(Wished):
    """One run over several tasks."""

    task_ids: list[uuid.UUID] = Field(min_length=1, max_length=100)


class KitWishIn(In):
    """Which provider draws, and what where the set is not meant as a whole."""

    provider_code: str = Field("storyboard", max_length=40)
    expressions: list[str] = Field(default_factory=list, max_length=40)
    poses: list[str] = Field(default_factory=list, max_length=40)
    outfits: list[str] = Field(default_factory=list, max_length=40)


class BulkIn(In):
    """Which pictures, and what to do with them."""

    ids: list[uuid.UUID] = Field(min_length=1, max_length=200)
    verb: Literal["approve", "discard", "archive", "restore"]


class PreferIn(In):
    """Which of two candidates is better."""

    winner: uuid.UUID
    loser: uuid.UUID


class TreatIn(In):
    """Who does it; empty: whoever can, this machine first."""

    provider_code: str = Field("", max_length=40)


class UpscaleIn(TreatIn):
    """How many times as wide and high."""

    scale: float = Field(2.0, ge=1.1, le=8)


class CheckIn(TreatIn):
    """Whom the picture should show, by id; left out, only the guard looks."""

    character_id: uuid.UUID | None = None


class WordsIn(Wished):
    """A picture asked for in words. Ids may be the project's own or the canon it was cloned from."""

    candidates: int = Field(1, ge=1, le=40)
    prompt: str = Field(min_length=1, max_length=8000)
    instructions: str = Field("", max_length=8000)
    character_ids: list[uuid.UUID] = Field(default_factory=list, max_length=12)
    scene_id: uuid.UUID | None = None
    style_id: uuid.UUID | None = None
    mood: str = Field("", max_length=60)


class SceneImageIn(WordsIn):
    """A scene image of a project (an episode)."""

    project_id: str = Field(min_length=1, max_length=80)


class MemoryIn(In):
    """Keep it as a memory, or not."""

    is_memory: bool


class RegenerateIn(Wished):
    """Every panel that shows an identity; `drawn_only` leaves out panels nobody has drawn yet."""

    root_id: uuid.UUID
    drawn_only: bool = True


class ReviewBulkIn(In):
    """Jobs whose pick is approved or discarded."""

    job_ids: list[uuid.UUID] = Field(min_length=1, max_length=200)
    verb: Literal["approve", "discard"]


class LearnIn(In):
    """Pictures to learn from; none: the newest approved panels."""

    asset_ids: list[uuid.UUID] = Field(default_factory=list, max_length=24)


class RunPatch(In):
    """A run's place in its project's queue: higher goes first."""

    priority: int = Field(ge=-100, le=100)


class RatingIn(In):
    """Stars."""

    rating: int = Field(ge=1, le=5)


def to_columns(changes: dict[str, Any]) -> dict[str, Any]:
    """Body names to the verb's names."""
    if "character_ids" in changes:
        changes["characters"] = changes.pop("character_ids")
    return {k: v for k, v in changes.items() if v is not None or k in ("scene_id", "style_id")}


def task_out(row: Any) -> dict[str, Any]:
    """A task. Expects `cast` to be prefetched."""
    return {"id": row.pk, "project_id": row.project_id, "name": row.name, "description": row.description, "branch": row.branch, "sequence": row.sequence, "status": row.status,
            "character_ids": [c.character_id for c in sorted(row.cast.all(), key=lambda c: c.position)], "scene_id": row.scene_id, "style_id": row.style_id,
            "instructions": row.instructions, "workflow_data": row.workflow_data, "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def treatment_out(row: Any) -> dict[str, Any]:
    """One post-processing."""
    return {"id": row.pk, "source_id": row.source_id, "operation": row.operation, "provider_code": row.provider_code or None, "status": row.status, "error": row.error or None, "facts": row.facts,
            "result_id": row.result_id, "poll": f"/api/treatments/{row.pk}", "revision": row.revision, "created_at": stamp(row.created_at)}


def report_out(row: Any) -> dict[str, Any]:
    """One judgement. A machine's has no author."""
    return {"id": row.pk, "run_id": row.run_id, "job_id": row.job_id, "candidate_id": row.candidate_id, "report_type": row.report_type, "author": row.author.username if row.author else None,
            "summary": {k: v for k, v in row.summary.items() if k != "style_vector"}, "created_at": stamp(row.created_at)}


def plan_out(plan: Any) -> dict[str, Any]:
    """A dry run."""
    return {"mode": "dry", "digest": plan.digest, "prompt": plan.prompt, "negative_prompt": plan.negative_prompt, "calls": plan.calls, "references": plan.references, "cost_usd": plan.cost_usd, "snapshot": plan.snapshot}


def run_out(row: Any) -> dict[str, Any]:
    """A run."""
    return {"id": row.pk, "project_id": row.project_id, "run_mode": row.run_mode, "status": row.status, "stage": row.stage, "held": bool(row.held_at), "held_why": row.held_why or None, "priority": row.priority, "provider_code": row.provider_code, "model_name": row.model_name, "rerun_of": row.rerun_of_id, "replay": row.replay.get("verdict"),
            "time_of_day": row.time_of_day, "weather": row.weather, "digest": row.digest, "revision": row.revision, "created_at": stamp(row.created_at),
            "started_at": stamp(row.started_at), "finished_at": stamp(row.finished_at)}


def candidate_out(row: Any) -> dict[str, Any]:
    """A candidate."""
    return {"id": row.pk, "job_id": row.job_id, "candidate_index": row.candidate_index, "status": row.status, "stage": row.stage, "seed": row.seed, "attempt": row.attempt,
            "rank_hard_failures": row.rank_hard_failures, "rank_soft_warnings": row.rank_soft_warnings, "rank_avg_chroma_exceed": row.rank_avg_chroma_exceed,
            "consistency_score": row.consistency_score, "rating": row.rating, "error": row.error or None, "output_asset_id": row.output_asset_id,
            "final_asset_id": row.final_asset_id, "revision": row.revision}


def job_out(row: Any) -> dict[str, Any]:
    """A job."""
    return {"id": row.pk, "run_id": row.run_id, "task_id": row.task_id, "job_key": row.job_key, "status": row.status, "prompt_text": row.prompt_text,
            "selected_candidate_index": row.selected_candidate_index, "final_asset_id": row.final_asset_id, "revision": row.revision}


def rendered_out(row: Any) -> dict[str, Any]:
    """A picture. Expects `asset`; sources are told by GET /renders/{id}."""
    return {"id": row.pk, "project_id": row.project_id, "type": row.type, "state": row.state, "provider_code": row.provider_code or None, "likeness": row.likeness, "is_final_panel": row.is_final_panel, "is_memory": row.is_memory, "rating": row.rating,
            "source_scene_id": row.source_scene_id, "style_id": row.style_id, "avatar_kit_id": row.avatar_kit_id, "origin_task_id": row.origin_task_id, "job_id": row.job_id,
            "candidate_id": row.candidate_id, "generation_context": row.generation_context, "file": f"/{row.asset.storage_uri}", "asset": asset_out(row.asset),
            "revision": row.revision, "created_at": stamp(row.created_at)}


def usage_out(use: Any) -> dict[str, Any]:
    """One project that uses a definition."""
    return {"project": {"id": use.project.pk, "name": use.project.name, "slug": use.project.slug, "status": use.project.status},
            "clones": [{"id": c.pk, "name": c.name, "inherited_version": c.inherited_version, "variant_type": c.variant_type or None} for c in use.clones],
            "tasks": [{"id": t.pk, "name": t.name, "branch": t.branch, "sequence": t.sequence} for t in use.tasks], "pictures": use.pictures}


def order_out(row: Any, items: list[Any]) -> dict[str, Any]:
    """An order of a kit with its items."""
    return {"id": row.pk, "kit_id": row.kit_id, "what": row.what, "provider_code": row.provider_code, "model_name": row.model_name, "status": row.status, "poll": f"/api/kit-orders/{row.pk}",
            "done": sum(i.status not in ("planned", "running") for i in items), "total": len(items),
            "items": [{"id": i.pk, "asset_type": i.asset_type, "expression": i.expression, "outfit": i.outfit, "pose": i.pose, "status": i.status, "error": i.error or None, "picture_id": i.picture_id} for i in items],
            "revision": row.revision, "created_at": stamp(row.created_at), "finished_at": stamp(row.finished_at)}
