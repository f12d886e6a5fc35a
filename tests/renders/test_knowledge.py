"""Style guides that are learned, reference sets that generators are given, and how a project is doing."""

import numpy as np
import pytest

from iat.kernel import enter
from projects.domain import accounts
from renders.domain import candidates
from renders.imaging import colour, guard, learning
from renders.models import RunCandidate
from renders.pipeline import plan, runner
from renders.providers.registry import remote
from spaces.domain import assets
from tests.conftest import client_of, picture
from tests.renders.wires import SERVERS


def flat(*colours):
    """Stripes of colours, as pixels."""
    return np.repeat(np.repeat(np.array([[colour.rgb(c) for c in colours]], np.uint8), 64, axis=0), 240 // len(colours), axis=1)


def test_a_guide_is_learned_out_of_pictures_and_fits_them():
    shown = ["#1b1a1e", "#f4ead6", "#b7472a", "#3a6ea5"]
    told = learning.rules_of([flat(*shown), flat(*reversed(shown))])
    assert sorted(told["palette"]) == sorted(shown) and told == learning.rules_of([flat(*shown), flat(*reversed(shown))])
    chroma = {c: float(np.hypot(*colour.to_lab(flat(c))[0, 0, 1:])) for c in shown}
    assert max(chroma.values()) <= told["chroma_limit"] <= max(chroma.values()) + 2
    verdict = guard.Verdict()
    guard._colour(verdict, colour.to_lab(flat(*shown)), guard.Demands(240, 64, False, told["chroma_limit"], told["luminance_min"], told["luminance_max"], tuple(told["palette"]), told["palette_tolerance"]))
    assert verdict.soft == [] and verdict.chroma_exceed == 0.0
    with pytest.raises(ValueError):
        learning.rules_of([])


def test_a_project_learns_from_what_it_approved(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    path = f"/api/projects/{w.project.pk}/style-guides"
    assert art.post(f"{path}/learn", content_type="application/json").status_code == 409
    with enter.in_project(w.project):
        candidates.approve(w.candidates[0], by=w.art)
    rules = art.post(f"{path}/learn", content_type="application/json").json()["rules"]
    assert 2 <= len(rules["palette"]) <= 8 and 0 < rules["chroma_limit"] <= 150 and rules["text_allowed"] is False
    assert [g["name"] for g in art.get(path).json()["items"]] == ["Ink only"]
    assert art.put(path, {"name": "Learned", "rules": rules}, content_type="application/json").status_code == 200
    assert art.post(f"{path}/learn", {"asset_ids": [str(w.other.pk)]}, content_type="application/json").status_code == 422
    page = art.get(f"/projects/{w.project.pk}/look/guide?learn=1").content.decode()
    assert rules["palette"][0] in page and "Proposed" in page
    saved = art.post(f"/projects/{w.project.pk}/look/guide", {"name": "By hand", "palette": "#112233, #445566", "palette_tolerance": 20, "chroma_limit": 40, "luminance_min": 0, "luminance_max": 100, "is_default": "on"})
    assert saved.status_code == 302
    guides = art.get(path).json()["items"]
    assert [(g["name"], g["is_default"]) for g in guides] == [("By hand", True), ("Ink only", False), ("Learned", False)] and guides[0]["rules"]["palette"] == ["#112233", "#445566"]
    wrong = art.post(f"/projects/{w.project.pk}/look/guide", {"name": "x", "palette": "red", "palette_tolerance": 20, "chroma_limit": 40, "luminance_min": 0, "luminance_max": 100})
    assert wrong.status_code == 409 and "red" in wrong.content.decode()
    assert art.delete(f"/api/style-guides/{guides[2]['id']}").status_code == 204


def test_reference_sets_reach_the_generator_by_weight(world):
    art = client_of(world.art)
    made = art.post(f"/api/projects/{world.project.pk}/reference-sets", {"name": "Lamps", "kind": "lighting"}, content_type="application/json").json()
    assert art.post(f"/api/projects/{world.project.pk}/reference-sets", {"name": "Lamps"}, content_type="application/json").status_code == 409
    with enter.in_project(world.project):
        light, heavy, none = (assets.upload(world.space, project=world.project, data=picture(colour=(n, 80, 90, 255)), name=f"{n}.png", kind="reference", by=world.art) for n in (10, 20, 30))
    for asset, weight in ((light, 0.2), (heavy, 0.9), (none, 0.0)):
        assert art.put(f"/api/reference-sets/{made['id']}/items/{asset.pk}", {"weight": weight}, content_type="application/json").status_code == 200
    assert art.put(f"/api/reference-sets/{made['id']}/items/{light.pk}", {"weight": 1.5}, content_type="application/json").status_code == 422
    assert art.put(f"/api/reference-sets/{made['id']}/items/{world.other.pk}", {}, content_type="application/json").status_code == 422
    assert [i["asset_id"] for i in art.get(f"/api/reference-sets/{made['id']}").json()["items"]] == [str(heavy.pk), str(light.pk), str(none.pk)]
    with SERVERS["bfl"]() as server, enter.in_project(world.project):
        accounts.put(world.project, "bfl", by=world.ana, config=remote("bfl").Config(base_url=server.url).model_dump(mode="json"), concurrent=2, per_minute=0)
        accounts.put_secret(world.project, "bfl", "key", value=server.secrets["key"], by=world.ana)
        wish = plan.Wish(candidates=1, width=256, height=320, provider_code="bfl")
        told = plan.make(plan.shot_of(world.task), wish)
        assert [r["asset_id"] for r in told.snapshot["references"]] == [str(heavy.pk), str(light.pk)] and told.references == 4
        run = runner.start([world.task], wish, by=world.art)
        runner.work(RunCandidate.objects.get(job__run=run).pk)
        assert "image 3 shows the lighting of Lamps" in server.orders[0]["prompt"]
    art.patch(f"/api/reference-sets/{made['id']}", {"is_active": False}, content_type="application/json")
    with enter.in_project(world.project):
        world.task.refresh_from_db()
        assert "references" not in plan.make(plan.shot_of(world.task), plan.Wish()).snapshot
    assert art.delete(f"/api/reference-sets/{made['id']}").status_code == 204


def test_analytics_count_what_happened(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    path = f"/api/projects/{w.project.pk}/analytics"
    before = art.get(path).json()
    assert before["guard"] == {"good": 2, "all": 2, "share": 1.0} and before["people"] == {"good": 0, "all": 0, "share": None}
    with enter.in_project(w.project):
        candidates.discard(w.candidates[w.job.selected_candidate_index], by=w.art)
        candidates.approve(w.candidates[1 - w.job.selected_candidate_index], by=w.art)
    told = art.get(path).json()
    assert told["people"] == {"good": 1, "all": 2, "share": 0.5} and told["first_try"] == {"good": 0, "all": 1, "share": 0.0}
    assert [(r["name"], r["pictures"], r["kept"]["share"]) for r in told["identities"]] == [("Mara", 2, 0.5)] and 0 < told["identities"][0]["likeness"] <= 1
    assert [(r["provider_code"], r["pictures"]) for r in told["providers"]] == [("storyboard", 2)]
    assert len(told["weeks"]) == 12 and told["weeks"][-1]["pictures"] == 2 and told["weeks"][0] == {"week": told["weeks"][0]["week"], "pictures": 0, "kept": {"good": 0, "all": 0, "share": None}, "likeness": None, "chroma_exceed": None}
    page = art.get(f"/projects/{w.project.pk}/analytics").content.decode()
    assert "50%" in page and "Mara" in page
