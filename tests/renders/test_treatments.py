"""Cutting out, enlarging, correcting colours: new files, derived from the old ones, which stay as they are."""

import io

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from iat.kernel import enter, filestore
from projects.domain import accounts, projects
from renders.imaging import figure, place, png
from renders.models import Treatment
from renders.pipeline import treatments
from renders.providers.registry import PROVIDERS, remote
from spaces.domain import assets
from tests.conftest import client_of
from tests.renders.wires import SERVERS


def scene(*, busy):
    """A drawn figure before a drawn kitchen or a plain wall, and where it stands."""
    plate = place.draw("kitchen", seed="a").resize((640, 640)).convert("RGB") if busy else Image.new("RGB", (640, 640), (222, 214, 190))
    who = figure.draw(figure.look_of({"appearance": {"hair": "long black", "outfit": "red hoodie"}}, seed="a"), 600)
    plate.paste(who, (200, 40), who)
    truth = np.zeros((640, 640), bool)
    mask = np.asarray(who.getchannel("A")) > 127
    truth[40:40 + mask.shape[0], 200:200 + mask.shape[1]] = mask[:600, :440]
    out = io.BytesIO()
    plate.save(out, "PNG")
    return out.getvalue(), truth


@pytest.mark.parametrize(("busy", "by", "least"), [(False, "flood fill", 0.93), (True, "u2netp", 0.85)])
def test_a_figure_is_cut_out_and_the_original_stays(world, busy, by, least):
    data, truth = scene(busy=busy)
    with enter.in_project(world.project):
        asset = assets.upload(world.space, project=world.project, data=data, name="panel.png", kind="input", by=world.art)
        row = treatments.start(asset, "cutout", by=world.art)
        assert treatments.work(row.pk) == "done" and treatments.work(row.pk) == "not mine"
        row.refresh_from_db()
        made = Image.open(io.BytesIO(filestore.store().read(row.result.storage_uri)))
        found = np.asarray(made.getchannel("A")) > 127
        assert row.facts["by"] == by and (found & truth).sum() / (found | truth).sum() > least
        assert row.result.kind == "bg_removed" and [a.pk for a in assets.ancestors(row.result)] == [asset.pk]
        assert filestore.store().read(asset.storage_uri) == data


def test_enlarging_keeps_prompt_and_lineage(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        assert treatments.work(w.treatment.pk) == "done"
        w.treatment.refresh_from_db()
        data = filestore.store().read(w.treatment.result.storage_uri)
        texts = png.read_texts(data)
        assert Image.open(io.BytesIO(data)).size == (512, 512) and "algorithmicallyEnhanced" in texts["XML:com.adobe.xmp"] and texts["iat:lineage"] and texts["iat:derived-from"] == str(w.rendered.asset_id)


def test_colours_are_corrected_toward_the_projects_guide(rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    url = f"/api/assets/{w.rendered.asset_id}/grade"
    post = lambda: art.post(url, content_type="application/json", headers={"Idempotency-Key": "once"})  # noqa: E731
    assert post().status_code == 409
    with enter.in_project(w.project):
        projects.set_guide(w.project, name="Calm", by=w.art, given={"chroma_limit": 10})
    told = post()
    assert told.status_code == 202 and post().json()["id"] == told.json()["id"]
    with enter.in_project(w.project):
        assert treatments.work(told.json()["id"]) == "done"
    done = art.get(told.json()["poll"]).json()
    assert done["facts"]["over_before"] > 0.2 > 0.01 > done["facts"]["over_after"] and done["result_id"]


def test_the_chain_goes_on_to_a_service_where_nothing_stands_out(world, monkeypatch):
    monkeypatch.setattr(type(PROVIDERS.get("removebg")), "read_s", 0.7)
    blank = Image.effect_noise((200, 200), 60).convert("RGB")
    out = io.BytesIO()
    blank.save(out, "PNG")
    with SERVERS["removebg"]() as server, enter.in_project(world.project):
        asset = assets.upload(world.space, project=world.project, data=out.getvalue(), name="noise.png", kind="input", by=world.art)
        accounts.put(world.project, "removebg", by=world.ana, config=remote("removebg").Config(base_url=server.url).model_dump(mode="json"), concurrent=2, per_minute=0)
        accounts.put_secret(world.project, "removebg", "key", value=server.secrets["key"], by=world.ana)
        named = treatments.start(asset, "cutout", provider_code="removebg", by=world.art)
        server.trouble.append("429")
        assert treatments.work(named.pk) == "put back" and server.orders == []
        accounts.ProviderAccount.objects.update(resting_until=None)
        assert treatments.work(named.pk) == "done" and len(server.orders) == 1
        named.refresh_from_db()
        assert named.facts["provider"] == "removebg"


def test_what_cannot_be_done_is_said(world, rendered_world):
    w, art = rendered_world, client_of(rendered_world.art)
    url = f"/api/assets/{w.rendered.asset_id}"
    assert art.post(url + "/cutout", {"provider_code": "lanczos"}, content_type="application/json").status_code == 422
    assert art.post(url + "/upscale", {"scale": 99}, content_type="application/json").status_code == 422
    assert client_of(w.vi).post(url + "/cutout", content_type="application/json").status_code == 403 and client_of(w.sam).post(url + "/cutout", content_type="application/json").status_code == 404
    told = art.post(url + "/cutout", {"provider_code": "photoroom"}, content_type="application/json").json()
    with enter.in_project(w.project):
        assert treatments.work(told["id"]) == "failed"
        assert "Nobody here does cutout" in Treatment.objects.get(pk=told["id"]).error


def test_a_dead_workers_treatment_is_given_out_again(rendered_world):
    w = rendered_world
    with enter.everywhere("the test sweeps"):
        Treatment.objects.filter(pk=w.treatment.pk).update(status="running", lease_until=timezone.now() - timezone.timedelta(seconds=5), lease_owner="gone:1:1")
        assert treatments.sweep(now=timezone.now()) >= 1
    with enter.in_project(w.project):
        assert treatments.work(w.treatment.pk) == "done"


def test_a_picture_is_set_in_motion_by_a_server_that_can(rendered_world, monkeypatch):
    w = rendered_world
    with SERVERS["comfyui"]() as server, enter.in_project(w.project):
        refused = treatments.start(w.rendered.asset, "video", by=w.art)
        treatments.work(refused.pk)
        refused.refresh_from_db()
        assert refused.status == "failed" and "Nobody here does video" in refused.error
        connector = remote("comfyui")
        accounts.put(w.project, "comfyui", by=w.ana, config=connector.Config(base_url=server.url).model_dump(mode="json"), concurrent=2, per_minute=0)
        told = client_of(w.art).post(f"/api/assets/{w.rendered.asset_id}/video", content_type="application/json")
        assert told.status_code == 202
        assert treatments.work(told.json()["id"]) == "done"
        row = Treatment.objects.select_related("result").get(pk=told.json()["id"])
        made = Image.open(io.BytesIO(filestore.store().read(row.result.storage_uri)))
        assert (made.format, made.n_frames, row.result.mime_type) == ("WEBP", 3, "image/webp") and row.facts["provider"] == "comfyui"
        assert next(a.pk for a in assets.ancestors(row.result)) == w.rendered.asset_id
        graph = server.orders[0]["graph"]
        assert next(n for n in graph.values() if n["class_type"] == "LoadImage")["inputs"]["image"] in server.files
