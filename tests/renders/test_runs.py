"""From a task to an approved panel, and what happens when things go wrong on the way."""

import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image

from iat.kernel import enter
from iat.kernel.errors import Refused
from renders.domain import candidates, rendered, runs
from renders.imaging import png
from renders.lifecycles import RENDERED
from renders.models import QualityReport, RenderedAsset, RenderedSource, Run, RunCandidate
from renders.pipeline import plan, recovery, runner
from spaces.domain import sweeping
from spaces.models import Asset, AssetLink
from tests.conftest import client_of, picture

SMALL = plan.Wish(candidates=2, width=256, height=256)


@pytest.fixture
def inside(world):
    with enter.in_project(world.project):
        yield world


def start(w, **wish):
    return runner.start([w.task], plan.Wish(**{"candidates": 2, "width": 256, "height": 256, **wish}), by=w.art)


def test_a_run_ends_with_a_draft_and_its_whole_record(rendered_world, files):
    w = rendered_world
    with enter.in_project(w.project):
        assert (w.run.status, w.job.status, w.task.status, [c.status for c in w.candidates]) == ("done", "done", "completed", ["done", "done"])
        assert w.rendered.state == "draft" and w.rendered.candidate.candidate_index == w.job.selected_candidate_index
        source = RenderedSource.objects.get(rendered=w.rendered)
        assert (source.definition_id, source.root_id, source.kit_id, source.definition_revision) == (w.variant.pk, w.mara.pk, w.kit.pk, w.variant.revision)
        stages = list(Asset.objects.filter(kind="generated", metadata__candidate=str(w.candidates[0].pk)).values_list("metadata__stage", flat=True))
        assert sorted(stages) == ["compose", "light", "style_lock", "weather"]
        final = w.candidates[0].final_asset
        assert [u.metadata.get("stage") or u.kind for u in runner.assets.ancestors(final)] == ["weather", "light", "style_lock", "compose", "reference"]
        assert QualityReport.objects.filter(report_type="output_guard").count() == 2
        data = files.read(final.storage_uri)
        for stage in Asset.objects.filter(kind="generated"):
            assert b"Storyboard drawing" in files.read(stage.storage_uri)
    texts = png.read_texts(data)
    assert "Storyboard drawing" in texts["Description"] and str(w.run.pk) in texts["iat:lineage"] and str(w.anchor.pk) not in texts["Description"]
    assert "digitalsourcetype/composite" in texts["XML:com.adobe.xmp"]
    assert Image.open(io.BytesIO(data)).size == (256, 256)


def test_the_plan_uses_the_happy_picture_for_the_happy_variant(inside):
    found = plan.make(plan.shot_of(inside.task), SMALL)
    member = found.snapshot["cast"][0]
    assert (member["expression"], member["picture"]["expression"], member["kit"]["id"]) == ("happy", "happy", str(inside.kit.pk))
    assert plan.make(plan.shot_of(inside.task), SMALL).digest == found.digest
    assert found.cost_usd == 0.0 and Run.objects.count() == 0


def test_a_rerun_repeats_snapshot_seeds_and_pixels(rendered_world, files):
    w = rendered_world
    with enter.in_project(w.project):
        again = runs.rerun(w.run, by=w.art, now=timezone.now())
        assert again.digest == w.run.digest
        for c in RunCandidate.objects.filter(job__run=again):
            runner.work(c.pk)

        def pixels(run):
            rows = RunCandidate.objects.filter(job__run=run).select_related("final_asset").order_by("candidate_index")
            return [Image.open(io.BytesIO(files.read(c.final_asset.storage_uri))).tobytes() for c in rows]

        assert pixels(again) == pixels(w.run)


def test_doing_a_candidate_twice_changes_nothing(rendered_world, files):
    w = rendered_world
    with enter.in_project(w.project):
        before = (Asset.objects.count(), AssetLink.objects.count(), RenderedAsset.objects.count(), sorted(p for p, _ in files.walk()))
        assert [runner.work(c.pk) for c in w.candidates] == ["not mine", "not mine"]
        runner.settle(w.job.pk)
        assert (Asset.objects.count(), AssetLink.objects.count(), RenderedAsset.objects.count(), sorted(p for p, _ in files.walk())) == before


def test_an_expired_lease_is_taken_over_and_the_late_one_is_dropped(inside, files):
    run = start(inside, candidates=1)
    pk = RunCandidate.objects.get(job__run=run).pk
    slow = runner.claim(pk, now=timezone.now() - dt.timedelta(hours=1))
    assert runner.claim(pk, now=timezone.now() - dt.timedelta(hours=1)) is None
    assert runner.work(pk) == "generated"
    with pytest.raises(runner.LeaseLost):
        runner._make(slow)
    fresh = RunCandidate.objects.get(pk=pk)
    assert fresh.status == "done" and fresh.attempt == 2 and files.exists(fresh.final_asset.storage_uri)


