"""Whole runs with a paid provider's local server: from the plan to the panel, and everything that goes wrong on the way."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from iat.kernel import enter, filestore
from iat.kernel.errors import Refused
from projects.domain import accounts, costs
from projects.models import CostEvent, ProviderAccount
from renders.domain import calls, gateway, runs
from renders.imaging import png
from renders.models import ProviderCall, QualityReport, RenderedAsset, RunCandidate
from renders.pipeline import plan, recovery, runner
from renders.providers.registry import PROVIDERS, remote
from spaces.domain import assets
from spaces.models import Asset
from tests.conftest import client_of
from tests.renders.wires import SERVERS


def set_up(world, code, server, **more):
    connector = remote(code)
    accounts.put(world.project, code, by=world.ana, config=connector.Config(base_url=server.url).model_dump(mode="json"), concurrent=8, per_minute=0, **more)
    for name, value in server.secrets.items():
        accounts.put_secret(world.project, code, name, value=value, by=world.ana)


def work(run):
    """Every candidate that may be drawn now."""
    for candidate in RunCandidate.objects.filter(job__run=run, status="planned").order_by("candidate_index"):
        runner.work(candidate.pk)
    run.refresh_from_db()
    return run


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(gateway, "FIRST_PAUSE_S", 0.02)
    for code in SERVERS:
        monkeypatch.setattr(type(PROVIDERS.get(code)), "read_s", 0.7)


@pytest.fixture
def bfl(world, quick):
    with SERVERS["bfl"]() as server, enter.in_project(world.project):
        set_up(world, "bfl", server)
        yield server


WISH = plan.Wish(candidates=2, width=256, height=320, provider_code="bfl")


def test_from_the_plan_to_the_panel(world, bfl):
    told = plan.make(plan.shot_of(world.task), WISH)
    assert told.references == 2 and told.cost_usd == pytest.approx(2 * 0.06) and told.snapshot["model"] == "flux-2-pro"
    assert "secret" not in str(told.snapshot) and told.snapshot["settings"] == {"model": "flux-2-pro", "safety_tolerance": 2}
    assert bfl.seen == []
    run = work(runner.start([world.task], WISH, by=world.art))
    assert run.status == "done" and len(bfl.orders) == 2
    sent = bfl.orders[0]
    assert "image 1 shows Mara" in sent["prompt"] and {"input_image", "input_image_2"} <= set(sent) and (sent["width"], sent["height"]) == (256, 320)
    first = RunCandidate.objects.filter(job__run=run).select_related("output_asset", "final_asset").order_by("candidate_index")[0]
    assert first.meta["provider"] == "bfl" and first.meta["facts"]["fitted"]
    original = filestore.store().read(first.output_asset.storage_uri)
    assert first.output_asset.metadata["stage"] == "original" and Image.open(io.BytesIO(original)).size == (96, 96) and "iat:lineage" not in png.read_texts(original)
    final = filestore.store().read(first.final_asset.storage_uri)
    texts = png.read_texts(final)
    assert Image.open(io.BytesIO(final)).size == (256, 320) and "compositeWithTrainedAlgorithmicMedia" in texts["XML:com.adobe.xmp"] and '"provider":"bfl"' in texts["iat:lineage"]
    assert {a.pk for a in assets.ancestors(first.final_asset)} >= {first.output_asset_id, world.anchor.asset_id}
    assert {(e.run_id, float(e.cost_usd), e.is_settled, e.is_estimate) for e in CostEvent.objects.all()} == {(run.pk, 0.045, True, False)}
    row = RenderedAsset.objects.get(job__run=run)
    assert row.generation_context["model"] == "flux-2-pro" and QualityReport.objects.filter(run=run, report_type="output_guard").count() == 2


def test_a_provider_that_is_not_set_up_is_told_before_anything_happens(world, quick):
    with enter.in_project(world.project):
        with pytest.raises(Refused, match="not set up here"):
            plan.make(plan.shot_of(world.task), WISH)
        world.task.refresh_from_db()
        assert world.task.status == "pending" and not ProviderCall.objects.exists()
    answer = client_of(world.art).post(f"/api/tasks/{world.task.pk}/render", {"provider_code": "bfl"}, content_type="application/json")
    assert answer.status_code == 409 and "An owner enables it" in answer.json()["detail"]


def test_a_run_that_would_pass_the_budget_waits_for_a_person(world, bfl):
    costs.set_budget(world.project, costs.Decimal("0.07"), by=world.ana)
    run = work(runner.start([world.task], WISH, by=world.art))
    assert run.status == "running" and run.held_at and "Raise the budget" in run.held_why and len(bfl.orders) == 1
    assert sorted(RunCandidate.objects.filter(job__run=run).values_list("status", flat=True)) == ["generated", "planned"]
    assert recovery.sweep(now=timezone.now())["nudged"] == 0
    page = client_of(world.art).get(f"/runs/{run.pk}").content.decode()
    assert "Raise the budget" in page and "Go on" in page
    costs.set_budget(world.project, costs.Decimal(1), by=world.ana)
    with enter.in_project(world.project):
        runs.resume(run, by=world.art)
        assert work(run).status == "done" and len(bfl.orders) == 2


def test_trouble_that_passes_is_waited_out(world, bfl):
    bfl.trouble += ["503", "429"]
    run = work(runner.start([world.task], WISH, by=world.art))
    assert run.status == "running" and bfl.orders == []
    waiting = list(RunCandidate.objects.filter(job__run=run))
    assert {(c.status, c.stage, c.attempt) for c in waiting} == {("planned", "waiting", 0)} and all(c.not_before and c.error for c in waiting)
    assert runner.work(waiting[0].pk) == "not mine"
    RunCandidate.objects.update(not_before=None)
    ProviderAccount.objects.update(resting_until=None)
    assert work(run).status == "done" and len(bfl.orders) == 2


def test_an_order_nobody_knows_the_end_of_waits_for_a_person(world, bfl):
    bfl.trouble.append("cut")
    run = work(runner.start([world.task], WISH, by=world.art))
    assert run.status == "done" and len(bfl.orders) == 2
    lost = RunCandidate.objects.get(job__run=run, status="failed")
    assert "may have been done and billed" in lost.error
    call = ProviderCall.objects.get(candidate=lost)
    assert call.status == "unknown" and float(costs.spent(world.project.pk)) == pytest.approx(0.06 + 0.045)
    assert "Nobody knows how an order ended" in client_of(world.vi).get(f"/runs/{run.pk}").content.decode()


def test_a_retry_after_unknown_orders_only_what_was_written_off(world, bfl):
    bfl.trouble += ["cut", "cut"]
    run = work(runner.start([world.task], WISH, by=world.art))
    assert run.status == "failed" and len(bfl.orders) == 2
    runs.retry(run, by=world.art, now=timezone.now())
    assert work(run).status == "failed" and len(bfl.orders) == 2
    first = ProviderCall.objects.filter(status="unknown").order_by("created_at")[0]
    answer = client_of(world.art).post(f"/api/calls/{first.pk}/write-off")
    assert answer.status_code == 200 and answer.json()["outcome"] == "lost"
    with enter.in_project(world.project):
        runs.retry(run, by=world.art, now=timezone.now())
        assert work(run).status == "done" and len(bfl.orders) == 3


def test_the_next_provider_takes_over_where_one_refuses(world, bfl):
    with SERVERS["openai"]() as other:
        set_up(world, "openai", other, priority=200)
        bfl.trouble += ["402", "402"]
        run = work(runner.start([world.task], WISH, by=world.art))
        assert run.status == "done" and (len(bfl.orders), len(other.orders)) == (0, 2)
        first = RunCandidate.objects.filter(job__run=run)[0]
        assert first.meta["provider"] == "openai" and "no credit" in first.meta["facts"]["fallback_after"][0]
        bfl.trouble += ["moderated_in", "moderated_in"]
        world.task.refresh_from_db()
        again = work(runner.start([world.task], WISH, by=world.art))
        assert again.status == "failed" and len(other.orders) == 2


def test_a_dead_worker_leaves_an_order_that_the_next_one_goes_on_with(world, quick):
    """What is stored after each step is all the next worker has; here it takes over at both."""
    with SERVERS["replicate"]() as server, enter.in_project(world.project):
        set_up(world, "replicate", server)
        wish = plan.Wish(candidates=1, width=256, height=256, provider_code="replicate")
        server.trouble.append("stuck")
        run = runner.start([world.task], wish, by=world.art)
        candidate = RunCandidate.objects.get(job__run=run)
        seen = []

        class Dead(BaseException):
            """As a power cut: no except clause of ours runs to its end."""

        def dies(at):
            def hold(seconds):
                seen.append(ProviderCall.objects.get().status)
                if seen[-1] == at and seen.count(at) == 2:
                    raise Dead
            return hold

        from renders.pipeline import drawing

        claimed = runner.claim(candidate.pk, now=timezone.now())
        with pytest.raises(Dead):
            drawing.draw(claimed, runs.snapshot_of(claimed.job), dies("waiting"))
        call = ProviderCall.objects.get()
        assert call.status == "waiting" and call.remote_id and len(server.orders) == 1
        server.jobs[call.remote_id]["fate"] = ""
        RunCandidate.objects.update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
        runner.work(candidate.pk)
        run.refresh_from_db()
        assert run.status == "done" and len(server.orders) == 1
        world.task.refresh_from_db()
        again = runner.start([world.task], wish, by=world.art)
        second = RunCandidate.objects.get(job__run=again)
        claimed = runner.claim(second.pk, now=timezone.now())
        unit = drawing.unit_of(claimed)
        given = drawing.references(runs.snapshot_of(claimed.job))
        order = calls.plan(unit, "edit", ProviderAccount.objects.get(), "x")
        ask = drawing.ask_of(claimed, runs.snapshot_of(claimed.job), given, str(order.idempotency_key))
        calls.send(order, ask, 0.04, now=timezone.now())
        with gateway.wired(remote("replicate"), ProviderAccount.objects.get(), remote("replicate").Config(base_url=server.url)) as wire:
            remote("replicate").start(wire, ask, remote("replicate").Config(base_url=server.url))
        RunCandidate.objects.update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
        runner.work(second.pk)
        again.refresh_from_db()
        assert again.status == "done" and len(server.orders) == 2 and CostEvent.objects.count() == 2


def test_canceling_stops_the_order_at_the_provider(world, quick):
    with SERVERS["comfyui"]() as server, enter.in_project(world.project):
        set_up(world, "comfyui", server)
        server.trouble.append("stuck")
        run = runner.start([world.task], plan.Wish(candidates=1, width=256, height=256, provider_code="comfyui"), by=world.art)
        candidate = RunCandidate.objects.get(job__run=run)
        claimed = runner.claim(candidate.pk, now=timezone.now())
        runs.started(run)
        polls = []

        def hold(seconds):
            polls.append(1)
            if len(polls) == 3:
                runs.cancel(run, by=world.art)
            runner._hold(claimed, "provider", seconds)

        from renders.pipeline import drawing

        with pytest.raises(gateway.Stopped) as stopped:
            drawing.draw(claimed, runs.snapshot_of(claimed.job), hold)
        assert stopped.value.over and server.queue == [] and server.interrupted == [server.orders[0]["id"]]
        assert ProviderCall.objects.get().status == "canceled" and RunCandidate.objects.get().status == "canceled"


def test_colours_are_pulled_to_the_guide_and_the_report_says_so(world, bfl):
    from projects.domain import projects

    projects.set_guide(world.project, name="Calm", by=world.art, given={"chroma_limit": 30})
    run = work(runner.start([world.task], WISH, by=world.art))
    step = Asset.objects.get(metadata__stage="colour_correction", metadata__candidate=str(RunCandidate.objects.filter(job__run=run).order_by("candidate_index")[0].pk)).metadata["parameters"]
    assert step["over_before"] > 0.3 and step["over_after"] < 0.01
    assert {c.rank_soft_warnings for c in RunCandidate.objects.filter(job__run=run)} <= {0, 1}


def test_a_model_sheet_by_a_paid_provider(world, quick):
    with SERVERS["replicate"]() as server, enter.in_space(world.space):
        from renders.models import KitItem
        from renders.pipeline import kitwork
        from spaces.models import AvatarAsset, AvatarKit

        kit = AvatarKit.objects.select_related("space", "character", "primary_anchor", "secondary_anchor").get(pk=world.kit.pk)
        with pytest.raises(Refused, match="not set up here"):
            kitwork.start(kit, kitwork.Wish("expressions", provider_code="replicate", expressions=("sad",)), by=world.cleo)
        accounts.put(world.space, "replicate", by=world.ana, config=remote("replicate").Config(base_url=server.url).model_dump(mode="json"), concurrent=4, per_minute=0)
        accounts.put_secret(world.space, "replicate", "token", value=server.secrets["token"], by=world.ana)
        order = kitwork.start(kit, kitwork.Wish("expressions", provider_code="replicate", expressions=("sad", "angry")), by=world.cleo)
        server.trouble.append("503")
        items = list(KitItem.objects.filter(order=order).order_by("position"))
        assert kitwork.work(items[0].pk) == "put back" and [kitwork.work(i.pk) for i in items] == ["done", "done"]
        order.refresh_from_db()
        made = AvatarAsset.objects.filter(avatar_kit=kit, review="proposed")
        assert order.status == "done" and len(server.orders) == 2 and made.count() == 2 and order.model_name == "black-forest-labs/flux-kontext-pro"
        told = made.get(expression="sad").generation_metadata
        assert told["provider"] == "replicate" and "image 1 shows Mara" in server.orders[0]["prompt"] and server.orders[0]["input_image"].startswith("data:image/png;base64,")
        assert CostEvent.objects.filter(project__isnull=True, is_settled=True, is_estimate=True).count() == 2


def test_a_space_sets_a_provider_up_for_all_its_projects(world, quick):
    ana, art, sam = client_of(world.ana), client_of(world.art), client_of(world.sam)
    with SERVERS["bfl"]() as server:
        body = {"config": {"base_url": server.url}}
        assert art.put(f"/api/spaces/{world.space.pk}/providers/bfl", body, content_type="application/json").status_code == 403
        assert sam.put(f"/api/spaces/{world.space.pk}/providers/bfl", body, content_type="application/json").status_code == 404
        wrong = ana.put(f"/api/spaces/{world.space.pk}/providers/bfl", {"config": {"safety_tolerance": 9, "colour": "red"}}, content_type="application/json")
        assert wrong.status_code == 422 and {e["pointer"] for e in wrong.json()["errors"]} == {"/config/safety_tolerance", "/config/colour"}
        assert ana.put(f"/api/spaces/{world.space.pk}/providers/bfl", body, content_type="application/json").json()["ready"] is False
        assert ana.put(f"/api/spaces/{world.space.pk}/secrets/bfl/key", {"value": server.secrets["key"]}, content_type="application/json").status_code == 204
        assert ana.put(f"/api/spaces/{world.space.pk}/secrets/bfl/other", {"value": "x"}, content_type="application/json").status_code == 404
        told = art.get(f"/api/projects/{world.project.pk}/providers/bfl").json()
        assert told["ready"] and told["inherited"] and told["secrets"] == ["key"]
        assert ana.post(f"/api/projects/{world.project.pk}/providers/bfl/test").json()["ok"] is True
        listed = ana.get(f"/api/spaces/{world.space.pk}/secrets").content.decode()
        assert '"name":"key"' in listed.replace(" ", "") and server.secrets["key"] not in listed
        page = ana.get(f"/spaces/{world.space.pk}/providers/bfl").content.decode()
        assert server.secrets["key"] not in page and "Kept since" in page
        assert ana.delete(f"/api/spaces/{world.space.pk}/providers/bfl").status_code == 204
        assert not art.get(f"/api/projects/{world.project.pk}/providers/bfl").json()["ready"]


def test_secrets_lie_encrypted_and_can_be_turned_to_a_new_key(world, settings, bfl):
    from django.core.management import call_command
    from django.db import connection

    from projects.models import ProjectSecret

    def raw():
        with connection.cursor() as cursor:
            cursor.execute("SELECT value FROM projects_projectsecret")
            return bytes(cursor.fetchone()[0])

    before = raw()
    assert b"bfl-secret-key" not in before
    old, settings.FERNET_KEYS = settings.FERNET_KEYS, ["a new one", *settings.FERNET_KEYS]
    for cached in ("keys", "fernet_keys", "fernet"):
        ProjectSecret._meta.get_field("value").__dict__.pop(cached, None)
    try:
        call_command("rotate_secrets")
        after = raw()
        settings.FERNET_KEYS = ["a new one"]
        for cached in ("keys", "fernet_keys", "fernet"):
            ProjectSecret._meta.get_field("value").__dict__.pop(cached, None)
        assert after != before and ProjectSecret.objects.get().value == "bfl-secret-key"
    finally:
        settings.FERNET_KEYS = old
        for cached in ("keys", "fernet_keys", "fernet"):
            ProjectSecret._meta.get_field("value").__dict__.pop(cached, None)
