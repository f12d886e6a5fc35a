"""Shapes of the storage API."""

from typing import Any

from pydantic import Field

from iat.kernel import filestore
from spaces.domain import assets
from spaces.schemas import In, stamp


class StorageIn(In):
    """A policy; what is not named stays."""

    mode: str | None = Field(None, max_length=12)
    local_base_dir: str | None = Field(None, max_length=400)
    s3_enabled: bool | None = None
    s3_bucket: str | None = Field(None, max_length=63, pattern=r"^[a-z0-9][a-z0-9.-]*$|^$")
    s3_prefix: str | None = Field(None, max_length=200, pattern=r"^[A-Za-z0-9!_.*'()/-]*$")
    s3_region: str | None = Field(None, max_length=40, pattern=r"^[a-z0-9-]*$")
    s3_profile: str | None = Field(None, max_length=80)
    s3_endpoint_url: str | None = Field(None, max_length=400)


class SyncIn(In):
    """What a round does besides bringing what is new."""

    move: bool = False
    verify: bool = False


def place_out(row: Any) -> dict[str, Any]:
    """A policy. `local_base_dir` is one of the folders that the operator offers; empty is the installation's own. `local_project_root` is the project's place in it."""
    return {"project_id": row.project_id, "mode": row.mode, "local_base_dir": row.local_base_dir or None, "local_project_root": assets.folder(row.project) if filestore.store().backend == "local" or row.by_folder else None, "s3_enabled": row.s3_enabled,
            "s3_bucket": row.s3_bucket or None, "s3_prefix": row.s3_prefix or None, "s3_region": row.s3_region or None, "s3_profile": row.s3_profile or None, "s3_endpoint_url": row.s3_endpoint_url or None,
            "switched_at": stamp(row.switched_at), "revision": row.revision}


def sync_out(row: Any) -> dict[str, Any]:
    """A round."""
    return {"id": row.pk, "project_id": row.project_id, "status": row.status, "move": row.move, "verify": row.verify, "facts": row.facts, "error": row.error or None, "created_at": stamp(row.created_at), "finished_at": stamp(row.finished_at)}


def status_out(told: dict[str, Any]) -> dict[str, Any]:
    """How far it is."""
    return {"files": told["files"], "bytes": told["bytes"], "synced": told["synced"], "waiting": told["waiting"], "failed": told["failed"], "only_in_bucket": told["away"],
            "resting_until": stamp(told["resting_until"]), "last_sync": sync_out(told["last"]) if told["last"] else None}


def synced_out(row: Any) -> dict[str, Any]:
    """One file's copy."""
    return {"asset_id": row.asset_id, "state": "synced" if row.is_good else "failed", "key": row.key, "is_here": row.is_here, "error": row.error or None, "verified_at": stamp(row.verified_at)}
