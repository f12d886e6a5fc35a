"""Shapes of packages in the API."""

from typing import Any

from pydantic import Field

from spaces.schemas import In, stamp


class ExportIn(In):
    """zip or tar.gz."""

    format: str = Field("zip", max_length=8)


def export_out(row: Any) -> dict[str, Any]:
    """An export."""
    return {"id": row.pk, "project_id": row.project_id, "format": row.format, "status": row.status, "sha256": row.sha256 or None, "counts": row.facts, "error": row.error or None,
            "download": f"/api/exports/{row.pk}/download" if row.status == "done" else None, "revision": row.revision, "created_at": stamp(row.created_at), "finished_at": stamp(row.finished_at)}


def arrival_out(row: Any) -> dict[str, Any]:
    """A package that came in."""
    return {"id": row.pk, "space_id": row.space_id, "name": row.name, "status": row.status, "project_id": row.project_id, "error": row.error or None, "created_at": stamp(row.created_at), "finished_at": stamp(row.finished_at)}
