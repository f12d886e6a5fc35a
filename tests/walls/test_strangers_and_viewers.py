"""Every path of the API and every page, as somebody who is not a member, and as one who may only look."""

import uuid

import pytest
from django.apps import apps
from django.db.models import Count, Sum
from django.test import Client
from django.urls import get_resolver

from iat.kernel import enter
from iat.kernel.rows import Row
from tests.conftest import client_of
from tests.walls.filled import operations, send

OWN = ("/api/me", "/api/me/tokens", "/api/me/preferences", "/api/templates/character", "/api/templates/style", "/api/spaces", "/api/projects", "/api/avatar-kits", "/api/providers", "/api/read-file", "/api/queue", "/api/scene-images/memories", "/api/health", "/api/ready")
MINE = {("post", "/api/me/tokens"), ("delete", "/api/me/tokens/{pk}"), ("post", "/api/spaces"), ("put", "/api/me/preferences"), ("post", "/api/read-file"), ("post", "/api/projects/{p}/bible/validate"), ("post", "/api/projects/{p}/bible/export")}
OWNERS = ("/api/projects/{p}/audit", "/api/projects/{p}/audit/verify", "/api/spaces/{pk}/audit", "/api/spaces/{pk}/audit/verify", "/api/spaces/{pk}/audit/export", "/api/projects/{p}/webhooks", "/api/webhooks/{pk}/deliveries", "/api/exports/{pk}/download")


def everything():
    """A fingerprint of all rows: how many, and the sum of their revisions."""
    with enter.everywhere("the wall compares"):
        return {m.__name__: m._base_manager.aggregate(n=Count("pk"), r=Sum("revision")) for m in apps.get_models() if issubclass(m, Row) and not m._meta.proxy}


def test_a_stranger_gets_404_everywhere(rendered_world):
    sam, anonymous = client_of(rendered_world.sam), Client()
    schema, ops = operations(sam)
    before, tried = everything(), 0
    for method, path, op in ops:
        if path in ("/api/health", "/api/ready"):
            continue
        assert send(anonymous, method, path, op, schema, rendered_world).status_code == 401, f"{method} {path} without signing in"
        if path in OWN and not (method == "post" and path.startswith(("/api/avatar-kits", "/api/templates"))):
            continue
        answer = send(sam, method, path, op, schema, rendered_world)
        assert answer.status_code == 404, f"{method} {path}: {answer.status_code} {answer.content[:200]}"
        assert answer["Content-Type"] == "application/problem+json"
        tried += 1
    assert tried > 90 and everything() == before


def test_a_stranger_sees_nothing_of_others_in_lists(rendered_world):
    sam = client_of(rendered_world.sam)
    assert [s["name"] for s in sam.get("/api/spaces").json()["items"]] == ["Elsewhere"]
    assert [p["name"] for p in sam.get("/api/projects").json()["items"]] == ["Sam's"]
    assert sam.get("/api/avatar-kits").json()["items"] == []
    home = sam.get("/").content.decode()
    assert "Ledger" not in home and "Harbour" not in home


def test_a_viewer_writes_nothing(rendered_world):
    vi = client_of(rendered_world.vi)
    schema, ops = operations(vi)
    before, tried = everything(), 0
    for method, path, op in ops:
        if method == "get" or (method, path) in MINE:
            continue
        answer = send(vi, method, path, op, schema, rendered_world)
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code} {answer.content[:200]}"
        tried += 1
    assert tried > 45 and everything() == before


def test_a_viewer_reads_everything(rendered_world):
    vi = client_of(rendered_world.vi)
    schema, ops = operations(vi)
    for method, path, op in ops:
        if method == "get":
            assert send(vi, method, path, op, schema, rendered_world).status_code in ((403,) if path in OWNERS else (200, 202)), path


