"""Does post-processing: local tools first, then the accounts that are set up, by priority. Claimed with a lease, finished in one transaction."""

import datetime as dt
import io
import logging
import uuid
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from PIL import Image

from iat.kernel import enter, events, filestore, queue
from iat.kernel.errors import Finding, Invalid, Refused
from projects.queries import overview
from renders.domain import calls, gateway
from renders.imaging import colour, png
from renders.lifecycles import TREATMENT
from renders.models import Treatment
from renders.pipeline import chains, checking
from renders.pipeline.recovery import is_dead, me
from renders.providers.base import ProviderError
from renders.providers.registry import anything
from renders.providers.remote import Picture
from spaces.domain import assets
from spaces.models import Asset, User

log = logging.getLogger("iat.treatments")
ATTEMPTS = 5
NAMESPACE = uuid.UUID("b0f5d7a2-6f63-4a55-8a19-0a4c5f4b3d52")
KINDS = {"cutout": "bg_removed", "upscale": "upscaled", "grade": "generated", "video": "generated"}


@transaction.atomic
def start(asset: Asset, operation: str, *, by: User, provider_code: str = "", scale: float = 2.0, character_id: Any = None) -> Treatment:
    """Plans one. Raises Invalid for what the provider cannot do, Refused for a file that is no picture or a project without a guide."""
    if asset.mime_type not in assets.SUFFIX:
        raise Refused("Only pictures can be worked on.")
    if provider_code and operation not in anything(provider_code).does:
        raise Invalid(f"{anything(provider_code).label} cannot do this.", findings=[Finding("/provider_code", f"does not {operation}")])
    parameters: dict[str, Any] = {"scale": scale} if operation == "upscale" else {}
    if operation == "grade":
        guide = overview.guide(asset.project) if asset.project else None
        if guide is None:
            raise Refused("This project has no style guide to correct colours toward. Set one first.")
        parameters = {"guide": str(guide.pk), "rules": guide.rules}
    if operation == "check" and character_id is not None:
        parameters["root"] = str(checking.identity(asset, character_id).root_id)
    row = Treatment.objects.create(space_id=asset.space_id, project=asset.project, source=asset, operation=operation, provider_code=provider_code, parameters=parameters, created_by=by)
    queue.enqueue("renders.treatment", treatment_id=str(row.pk))
    events.emit("treatment.planned", subject=row, actor=by)
    return row


def work(pk: Any) -> str:
    """Does one from claim to end; returns what became of it."""
    now = timezone.now()
    free = Q(status="planned") | Q(status="running", lease_until__lt=now)
    if not Treatment.objects.filter(free, pk=pk).update(status="running", lease_owner=me(), lease_until=now + dt.timedelta(seconds=settings.IAT_LEASE_S), attempt=F("attempt") + 1, revision=F("revision") + 1, updated_at=now):
        return "not mine"
    row = Treatment.objects.select_related("source", "space", "project", "created_by").get(pk=pk)
    try:
        if row.attempt > ATTEMPTS:
            raise Refused(f"Given up after {ATTEMPTS} attempts: the worker died each time.")
        if row.operation == "check":
            TREATMENT.move(row, "done", where=Q(attempt=row.attempt, lease_owner=me()), error="", facts=checking.look(row), lease_until=None)
        else:
            data, facts = _done(row)
            _finish(row, data, facts)
    except calls.Later as later:
        Treatment.objects.filter(pk=pk, status="running", attempt=row.attempt).update(status="planned", attempt=F("attempt") - 1, lease_until=None, nudged_at=now, error=str(later) if later.counted else "", revision=F("revision") + 1)
        queue.enqueue("renders.treatment", after=later.seconds, treatment_id=str(pk))
        return "put back"
    except gateway.Stopped:
        return "dropped"
    except (Refused, ProviderError) as error:
        _fail(row, getattr(error, "detail", str(error)))
    except Exception as error:
        log.exception("treatment %s failed", row.pk)
        _fail(row, f"Something broke while doing this ({type(error).__name__}). The log of the worker has the details.")
    return Treatment.objects.values_list("status", flat=True).get(pk=pk)


