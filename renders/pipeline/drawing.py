"""Where a candidate's picture comes from: the engine on this machine, or an order through the gateway, with the next provider where one fails."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from iat.kernel import filestore
from renders.domain import calls, gateway, runs
from renders.models import RunCandidate
from renders.pipeline import prompts
from renders.providers.base import Brief, Declined, Drawn, Figure, Place, ProviderError
from renders.providers.registry import anything
from renders.providers.remote import Ask, Picture, Remote
from spaces.domain import assets
from spaces.models import Asset, AvatarAsset

MOST_REFERENCES = 8


@dataclass
class Drawing:
    """A picture before its stages: RGB uint8 pixels in the size asked for, facts for the record, the stored original where one came over a wire."""

    pixels: np.ndarray
    facts: dict[str, Any] = field(default_factory=dict)
    original: Asset | None = None
    provider: str = ""
    model: str = ""
    labels: np.ndarray | None = None


def draw(candidate: RunCandidate, snapshot: dict[str, Any], hold: Callable[[float], None]) -> Drawing:
    """The picture. Raises what the gateway raises; ProviderError of the last provider tried."""
    engine = anything(snapshot["provider"])
    if not isinstance(engine, Remote):
        brief = brief_of(candidate, snapshot)
        drawn: Drawn = engine.edit(brief) if any(f.art for f in brief.figures) else engine.generate(brief)
        return Drawing(drawn.pixels, drawn.facts, provider=engine.code, model=engine.model, labels=drawn.labels)
    return _order(candidate, snapshot, hold)


def file_of(asset_id: str | None) -> bytes | None:
    """The bytes of a file the snapshot names."""
    if asset_id is None:
        return None
    return filestore.store().read(_place(str(asset_id)))


@lru_cache(maxsize=512)
def _place(asset_id: str) -> str:
    """Where a file lies; files never move, so a process asks once."""
    return Asset.objects.values_list("storage_uri", flat=True).get(pk=asset_id)


def brief_of(candidate: RunCandidate, snapshot: dict[str, Any]) -> Brief:
    """The brief that the snapshot says, with the bytes of the pictures it names."""
    figures = tuple(
        Figure(m["name"], m["root_id"], m["attributes"], m["expression"], m["outfit"], m["pose"], file_of((m["picture"] or {}).get("asset_id"))) for m in snapshot["cast"])
    scene, size = snapshot["scene"], snapshot["parameters"]
    place = Place(scene["name"], scene["root_id"], scene["attributes"], file_of((scene["plate"] or {}).get("asset_id"))) if scene else None
    return Brief(candidate.job.prompt_text, "", figures, place, size["width"], size["height"], candidate.seed, candidate.candidate_index, size["camera"])


def references(snapshot: dict[str, Any]) -> list[tuple[str, Asset]]:
    """What the picture must keep to, with what each shows: of everyone the fitting kit picture, then the anchors, then the place, then the project's reference sets, heaviest first."""
    wanted: dict[str, str] = {m["picture"]["asset_id"]: m["name"] for m in snapshot["cast"] if m["picture"]}
    anchors = {pk: m["name"] for m in snapshot["cast"] if m["kit"] for pk in m["kit"]["anchors"]}
    of_anchor = {str(a.pk): str(a.asset_id) for a in AvatarAsset.objects.filter(pk__in=anchors)}
    for pk, name in anchors.items():
        if pk in of_anchor:
            wanted.setdefault(of_anchor[pk], name)
    scene = snapshot["scene"]
    if scene and scene["plate"]:
        wanted.setdefault(scene["plate"]["asset_id"], scene["name"])
    for item in snapshot.get("references") or []:
        wanted.setdefault(item["asset_id"], f"the {item['kind']} of {item['set']}" if item["kind"] != "other" else item["set"])
    rows = {str(a.pk): a for a in Asset.objects.filter(pk__in=wanted)}
    return [(name, rows[pk]) for pk, name in wanted.items() if pk in rows][:MOST_REFERENCES]


def ask_of(candidate: RunCandidate, snapshot: dict[str, Any], given: list[tuple[str, Asset]], key: str) -> Ask:
    """The order as words and pictures."""
    pictures = tuple(Picture(filestore.store().read(a.storage_uri), a.mime_type, f"{filestore.safe(name)}.{assets.SUFFIX[a.mime_type]}") for name, a in given)
    size = snapshot["parameters"]
    return Ask("edit" if pictures else "generate", key, prompts.for_remote(candidate.job.prompt_text, [name for name, _ in given]), prompts.negative(snapshot), pictures, size["width"], size["height"], candidate.seed)


def unit_of(candidate: RunCandidate) -> calls.Unit:
    """For whom the order is."""
    job = candidate.job
    return calls.Unit(f"candidate:{candidate.pk}", job.project.space, job.project, job.run_id, candidate.pk, None, f"{assets.folder(job.project)}/originals", job.run.created_by,
                      int(candidate.meta.get("orders_before", 0)))


def _order(candidate: RunCandidate, snapshot: dict[str, Any], hold: Callable[[float], None]) -> Drawing:
    given, unit = references(snapshot), unit_of(candidate)
    op = "edit" if given else "generate"
    tried: list[str] = []
    last: ProviderError = Declined(f"{anything(snapshot['provider']).label} is not set up here, or does not {op}. An owner enables it under Providers.", "key")
    for connector, account in gateway.choices(unit, op, snapshot["provider"]):
        try:
            got = gateway.perform(connector, account, unit, lambda key: ask_of(candidate, snapshot, given, key), op, hold)
        except ProviderError as error:
            last = error
            tried.append(f"{connector.label}: {error}")
            if not gateway.passes_on(error):
                break
            continue
        return fitted(got, runs.snapshot_of(candidate.job)["parameters"], references=bool(given), tried=tried)
    if len(tried) > 1:
        raise type(last)(" — ".join(tried)) if type(last) in (Declined,) else last
    raise last


def fitted(got: gateway.Got, size: dict[str, Any], *, references: bool, tried: list[str]) -> Drawing:
    """The original in the size asked for: cropped to the shape from the middle, then resized. The original itself stays as it came."""
    image = Image.open(io.BytesIO(got.data)).convert("RGB")
    was, (width, height) = image.size, (size["width"], size["height"])
    facts: dict[str, Any] = {"references": references, "call": str(got.call.pk), "original": {"width": was[0], "height": was[1]}, **({"fallback_after": tried} if tried else {})}
    if was != (width, height):
        scale = max(width / was[0], height / was[1])
        box = width / scale, height / scale
        left, top = (was[0] - box[0]) / 2, (was[1] - box[1]) / 2
        image = image.resize((width, height), Image.Resampling.LANCZOS, box=(left, top, left + box[0], top + box[1]))
        facts["fitted"] = {"cropped": round(1 - box[0] * box[1] / (was[0] * was[1]), 3), "scale": round(scale, 3)}
    return Drawing(np.asarray(image), facts, got.asset, got.call.provider_code, got.call.model_name)
