"""Freezes everything that decides a result into one snapshot with a digest. Reads the present, writes nothing."""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from iat.kernel.errors import Finding, Invalid, Refused
from projects.domain import prompts as templates
from projects.domain import references
from projects.models import Project
from projects.queries import overview
from renders.domain import gateway
from renders.models import BaseView, Task
from renders.pipeline import drawing, prompts
from renders.providers.registry import provider as provider_by_code
from renders.providers.remote import Ask, Picture, Remote
from spaces.domain import kits
from spaces.models import AvatarAsset, AvatarKit, Definition
from spaces.queries import library

CODE = "pipeline-1"
SIDES = (256, 2048)


@dataclass(frozen=True)
class Wish:
    """What a person asks for beyond the task: how many, how large, which shot, hour and weather."""

    candidates: int = 4
    width: int = 1024
    height: int = 1024
    camera: str = ""
    time_of_day: str = ""
    weather: str = ""
    provider_code: str = "storyboard"
    seed: int | None = None
    correct_colour: bool = False
    cutout: bool = False
    upscale: float | None = None

    def post(self) -> dict[str, Any]:
        """What is done to the finished picture; only what was asked for."""
        return {k: v for k, v in (("correct_colour", self.correct_colour), ("cutout", self.cutout), ("upscale", self.upscale)) if v}


@dataclass(frozen=True)
class Shot:
    """What is to be drawn: a task's brief, or one given in words. `mood` is the expression of everyone whose variant says none; `kind` a RenderedAsset type."""

    project: Project
    name: str
    description: str = ""
    instructions: str = ""
    cast: tuple[Definition, ...] = ()
    scene: Definition | None = None
    style: Definition | None = None
    camera: str = ""
    mood: str = ""
    kind: str = "composite"
    task: Task | None = None


def shot_of(task: Task) -> Shot:
    """A task as a shot."""
    cast = tuple(c.character for c in task.cast.select_related("character__active_avatar_kit").order_by("position"))
    return Shot(task.project, task.name, task.description, task.instructions, cast, task.scene, task.style, str(task.workflow_data.get("camera", "")), task=task)


@dataclass(frozen=True)
class Plan:
    """A job as it would run: the snapshot, its digest, the prompt, and what it costs in USD."""

    snapshot: dict[str, Any]
    digest: str
    prompt: str
    negative_prompt: str
    calls: int
    cost_usd: float
    references: int = 0


def make(shot: Shot, wish: Wish) -> Plan:
    """The plan of one shot. Raises Invalid for impossible wishes, Refused for a shot without anything to show or a provider that is not set up."""
    provider = provider_by_code(wish.provider_code)
    _possible(wish)
    snapshot = freeze(shot, wish, provider)
    if not snapshot["cast"] and snapshot["scene"] is None:
        raise Refused("There is neither cast nor scene. Choose somebody or somewhere to draw.")
    words, avoid, given, each = prompts.text(snapshot), prompts.negative(snapshot), 0, 0.0
    if isinstance(provider, Remote):
        given = len(drawing.references(snapshot))
        line = gateway.usable(shot.project.space, shot.project, provider)
        ask = Ask("edit" if given else "generate", "", words, avoid, (Picture(b""),) * given, wish.width, wish.height)
        snapshot["model"], each = provider.model(line.config, ask.op), line.price(ask)
        snapshot["settings"] = line.config.model_dump(mode="json", exclude={"base_url"})
    return Plan(snapshot, digest_of(snapshot), words, avoid, wish.candidates, round(each * wish.candidates, 4), given)


def _possible(wish: Wish) -> None:
    wrong = []
    if not 1 <= wish.candidates <= 40:
        wrong.append(Finding("/candidates", "1 to 40"))
    if wish.upscale is not None and not 1.1 <= wish.upscale <= 4:
        wrong.append(Finding("/upscale", "1.1 to 4"))
    wrong += [Finding(f"/{side}", f"{SIDES[0]} to {SIDES[1]} px") for side in ("width", "height") if not SIDES[0] <= getattr(wish, side) <= SIDES[1]]
    if wrong:
        raise Invalid("; ".join(f"{f.pointer[1:]}: {f.detail}" for f in wrong), findings=wrong)


def digest_of(snapshot: dict[str, Any]) -> str:
    """SHA-256 over the snapshot's canonical JSON: the run's identity."""
    return hashlib.sha256(orjson.dumps(snapshot, option=orjson.OPT_SORT_KEYS)).hexdigest()


def seeds(shot: Shot, wish: Wish) -> list[int]:
    """One seed a candidate, derived from the task and its revision (from the words where there is no task) unless one is given."""
    told = f"{shot.task.pk}/{shot.task.revision}" if shot.task else f"{shot.project.pk}/{shot.name}/{shot.description}/{[str(c.pk) for c in shot.cast]}"
    base = wish.seed if wish.seed is not None else int.from_bytes(hashlib.sha256(told.encode()).digest()[:6], "big")
    return [int.from_bytes(hashlib.sha256(f"{base}/{index}".encode()).digest()[:6], "big") for index in range(wish.candidates)]