def pages(w):
    """Every page pattern with its ids filled in."""
    by_start = {"spaces": w.space.pk, "definitions": w.draft.pk, "kits": w.kit.pk, "tasks": w.task.pk, "runs": w.run.pk, "jobs": w.job.pk, "candidates": w.candidates[0].pk, "renders": w.rendered.pk, "sketch": w.draft.pk, "templates": w.template.pk, "calls": w.call.pk}
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", []):
            route = str(inner.pattern)
            first = route.split("/")[0]
            if str(pattern.pattern) or (first in ("", "sign-in", "sign-out", "files", "settings", "templates") and "kind" not in route):
                continue
            url = route.replace("<str:p>", str(w.project.pk)).replace("<str:kind>", "character").replace("<str:format>", "png").replace("<uuid:user>", str(w.art.pk))
            url = url.replace("<uuid:p>", str(w.space.pk)).replace("<str:code>", "bfl").replace("<str:verb>", {"runs": "cancel", "candidates": "approve", "projects": "test", "spaces": "test", "renders": "discard"}.get(first, "x"))
            if first == "projects":
                url = url.replace("<str:stage>", "panel").replace("<str:name>", "Mara").replace("<int:number>", "1").replace("<uuid:pk>", str(w.prompt.pk if "prompts" in route else w.guide.pk if "guide" in route else w.refs.pk if "look" in route else w.webhook.pk if "webhooks" in route else w.export.pk if "exports" in route else w.ink.pk if "styles" in route else w.rendered.asset_id if "files" in route else w.clone.pk))
            yield inner.name, "/" + url.replace("<uuid:pk>", str(by_start.get(first, uuid.uuid4())))


WRITE_PAGES = {"space-edit", "space-member", "definition-new", "definition-edit", "definition-move", "definition-version", "project-new", "project-edit", "project-import", "project-variant",
               "project-style", "definition-views", "definition-revert", "definition-kit", "definition-template", "template-edit", "template-move", "project-style-update", "project-rebase", "project-pin", "project-file", "kit-act",
               "project-files", "provider", "provider-act", "project-prompt", "project-prompt-act", "project-webhooks", "project-webhook", "project-webhook-act", "project-bible-edit", "project-bible-import", "project-bible-revision", "project-bible-new", "project-bible-person", "project-bible-sync", "project-bible-act", "review-waiting", "look", "guide", "guide-new", "look-act", "project-audit", "space-audit", "space-audit-export", "project-exports", "project-export", "project-export-drop", "space-packages", "project-storage", "project-storage-act", "space-provider", "space-provider-act", "call-write-off", "knockout", "gallery-bulk", "task-new", "task-edit", "task-delete", "task-render", "run-act", "decide", "render-act"}


def test_pages_are_walls_too(rendered_world):
    sam, vi, anonymous = client_of(rendered_world.sam), client_of(rendered_world.vi), Client()
    before, seen = everything(), set()
    for name, url in pages(rendered_world):
        if name == "space-new":
            continue
        seen.add(name)
        assert anonymous.post(url).status_code in (302, 405), url
        assert {sam.get(url).status_code, sam.post(url).status_code} <= {404, 405}, url
        if name in WRITE_PAGES:
            assert vi.post(url).status_code == 403, url
        else:
            assert vi.get(url).status_code in (200, 202, 302), url
    assert seen >= WRITE_PAGES and everything() == before


def test_the_desk_is_for_curators(rendered_world):
    for name, status in (("vi", 302), ("art", 302), ("cleo", 200), ("ana", 200)):
        assert client_of(getattr(rendered_world, name)).get("/admin/spaces/avatarkit/").status_code == status
    sam = client_of(rendered_world.sam)
    assert b"Mara default" not in sam.get("/admin/spaces/avatarkit/").content
    assert sam.get(f"/admin/spaces/avatarkit/{rendered_world.kit.pk}/change/").status_code == 302
    assert sam.post(f"/admin/spaces/avatarkit/{rendered_world.kit.pk}/act", {"verb": "archive"}).status_code == 404


@pytest.mark.parametrize("scopes, method, status", [(["read"], "get", 200), (["read"], "post", 403), (["read", "write"], "post", 201)])
def test_a_token_does_what_its_scopes_say(world, scopes, method, status):
    from spaces.domain import people

    _, plain = people.make_token(world.ana, name="t", scopes=scopes)
    headers = {"Authorization": f"Bearer {plain}"}
    answer = getattr(Client(), method)("/api/spaces", **({"data": {"name": "New"}, "content_type": "application/json"} if method == "post" else {}), headers=headers)
    assert answer.status_code == status


def test_a_browser_session_needs_the_csrf_token(world):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.ana)
    assert strict.post("/api/spaces", data={"name": "x"}, content_type="application/json").status_code == 403