def test_the_sweeper_gives_lost_work_out_again(inside, django_capture_on_commit_callbacks):
    run = start(inside, candidates=3)
    a, b, c = RunCandidate.objects.filter(job__run=run).order_by("candidate_index")
    now = timezone.now()
    RunCandidate.objects.filter(pk=a.pk).update(status="running", lease_until=now - dt.timedelta(seconds=1))
    RunCandidate.objects.filter(pk=b.pk).update(nudged_at=now - dt.timedelta(seconds=recovery.NUDGE_AGAIN_S + 1))
    with enter.everywhere("test"):
        assert recovery.sweep(now=now) == {"released": 0, "nudged": 2, "unsettled": 0}
        assert recovery.sweep(now=now, eager=True)["nudged"] == 3
    assert c.status == "planned"


def test_a_dead_workers_candidate_is_released_at_once(inside):
    import subprocess

    child = subprocess.Popen(["true"])
    child.wait()
    run = start(inside, candidates=1)
    pk = RunCandidate.objects.get(job__run=run).pk
    runner.claim(pk, now=timezone.now())
    mine = RunCandidate.objects.get(pk=pk).lease_owner
    assert not recovery.is_dead(mine)
    RunCandidate.objects.filter(pk=pk).update(lease_owner=":".join([mine.split(":")[0], str(child.pid), "1"]))
    with enter.everywhere("test"):
        assert recovery.sweep(now=timezone.now())["released"] == 1
    assert runner.work(pk) == "generated"
    assert not recovery.is_dead("elsewhere:1:1")


def test_a_settlement_that_was_lost_is_made_up(inside):
    run = start(inside, candidates=1)
    candidate = RunCandidate.objects.select_related("job__run", "job__project__space", "job__task").get(job__run=run)
    claimed = runner.claim(candidate.pk, now=timezone.now())
    runs.started(run)
    run.jobs.update(status="running")
    runner._make(claimed)
    assert run.jobs.get().status == "running"
    with enter.everywhere("test"):
        assert recovery.sweep(now=timezone.now())["unsettled"] == 1
    runner.settle(run.jobs.get().pk)
    run.refresh_from_db()
    assert run.status == "done"


def test_cancel_stops_what_is_planned_and_drops_what_is_being_drawn(inside, files):
    run = start(inside, candidates=2)
    first, second = RunCandidate.objects.filter(job__run=run).order_by("candidate_index")
    drawing = runner.claim(first.pk, now=timezone.now())
    runs.started(run)
    run.refresh_from_db()
    runs.cancel(run, by=inside.art)
    with pytest.raises(runner.LeaseLost):
        runner._make(drawing)
    assert runner.work(second.pk) == "not mine"
    inside.task.refresh_from_db()
    assert (run.status, inside.task.status, Asset.objects.filter(kind__in=["final", "generated"]).count()) == ("canceled", "pending", 0)
    assert not [p for p, _ in files.walk() if str(inside.project.pk.hex[:8]) in p and "compose" not in p and "outputs" in p]
    with pytest.raises(Refused):
        runs.cancel(run, by=inside.art)


def test_a_candidate_that_kills_its_worker_is_given_up(inside):
    run = start(inside, candidates=1)
    RunCandidate.objects.filter(job__run=run).update(attempt=runner.ATTEMPTS)
    assert runner.work(RunCandidate.objects.get(job__run=run).pk) == "failed"
    run.refresh_from_db()
    assert run.status == "failed"
    runs.retry(run, by=inside.art, now=timezone.now())
    assert runner.work(RunCandidate.objects.get(job__run=run).pk) == "generated"
    run.refresh_from_db()
    assert run.status == "done"


def test_twins_are_held_back(inside):
    run = start(inside, candidates=2)
    rows = list(RunCandidate.objects.filter(job__run=run).order_by("candidate_index"))
    runner.work(rows[0].pk)
    mark = RunCandidate.objects.get(pk=rows[0].pk).meta["fingerprint"]
    RunCandidate.objects.filter(pk=rows[1].pk).update(status="generated", meta={"fingerprint": mark}, rank_hard_failures=0)
    runner.settle(run.jobs.get().pk)
    rows[1].refresh_from_db()
    assert (rows[1].status, rows[1].error) == ("failed_output_guard", "It is the same picture as candidate 1.")


