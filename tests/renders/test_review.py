"""Looking closer and deciding in pairs."""

import io

from PIL import Image

from iat.kernel import enter
from renders.models import QualityReport, RunJob
from renders.queries import board
from tests.conftest import client_of


def test_a_knockout_ends_with_a_pick_and_keeps_every_choice(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    url = f"/jobs/{w.job.pk}/knockout"
    page = art.get(url).content.decode()
    assert "Pair 1 of 1" in page and page.count("data-duel") == 2
    first = w.candidates[0]
    answer = art.post(url, {"best": "0", "after": "0", "prefer": "challenger"})
    assert answer.status_code == 302 and answer["Location"].endswith("?best=1&after=1")
    assert "Candidate 2 won" in art.get(answer["Location"]).content.decode()
    art.post(url, {"best": "1", "after": "9999", "prefer": "pick"})
    with enter.in_project(w.project):
        job = RunJob.objects.get(pk=w.job.pk)
        assert job.selected_candidate_index == 1
        told = QualityReport.objects.filter(report_type="human_review").order_by("created_at").values_list("summary", flat=True)
        assert list(told) == [{"decision": "preferred", "over": str(first.pk)}, {"decision": "selected"}]
        assert [x.decision for x in board.desk(job).looks] == ["", "selected"]


def test_pairs_by_api(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    a, b = (str(c.pk) for c in w.candidates)
    url = f"/api/jobs/{w.job.pk}/compare"
    assert art.post(url, {"winner": a, "loser": b}, content_type="application/json").status_code == 200
    wrong = art.post(url, {"winner": a, "loser": str(w.mara.pk)}, content_type="application/json")
    assert wrong.status_code == 422 and wrong.json()["errors"][0]["pointer"] == "/loser"
    assert art.post(url, {"winner": a, "loser": a}, content_type="application/json").status_code == 422
    told = art.get(f"/api/projects/{w.project.pk}/quality-reports").json()["items"]
    assert told[0]["summary"]["decision"] == "preferred" and told[0]["author"] == "art" and {t["report_type"] for t in told} == {"output_guard", "model_score", "human_review"}


def test_agreement_of_machine_and_people(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    assert art.get(f"/api/projects/{w.project.pk}/agreement").json() == {"same": 0, "decided": 0, "share": 0.0}
    with enter.in_project(w.project):
        pick = RunJob.objects.get(pk=w.job.pk).selected_candidate_index
    art.post(f"/api/candidates/{w.candidates[pick].pk}/approve")
    assert art.get(f"/api/projects/{w.project.pk}/agreement").json() == {"same": 1, "decided": 1, "share": 1.0}
    assert "100 %" in art.get(f"/jobs/{w.job.pk}/review").content.decode()


def test_the_heat_map_shows_where_the_guide_objects(rendered_world):
    from projects.domain import projects

    w, vi = rendered_world, client_of(rendered_world.vi)
    url = f"/api/candidates/{w.candidates[0].pk}/heat"
    calm = Image.open(io.BytesIO(vi.get(url).content))
    assert calm.mode == "RGBA" and calm.width == 256
    with enter.in_project(w.project):
        projects.set_guide(w.project, name="Grey", by=w.art, given={"chroma_limit": 1})
        run = w.run
        run.settings_snapshot["jobs"][0]["guide"] = {"rules": {"chroma_limit": 1}}
        run.save()
    hot = Image.open(io.BytesIO(vi.get(url).content))
    assert sum(hot.getchannel("A").histogram()[1:]) > sum(calm.getchannel("A").histogram()[1:])


def test_a_discard_goes_on_to_the_next_and_knows_its_way_back(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    answer = art.post(f"/candidates/{w.candidates[0].pk}/discard")
    assert answer["Location"].endswith("?at=1&last=0")
    assert 'data-last="0"' in art.get(answer["Location"]).content.decode()
