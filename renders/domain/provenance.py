"""What a file says about itself: spliced into our own pictures, never into anybody else's."""

from typing import Any

import numpy as np
import orjson
from django.conf import settings

from iat import __version__
from iat.kernel.errors import Refused
from renders.imaging import credentials, png
from renders.models import RunCandidate

NOTICE = "Storyboard drawing, composed by the IAT storyboard engine. Not a photograph."


def packet(snapshot: dict[str, Any], facts: dict[str, Any]) -> str:
    """The XMP of every picture of a run, stages included: what it is, and the IPTC digital source type."""
    return png.xmp(source_type=source_type(snapshot, facts), description=notice(snapshot), tool="IAT storyboard" if snapshot["provider"] == "storyboard" else f"IAT with {snapshot['provider']}")


def source_type(snapshot: dict[str, Any], facts: dict[str, Any]) -> str:
    """IPTC: our drawings are algorithmic, a trained model's are named as such, and so is what was composed from pictures people brought."""
    if snapshot["provider"] != "storyboard":
        return "compositeWithTrainedAlgorithmicMedia" if facts.get("references") else "trainedAlgorithmicMedia"
    return "composite" if "kit" in facts.get("figures", []) or facts.get("plate") == "art" else "algorithmicMedia"


def notice(snapshot: dict[str, Any]) -> str:
    """One plain sentence."""
    return NOTICE if snapshot["provider"] == "storyboard" else f"Made with {snapshot['provider']} {snapshot.get('model', '')} by IAT.".replace("  ", " ")


def texts(candidate: RunCandidate, snapshot: dict[str, Any], facts: dict[str, Any]) -> dict[str, str]:
    """Text chunks by keyword: a plain notice, the prompt, our ids as JSON, and XMP with the IPTC digital source type."""
    lineage = {
        "run": str(candidate.job.run_id), "job": str(candidate.job_id), "candidate": str(candidate.pk), "index": candidate.candidate_index, "seed": candidate.seed,
        "digest": candidate.job.run.digest, "provider": snapshot["provider"], "model": snapshot["model"], "task": snapshot["task"]["id"],
        "cast": [{"definition": m["id"], "revision": m["revision"], "root": m["root_id"], "version": m["version"], "kit": (m["kit"] or {}).get("id"),
                  "picture": (m["picture"] or {}).get("id")} for m in snapshot["cast"]],
        "scene": (snapshot["scene"] or {}).get("id"), "style": (snapshot["style"] or {}).get("id")}
    return {
        "Software": "IAT", "Description": notice(snapshot), "iat:prompt": candidate.job.prompt_text, "iat:lineage": orjson.dumps(lineage).decode(),
        "XML:com.adobe.xmp": packet(snapshot, facts)}


def finished(png_bytes: bytes, candidate: RunCandidate, snapshot: dict[str, Any], facts: dict[str, Any]) -> bytes:
    """A finished picture with all it says about itself; signed last, where this installation signs. Raises Refused when it should be signed and cannot."""
    said = texts(candidate, snapshot, facts)
    data = png.splice(png_bytes, said)
    if not settings.IAT_C2PA:
        return data
    told = credentials.manifest(title=snapshot["task"]["name"], version=__version__, source_type=source_type(snapshot, facts), lineage=orjson.loads(said["iat:lineage"]))
    try:
        return credentials.sign(data, credentials.Key(**settings.IAT_C2PA), told)
    except credentials.CannotSign as error:
        raise Refused(f"{error} An operator mends this; then retry: what was bought is kept.") from None


def cannot_sign() -> str:
    """Why finished pictures could not be signed, tried on one pixel; '' where they can, or where nobody asked for it."""
    if not settings.IAT_C2PA:
        return ""
    try:
        credentials.sign(png.encode(np.zeros((1, 1, 3), np.uint8)), credentials.Key(**settings.IAT_C2PA), credentials.manifest(title="probe", version=__version__, source_type="algorithmicMedia", lineage={}))
    except credentials.CannotSign as error:
        return str(error)
    return ""


def sheet_texts(told: dict[str, Any]) -> dict[str, str]:
    """Text chunks of a picture made for a model sheet: what it is, its prompt, what it was made from."""
    said = notice({"provider": told["provider"]})
    source = "composite" if told["reference_asset_ids"] and "kit" in told["facts"].get("figures", []) else "algorithmicMedia"
    return {"Software": "IAT", "Description": said, "iat:prompt": told["prompt"], "iat:lineage": orjson.dumps({k: told[k] for k in ("provider", "model", "seed", "order", "reference_asset_ids")}).decode(),
            "XML:com.adobe.xmp": png.xmp(source_type=source, description=said, tool="IAT")}