def test_a_person_outranks_the_machine(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        other = next(c for c in w.candidates if c.candidate_index != w.job.selected_candidate_index)
        panel = candidates.approve(other, by=w.art)
        w.job.refresh_from_db()
        w.rendered.refresh_from_db()
        assert (panel.state, panel.is_final_panel, w.job.selected_candidate_index, w.rendered.state) == ("approved", True, other.candidate_index, "discarded")
        assert [r.summary["decision"] for r in QualityReport.objects.filter(report_type="human_review")] == ["approved"]
        with pytest.raises(Refused):
            RENDERED.move(panel, "discarded", by=w.art)


def test_a_discard_can_be_undone(rendered_world):
    w = rendered_world
    pick = w.candidates[w.job.selected_candidate_index]
    with enter.in_project(w.project):
        candidates.discard(pick, by=w.art)
        w.rendered.refresh_from_db()
        assert w.rendered.state == "discarded"
        candidates.undo_discard(pick, by=w.art)
        w.rendered.refresh_from_db()
        assert w.rendered.state == "draft"
        candidates.rate(pick, stars=4, by=w.art)
        assert RenderedAsset.objects.get(pk=w.rendered.pk).rating == 4


def test_lineage_keeps_what_was_really_used(rendered_world):
    w = rendered_world
    from spaces.domain import definitions

    with enter.in_project(w.project):
        definitions.edit(w.variant, by=w.art, description="changed afterwards")
    told = client_of(w.vi).get(f"/api/renders/{w.rendered.pk}").json()
    source = told["sources"][0]
    assert (source["definition"]["id"], source["clone"]["id"], source["canon"]["id"], source["changed_since"]) == (str(w.variant.pk), str(w.clone.pk), str(w.mara.pk), True)
    assert source["anchor_ids"] == [str(w.anchor.pk)]


def test_a_plate_is_inherited_by_clones_and_used(world, files):
    with enter.in_space(world.space):
        view = rendered.set_base_view(world.street, view="wide", data=picture(300, 200, mode="RGB"), by=world.cleo)
    from projects.domain import imports, projects

    with enter.in_space(world.space):
        second = projects.create(world.space, name="Second", by=world.art)
    with enter.in_project(second):
        place = imports.bring_in(second, by=world.art, characters=[], scenes=[world.street.pk], styles=[]).scenes[0]
        from renders.domain import tasks

        task = tasks.create(second, name="T", scene_id=place.pk, by=world.art)
        assert plan.make(plan.shot_of(task), SMALL).snapshot["scene"]["plate"]["asset_id"] == str(view.rendered_asset.asset_id)
    assert client_of(world.vi).get(f"/sketch/{place.pk}")["Location"].startswith(f"/api/assets/{view.rendered_asset.asset_id}/thumbnail")


def test_the_same_idempotency_key_starts_one_run(inside):
    client = client_of(inside.art)
    url, headers = f"/api/tasks/{inside.task.pk}/render", {"Idempotency-Key": "k1"}
    body = {"candidates": 1, "width": 256, "height": 256}
    first = client.post(url, data=body, content_type="application/json", headers=headers)
    again = client.post(url, data=body, content_type="application/json", headers=headers)
    assert first.status_code == 202 and first.json() == again.json() and Run.objects.count() == 1
    assert client.post(url, data={**body, "candidates": 2}, content_type="application/json", headers=headers).status_code == 409


def test_strays_are_swept_and_known_files_stay(rendered_world, files):
    files.write("projects/nobody/outputs/stray.png", b"x")
    with enter.everywhere("test"):
        assert sweeping.strays(files, now=timezone.now().timestamp() + 7200, older_than_s=3600) == ["projects/nobody/outputs/stray.png"]
        assert sweeping.strays(files, now=timezone.now().timestamp(), older_than_s=3600) == []
        assert sweeping.sweep(files, now=timezone.now().timestamp() + 7200) >= 1
        assert not files.exists("projects/nobody/outputs/stray.png") and sweeping.missing(files) == []


def test_thumbnails_are_made_by_the_worker_never_by_the_request(world, files):
    from renders.domain import files as work

    client, asset = client_of(world.vi), world.anchor.asset
    assert client.get(f"/api/assets/{asset.pk}/thumbnail?size=256")["Content-Type"] == "image/svg+xml"
    with enter.in_space(world.space):
        work.make_thumbs(asset.pk, now=timezone.now())
    answer = client.get(f"/api/assets/{asset.pk}/thumbnail?size=256")
    assert answer["Content-Type"] == "image/webp" and client.get(f"/api/assets/{asset.pk}/thumbnail?size=256", headers={"If-None-Match": answer["ETag"]}).status_code == 304