def freeze(shot: Shot, wish: Wish, provider: Any) -> dict[str, Any]:
    """The snapshot as plain JSON: ids, revisions and contents of all that the picture is made from."""
    cast, scene, task = shot.cast, shot.scene, shot.task
    fallback = library.kits_by_root([c.root_id for c in cast])
    followed = {c.pk: _kit_of(c, fallback) for c in cast}
    pictures: dict[Any, list[AvatarAsset]] = {}
    for picture in AvatarAsset.objects.filter(avatar_kit__in={k.pk for k in followed.values() if k}).select_related("asset"):
        pictures.setdefault(picture.avatar_kit_id, []).append(picture)
    words, shown = templates.active(shot.project), references.active(shot.project)
    frozen = {
        "code": CODE, "provider": provider.code, "model": "" if isinstance(provider, Remote) else provider.model,
        "parameters": {"candidates": wish.candidates, "width": wish.width, "height": wish.height, "camera": wish.camera or shot.camera, **({"post": wish.post()} if wish.post() else {})},
        "seeds": seeds(shot, wish),
        "task": {"id": str(task.pk) if task else None, "revision": task.revision if task else None, "name": shot.name, "description": shot.description, "instructions": shot.instructions},
        "cast": [_member(c, followed[c.pk], pictures, shot.mood) for c in cast],
        "scene": _scene(scene) if scene else None, "style": _style(shot), "guide": _guide(shot.project),
        **({"templates": words} if words else {}), **({"references": shown} if shown else {}), **({"kind": shot.kind} if shot.kind != "composite" else {}),
        "time_of_day": wish.time_of_day or _told(scene, "time_of_day"), "weather": wish.weather or _told(scene, "weather"),
    }
    return orjson.loads(orjson.dumps(frozen))


def _kit_of(character: Definition, fallback: dict[Any, AvatarKit]) -> AvatarKit | None:
    chosen = character.active_avatar_kit
    return chosen if chosen is not None and chosen.status == "active" else fallback.get(character.root_id)


def _told(scene: Definition | None, what: str) -> str:
    """A scene's hour or weather: the variant's word before the attribute's."""
    return "" if scene is None else str(scene.modifiers.get(what) or scene.attributes.get(what) or "")


def _named(row: Definition) -> dict[str, Any]:
    return {"id": str(row.pk), "revision": row.revision, "root_id": str(row.root_id), "name": row.name, "variant": row.variant_label,
            "version": row.version or row.inherited_version, "attributes": row.attributes, "modifiers": row.modifiers}


def _member(row: Definition, kit: AvatarKit | None, pictures: dict[Any, list[AvatarAsset]], mood: str = "") -> dict[str, Any]:
    expression = str(row.modifiers.get("expression_profile") or mood or "neutral").lower()
    outfit, hair = str(row.modifiers.get("outfit") or ""), str(row.modifiers.get("hairstyle") or "")
    picture = kits.choose(pictures.get(kit.pk, []), expression=expression, outfit=outfit, primary_id=kit.primary_anchor_id) if kit else None
    told = _named(row)
    if hair:
        told["attributes"] = {**row.attributes, "appearance": {**(row.attributes.get("appearance") or {}), "hair": hair}}
    return {
        **told, "expression": expression, "outfit": outfit, "pose": str(row.modifiers.get("pose") or "standing").replace(" ", "_"),
        "kit": {"id": str(kit.pk), "revision": kit.revision, "name": kit.name, "appearance_prompt": kit.appearance_prompt, "style_prompt": kit.style_prompt,
                "negative_prompt": kit.negative_prompt, "anchors": [str(a) for a in (kit.primary_anchor_id, kit.secondary_anchor_id) if a]} if kit else None,
        "picture": {"id": str(picture.pk), "asset_id": str(picture.asset_id), "sha256": picture.asset.sha256, "expression": picture.expression, "outfit": picture.outfit} if picture else None}


def _scene(row: Definition) -> dict[str, Any]:
    views = {v.view: v for v in BaseView.objects.filter(definition=row).select_related("rendered_asset__asset")}
    view = views.get("wide") or views.get("mid")
    plate = view.rendered_asset.asset if view else None
    return {**_named(row), "lighting": row.modifiers.get("lighting") or row.attributes.get("lighting", ""),
            "plate": {"asset_id": str(plate.pk), "sha256": plate.sha256} if plate else None}


def _style(shot: Shot) -> dict[str, Any] | None:
    used = overview.styles(shot.project)
    style = shot.style or next((u.style for u in used if u.is_primary), None)
    if style is None:
        return None
    overrides: dict[str, Any] = next((u.overrides for u in used if u.style_id == style.pk), {})
    return {"id": str(style.pk), "revision": style.revision, "name": style.name, "version": style.version, "prompt": style.attributes.get("prompt", ""),
            "negative_prompt": style.attributes.get("negative_prompt", ""), "parameters": {**style.attributes.get("parameters", {}), **overrides}}


def _guide(project: Project) -> dict[str, Any] | None:
    guide = overview.guide(project)
    return {"id": str(guide.pk), "revision": guide.revision, "name": guide.name, "rules": guide.rules} if guide else None
