"""Shapes that go out of the library's API: plain dicts, dumped once."""

import datetime as dt
from typing import Any

from iat.kernel import http, signing
from spaces import merging


def stamp(moment: dt.datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if moment else None


def space_out(row: Any) -> dict[str, Any]:
    """A space."""
    return {"id": row.pk, "name": row.name, "slug": row.slug, "description": row.description, "state": row.state, "owner_id": row.owner_id,
            "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def definition_out(row: Any) -> dict[str, Any]:
    """A definition, in full."""
    return {
        "id": row.pk, "type": row.type, "scope": row.scope_kind, "space_id": row.space_id, "project_id": row.project_id, "parent_id": row.parent_id,
        "root_id": row.root_id, "name": row.name, "description": row.description, "canonical_tags": row.canonical_tags, "attributes": row.attributes,
        "metadata": row.metadata, "version": row.version, "state": row.state, "style_binding": row.style_binding_id, "inherits_from_type": row.inherits_from_type,
        "inherited_version": row.inherited_version, "variant_type": row.variant_type or None, "variant_label": row.variant_label or None, "modifiers": row.modifiers,
        "active_avatar_kit": row.active_avatar_kit_id, "revision": row.revision, "published_at": stamp(row.published_at),
        "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def _known(value: Any) -> Any:
    return None if value is merging.MISSING else value


def change_out(c: Any) -> dict[str, Any]:
    """One leaf that became something else; null stands for nothing."""
    return {"pointer": c.pointer, "before": _known(c.before), "after": _known(c.after)}


def conflict_out(c: Any) -> dict[str, Any]:
    """One leaf that both sides changed."""
    return {"pointer": c.pointer, "base": _known(c.base), "ours": _known(c.ours), "theirs": _known(c.theirs), "choice": c.choice or None}


def revision_out(r: Any) -> dict[str, Any]:
    """A revision with the leaves it changed."""
    return {"number": r.number, "verb": r.verb, "author": str(r.author) if r.author else None, "before": r.before, "after": r.after,
            "changes": [change_out(c) for c in merging.differences(r.before, r.after)] if r.before else [], "created_at": stamp(r.created_at)}


def comparison_out(found: Any) -> dict[str, Any]:
    """Two versions side by side."""
    def side(s: Any) -> dict[str, Any]:
        return {"definition": definition_out(s.row), "kit": kit_out(s.kit) if s.kit else None, "anchors": [asset_out(a.asset) for a in s.anchors]}

    return {"left": side(found.left), "right": side(found.right), "changes": [change_out(c) for c in found.changes], "same_anchors": found.same_anchors}


def proposal_out(plan: Any) -> dict[str, Any]:
    """A rebase as it would be, or was, done."""
    return {"clone_id": plan.clone.pk, "from": {"id": plan.base.pk, "version": plan.base.version}, "to": {"id": plan.target.pk, "version": plan.target.version},
            "merged": plan.merged.content, "changes": [change_out(c) for c in plan.merged.changes], "conflicts": [conflict_out(c) for c in plan.merged.conflicts],
            "variants": [{"id": f.row.pk, "name": f.row.name, "changes": [change_out(c) for c in f.merged.changes], "kept": [conflict_out(c) for c in f.merged.conflicts]} for f in plan.variants]}


def template_out(row: Any) -> dict[str, Any]:
    """A template in its current version."""
    return {"id": row.pk, "space_id": row.space_id, "kind": row.kind, "name": row.name, "description": row.description, "generation_params": row.generation_params, "version": row.version,
            "shared": row.shared, "state": row.state, "created_by": row.created_by_id, "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def asset_out(row: Any) -> dict[str, Any]:
    """A file of the registry; `content` and `thumbnail` are links of this API, `url` is signed and expires."""
    return {
        "id": row.pk, "project_id": row.project_id, "kind": row.kind, "path": f"/{row.storage_uri}", "mime_type": row.mime_type, "width": row.width, "height": row.height,
        "byte_size": row.byte_size, "sha256": row.sha256, "metadata": row.metadata, "content": f"/api/assets/{row.pk}/content",
        "thumbnail": f"/api/assets/{row.pk}/thumbnail", "url": f"/files/{signing.sign(str(row.pk))}", "revision": row.revision, "created_at": stamp(row.created_at), "trashed_at": stamp(row.trashed_at)}


def link_out(row: Any) -> dict[str, Any]:
    """One derived-from link."""
    return {"parent_id": row.parent_id, "child_id": row.child_id, "link_type": row.link_type}


def fetch_out(row: Any) -> dict[str, Any]:
    """A file on its way."""
    return {"id": row.pk, "url": row.url, "status": row.status, "attempt": row.attempt, "error": row.error or None, "asset": asset_out(row.asset) if row.asset else None,
            "poll": f"/api/fetches/{row.pk}", "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def kit_out(row: Any) -> dict[str, Any]:
    """A kit."""
    return {
        "id": row.pk, "space_id": row.space_id, "character_id": row.character_id, "name": row.name, "description": row.description,
        "appearance_prompt": row.appearance_prompt, "style_prompt": row.style_prompt, "negative_prompt": row.negative_prompt,
        "primary_anchor_id": row.primary_anchor_id, "secondary_anchor_id": row.secondary_anchor_id, "status": row.status, "is_default": row.is_default,
        "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def picture_out(row: Any) -> dict[str, Any]:
    """A picture of a kit."""
    return {
        "id": row.pk, "avatar_kit_id": row.avatar_kit_id, "asset_type": row.asset_type, "expression": row.expression, "outfit": row.outfit, "emotion_tags": row.emotion_tags,
        "source_type": row.source_type, "derived_from_id": row.derived_from_id, "generation_metadata": row.generation_metadata, "mime_type": row.mime_type,
        "width": row.width, "height": row.height, "file_size_bytes": row.file_size_bytes, "is_canonical": row.is_canonical, "is_active": row.is_active,
        "review": row.review, "asset": asset_out(row.asset), "revision": row.revision, "created_at": stamp(row.created_at)}


def token_out(row: Any) -> dict[str, Any]:
    """A token, without its secret."""
    return {"id": row.pk, "name": row.name, "prefix": row.prefix, "scopes": row.scopes, "created_at": stamp(row.created_at),
            "last_used_at": stamp(row.last_used_at), "expires_at": stamp(row.expires_at), "revoked_at": stamp(row.revoked_at)}


def member_out(row: Any) -> dict[str, Any]:
    """A member of a space."""
    return {"user_id": row.user_id, "username": row.user.username, "display_name": row.user.display_name, "role": row.role, "created_at": stamp(row.created_at)}


def listed(rows: Any, out: Any, *, order: list[str], limit: int, cursor: str | None, count: bool = False) -> dict[str, Any]:
    """One keyset page as the API answers it."""
    found, after = http.page(rows, order=order, limit=limit, cursor=cursor)
    return {"items": [out(row) for row in found], "next": after, "total": rows.count() if count else None}