def _done(row: Treatment) -> tuple[bytes, dict[str, Any]]:
    data = filestore.store().read(row.source.storage_uri)
    if row.operation == "grade":
        pixels, told = colour.corrected(np.asarray(Image.open(io.BytesIO(data)).convert("RGB")), row.parameters["rules"])
        return png.encode(pixels), {"by": "iat", **told}
    picture = Picture(data, row.source.mime_type, f"picture.{assets.SUFFIX[row.source.mime_type]}")
    return chains.done(chains.Work(row.operation, picture, _unit(row), row.parameters, row.provider_code), lambda seconds: _hold(row, seconds))


def _unit(row: Treatment) -> calls.Unit:
    folder = assets.folder(row.project) if row.project else f"spaces/{row.space_id}"
    return calls.Unit(f"treatment:{row.pk}", row.space, row.project, folder=f"{folder}/originals", by=row.created_by)


def _hold(row: Treatment, seconds: float) -> None:
    until = timezone.now() + dt.timedelta(seconds=max(settings.IAT_LEASE_S, seconds))
    if not Treatment.objects.filter(pk=row.pk, status="running", attempt=row.attempt, lease_owner=me()).update(lease_until=until):
        raise gateway.Stopped(over=not Treatment.objects.filter(pk=row.pk, status__in=["planned", "running"]).exists())


@transaction.atomic
def _finish(row: Treatment, data: bytes, facts: dict[str, Any]) -> None:
    """Ends it and registers the new file, together."""
    TREATMENT.move(row, "done", where=Q(attempt=row.attempt, lease_owner=me()), error="", facts=facts, lease_until=None)
    picture = assets.inspect(data)
    pk = uuid.uuid5(NAMESPACE, str(row.pk))
    if picture.mime_type == "image/png" and "call" not in facts:
        data = png.splice(data, _says(row, facts))
    folder = assets.folder(row.project) if row.project else f"spaces/{row.space_id}"
    made = assets.register(row.space, kind=KINDS[row.operation], path=f"{folder}/{KINDS[row.operation]}/{row.operation}_{pk}.{assets.SUFFIX[picture.mime_type]}", data=data, picture=picture, by=row.created_by, project=row.project, pk=pk,
                           metadata={"treatment": str(row.pk), "operation": row.operation, "parameters": row.parameters, "facts": facts})
    assets.link(made, row.source)
    Treatment.objects.filter(pk=row.pk).update(result=made)


def _says(row: Treatment, facts: dict[str, Any]) -> dict[str, str]:
    """What our own derivative carries: the source's prompt and lineage where it has them, and what was done."""
    texts: dict[str, str] = {}
    if row.source.mime_type == "image/png":
        known = png.read_texts(filestore.store().read(row.source.storage_uri))
        texts = {k: v for k, v in known.items() if k.startswith("iat:")}
    said = {"cutout": "Cut out", "upscale": "Enlarged", "grade": "Colours corrected"}.get(row.operation, "Worked on")
    source = "algorithmicallyEnhanced" if row.operation == "upscale" else "compositeSynthetic" if texts else "humanEdits"
    return {"Software": "IAT", "Description": f"{said} by IAT ({facts.get('provider', 'iat')}).", **texts, "iat:derived-from": str(row.source_id), "XML:com.adobe.xmp": png.xmp(source_type=source, description=said, tool="IAT")}


def _fail(row: Treatment, why: str) -> None:
    Treatment.objects.filter(pk=row.pk, status="running", attempt=row.attempt).update(status="failed", error=why[:2000], revision=F("revision") + 1, updated_at=timezone.now())


def sweep(*, now: dt.datetime, eager: bool = False) -> int:
    """Gives out again what a dead worker held and what lost its nudge."""
    for owner in set(Treatment.objects.filter(status="running").values_list("lease_owner", flat=True)):
        if is_dead(owner):
            Treatment.objects.filter(status="running", lease_owner=owner).update(lease_until=now - dt.timedelta(seconds=1))
    late = now if eager else now - dt.timedelta(seconds=60)
    due = Q(status="planned", nudged_at__lte=late) | Q(status="planned", nudged_at__isnull=True, created_at__lte=late) | Q(status="running", lease_until__lt=now)
    found = list(Treatment.objects.filter(due).select_related("space", "project").order_by("created_at", "id")[:200])
    Treatment.objects.filter(pk__in=[t.pk for t in found]).update(nudged_at=now)
    for row in found:
        with enter.in_project(row.project) if row.project else enter.in_space(row.space):
            queue.enqueue("renders.treatment", after=0.0, treatment_id=str(row.pk))
    return len(found)
