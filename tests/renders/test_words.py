"""Pictures asked for in words, drawn again, read back; replays; the queue's order."""

import io
import random

import pytest
from django.utils import timezone
from PIL import Image, PngImagePlugin

from iat.kernel import enter
from renders import workers
from renders.models import RenderedAsset, Run, RunCandidate, RunJob
from renders.pipeline import plan, runner, turns
from tests.conftest import client_of, picture

SMALL = {"width": 256, "height": 256}


def post(client, path, body=None):
    return client.post(f"/api{path}", body if body is not None else {}, content_type="application/json")


def draw(project, run_id):
    """As the worker does: every candidate, then what follows a run's end."""
    with enter.in_project(project):
        for pk in RunCandidate.objects.filter(job__run=run_id, status="planned").order_by("job__job_key", "candidate_index").values_list("pk", flat=True):
            runner.work(pk)
        workers.run_log(owner={"space_id": str(project.space_id), "project_id": str(project.pk)}, run_id=str(run_id))
        return Run.objects.get(pk=run_id)


def test_a_scene_image_uses_the_kit_and_the_mood_and_can_be_kept_as_a_memory(world):
    art = client_of(world.art)
    told = post(art, "/scene-images/generate", {"project_id": str(world.project.pk), "prompt": "Mara waits at the quay", "character_ids": [str(world.mara.pk)], "mood": "happy", **SMALL})
    assert told.status_code == 202, told.content
    run = draw(world.project, told.json()["run"]["id"])
    with enter.in_project(world.project):
        member = run.settings_snapshot["jobs"][0]["cast"][0]
        row = RenderedAsset.objects.get(job__run=run)
    assert (member["id"], member["expression"], member["picture"]["expression"], member["kit"]["id"]) == (str(world.clone.pk), "happy", "happy", str(world.kit.pk))
    assert row.type == "scene_image" and row.origin_task_id is None and row.avatar_kit_id == world.kit.pk
    assert row.asset.storage_uri.startswith(f"scenes/{world.art.pk}/{world.project.pk}/")
    seen = art.get(f"/api/generations/{told.json()['generation_id']}").json()
    assert (seen["status"], seen["progress"], seen["render"]["id"]) == ("completed", 1.0, str(row.pk))
    assert art.get("/api/scene-images/memories").json()["items"] == []
    kept = art.patch(f"/api/scene-images/{row.pk}/memory", {"is_memory": True}, content_type="application/json")
    assert kept.status_code == 200 and kept.json()["is_memory"] is True
    assert [i["id"] for i in art.get("/api/scene-images/memories").json()["items"]] == [str(row.pk)]
    assert client_of(world.cleo).get("/api/scene-images/memories").json()["items"] == []
    assert [i["id"] for i in art.get(f"/api/projects/{world.project.pk}/scene-images").json()["items"]] == [str(row.pk)]


def test_a_character_without_a_kit_is_drawn_from_words(world):
    from projects.domain import imports
    from spaces.domain import definitions

    with enter.in_space(world.space):
        plain = definitions.publish(definitions.create(world.space, type="character", name="Ben", by=world.cleo), by=world.cleo)
    with enter.in_project(world.project):
        imports.bring_in(world.project, by=world.art, characters=[plain.pk], scenes=[], styles=[])
    told = post(client_of(world.art), f"/projects/{world.project.pk}/generate", {"prompt": "Ben walks", "character_ids": [str(plain.pk)], **SMALL}).json()
    with enter.in_project(world.project):
        member = Run.objects.get(pk=told["run"]["id"]).settings_snapshot["jobs"][0]["cast"][0]
    assert member["kit"] is None and member["picture"] is None and member["name"] == "Ben"


@pytest.mark.parametrize("wrong", [{"character_ids": ["{other}"]}, {"scene_id": "{other}"}, {"style_id": "{other}"}, {"prompt": ""}, {"upscale": 9}, {"surprise": 1}])
def test_words_about_somebody_else_are_refused(world, wrong):
    body = {"prompt": "x", **SMALL, **{k: [str(world.other.pk)] if isinstance(v, list) else str(world.other.pk) if v == "{other}" else v for k, v in wrong.items()}}
    answer = post(client_of(world.art), f"/projects/{world.project.pk}/generate", body)
    assert answer.status_code == 422 and answer.json()["errors"]
    with enter.in_project(world.project):
        assert not Run.objects.exists()


def test_a_picture_and_every_panel_of_an_identity_are_drawn_again(rendered_world):
    w = rendered_world
    art = client_of(w.art)
    one = post(art, f"/renders/{w.rendered.pk}/regenerate")
    assert one.status_code == 202
    with enter.in_project(w.project):
        new = Run.objects.get(pk=one.json()["run"]["id"])
        assert new.settings_snapshot["jobs"][0]["seeds"] != w.run.settings_snapshot["jobs"][0]["seeds"] and new.jobs.get().task_id == w.task.pk
    draw(w.project, new.pk)
    every = post(art, f"/projects/{w.project.pk}/regenerate", {"root_id": str(w.mara.root_id), "candidates": 1, **SMALL})
    assert every.status_code == 202
    with enter.in_project(w.project):
        assert [j.task_id for j in RunJob.objects.filter(run=every.json()["run"]["id"])] == [w.task.pk]
    assert post(art, f"/projects/{w.project.pk}/regenerate", {"root_id": str(w.ink.pk)}).status_code == 404
    assert {i["run_id"] for i in art.get("/api/queue").json()["items"]} == {every.json()["run"]["id"]}


def test_a_rerun_says_whether_it_made_the_same_pictures(rendered_world):
    w = rendered_world
    art = client_of(w.art)
    again = post(art, f"/runs/{w.run.pk}/rerun").json()
    assert again["rerun_of"] == str(w.run.pk)
    draw(w.project, again["id"])
    told = art.get(f"/api/runs/{again['id']}/replay").json()["replay"]
    assert told["verdict"] == "bit_exact" and told["counts"] == {"bit_exact": 2}
    assert art.get(f"/api/runs/{w.run.pk}/replay").json() == {"rerun_of": None, "replay": None}


def test_sameness_tells_noise_from_another_picture():
    from renders.imaging import png, sameness
    from renders.imaging.figure import draw as figure
    from renders.imaging.figure import look_of

    one = figure(look_of({"appearance": {"hair": "long black"}}, seed="a")).convert("RGB").resize((256, 256))
    two = one.point(lambda v: min(255, v + 1))
    three = figure(look_of({"appearance": {"hair": "short red"}}, seed="b")).convert("RGB").resize((256, 256))
    files = [png.encode(i) for i in (one, two, three)]
    assert sameness.compared(files[0], png.splice(files[0], {"iat:prompt": "other words"}))[0] == "bit_exact"
    assert sameness.compared(files[0], files[1])[0] == "perceptually_equal"
    assert sameness.compared(files[0], files[2])[0] == "different"
    assert sameness.worst(["bit_exact", "missing", "different"]) == "missing" and sameness.worst([]) == "missing"


def test_turns_are_shared_between_projects_and_ordered_within_one(world):
    from projects.domain import imports, projects
    from renders.domain import runs, tasks

    with enter.in_space(world.space):
        second = projects.create(world.space, name="Other", by=world.art)
    with enter.in_project(second):
        place = imports.bring_in(second, by=world.art, characters=[], scenes=[world.street.pk], styles=[]).scenes[0]
        small = runner.start([tasks.create(second, name="One", scene_id=place.pk, by=world.art)], plan.Wish(candidates=10, **SMALL), by=world.art)
    with enter.in_project(world.project):
        big = runner.start([world.task], plan.Wish(candidates=40, **SMALL), by=world.art)
        late = runner.start([tasks.create(world.project, name="Two", scene_id=world.place.pk, by=world.art)], plan.Wish(candidates=2, **SMALL), by=world.art)
    served, lots = [], random.Random(7)
    for _ in range(20):
        with enter.everywhere("test"):
            due = turns.whose(now=timezone.now(), lots=lots)
        with enter.in_project(due[0].project):
            taken = runner.claim(due[0].pk, now=timezone.now())
            served.append(taken.job.run_id)
    assert {served.count(small.pk), served.count(big.pk)} == {10} and late.pk not in served
    with enter.in_project(world.project):
        runs.first(late, by=world.art)
        assert late.priority > big.priority
        RunCandidate.objects.filter(job__run=small).update(status="canceled")
    with enter.everywhere("test"):
        assert turns.run_next(now=timezone.now(), lots=lots) == late.pk
        Run.objects.filter(pk=late.pk).update(held_at=timezone.now())
        assert turns.run_next(now=timezone.now(), lots=lots) == big.pk


def test_a_message_does_whoever_is_due_and_its_own_where_nobody_is(world):
    with enter.in_project(world.project):
        run = runner.start([world.task], plan.Wish(candidates=2, **SMALL), by=world.art)
        _, second = RunCandidate.objects.filter(job__run=run).order_by("candidate_index")
    workers.LINE.waiting = []
    workers.candidate(owner={"space_id": str(world.space.pk), "project_id": str(world.project.pk)}, candidate_id=str(second.pk))
    with enter.in_project(world.project):
        assert list(RunCandidate.objects.filter(job__run=run).order_by("candidate_index").values_list("status", flat=True)) == ["generated", "planned"]


def test_a_run_is_reordered_by_api(rendered_world):
    w = rendered_world
    art = client_of(w.art)
    run = post(art, f"/tasks/{w.task.pk}/render", {"candidates": 1, **SMALL}).json()["run"]
    told = art.patch(f"/api/runs/{run['id']}", {"priority": 5}, content_type="application/json")
    assert told.status_code == 200 and told.json()["priority"] == 5
    assert art.patch(f"/api/runs/{run['id']}", {"priority": 500}, content_type="application/json").status_code == 422
    assert art.patch(f"/api/runs/{w.run.pk}", {"priority": 1}, content_type="application/json").status_code == 409


def test_post_processing_inside_a_run(rendered_world):
    w = rendered_world
    run = post(client_of(w.art), f"/projects/{w.project.pk}/generate", {"prompt": "Mara", "character_ids": [str(w.clone.pk)], "cutout": True, "upscale": 2, "correct_colour": True, **SMALL}).json()["run"]
    seen = draw(w.project, run["id"])
    with enter.in_project(w.project):
        candidate = RunCandidate.objects.select_related("final_asset").get(job__run=seen)
        assert (candidate.final_asset.width, candidate.final_asset.height) == (512, 512), candidate.error
        facts = candidate.final_asset.metadata["parameters"]
        from iat.kernel import filestore

        image = Image.open(io.BytesIO(filestore.store().read(candidate.final_asset.storage_uri)))
    assert image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 0
    assert facts["cutout"]["provider"] == "rembg" and facts["upscale"]["provider"] == "lanczos"


def chunked(**texts):
    out, told = io.BytesIO(), PngImagePlugin.PngInfo()
    for key, value in texts.items():
        told.add_text(key.replace("__", "-"), value)
    Image.open(io.BytesIO(picture())).save(out, "PNG", pnginfo=told)
    return out.getvalue()


A1111 = "a harbour at dawn, (ink:1.2)\nsecond line\nNegative prompt: blurry, text\nSteps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: 4242, Size: 832x1216, Model hash: abc, Model: \"sdxl, base\", Version: v1.10"
COMFY = '{"3": {"class_type": "KSampler", "inputs": {"seed": 77, "steps": 20, "cfg": 7, "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0], "model": ["4", 0]}}, "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "a.safetensors"}}, "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 640, "height": 960}}, "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a quay", "clip": ["4", 1]}}, "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "blur", "clip": ["4", 1]}}}'
INVOKE = '{"app_version": "6.1", "positive_prompt": "a lamp", "negative_prompt": "", "seed": 9, "width": 512, "height": 768, "steps": 30, "model": {"name": "dreamshaper", "hash": "x"}}'


@pytest.mark.parametrize(("texts", "maker", "prompt", "negative", "seed", "model", "size"), [
    ({"parameters": A1111}, "a1111", "a harbour at dawn, (ink:1.2)\nsecond line", "blurry, text", 4242, "sdxl, base", (832, 1216)),
    ({"prompt": COMFY, "workflow": "{}"}, "comfyui", "a quay", "blur", 77, "a.safetensors", (640, 960)),
    ({"invokeai_metadata": INVOKE}, "invokeai", "a lamp", "", 9, "dreamshaper", (512, 768)),
    ({"Dream": "x", "dream": '"a fox" -s 50 -S 12 -W 512'}, "invokeai", "a fox", "", 12, "", (64, 96)),
    ({"prompt": "just words"}, "", "", "", None, "", (64, 96)), ({"prompt": "[1]"}, "", "", "", None, "", (64, 96)), ({"invokeai_metadata": '{"image": 5, "seed": "x"}'}, "invokeai", "", "", None, "", (64, 96)),
])
def test_files_of_other_programs_are_read(world, texts, maker, prompt, negative, seed, model, size):
    from django.core.files.uploadedfile import SimpleUploadedFile

    told = client_of(world.vi).post("/api/read-file", {"file": SimpleUploadedFile("a.png", chunked(**texts), "image/png")}).json()
    assert (told["maker"], told["prompt"], told["negative_prompt"], told["seed"], told["model"], (told["width"], told["height"])) == (maker, prompt, negative, seed, model, size)
    assert told["run_id"] is None


def test_our_own_file_finds_its_run_and_only_for_those_who_may_see_it(rendered_world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from iat.kernel import filestore

    w = rendered_world
    with enter.in_project(w.project):
        data = filestore.store().read(w.rendered.asset.storage_uri)

    def ask(user, what=data):
        return client_of(user).post("/api/read-file", {"file": SimpleUploadedFile("a.png", what, "image/png")}).json()

    told = ask(w.vi)
    assert (told["maker"], told["run_id"], told["render_id"], told["changed"]) == ("iat", str(w.run.pk), str(w.rendered.pk), False)
    assert told["prompt"] == w.job.prompt_text and told["digital_source"] == "composite"
    out = io.BytesIO()
    image = Image.open(io.BytesIO(data))
    kept = PngImagePlugin.PngInfo()
    for key, value in image.text.items():
        kept.add_itxt(key, value)
    image.resize((64, 64)).save(out, "PNG", pnginfo=kept)
    assert (ask(w.vi, out.getvalue())["run_id"], ask(w.vi, out.getvalue())["changed"]) == (str(w.run.pk), True)
    assert ask(w.sam)["run_id"] is None
    assert client_of(w.vi).post("/api/read-file", {"file": SimpleUploadedFile("a.png", b"no picture", "image/png")}).status_code == 415


def test_a_brought_file_is_looked_over(rendered_world):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from renders.models import Treatment
    from renders.pipeline import treatments

    w = rendered_world
    art = client_of(w.art)
    asset = art.post(f"/api/projects/{w.project.pk}/assets", {"file": SimpleUploadedFile("a.png", picture(256, 384), "image/png"), "kind": "input"}).json()
    made = art.post(f"/api/assets/{asset['id']}/qa-check", {"character_id": str(w.clone.pk)}, content_type="application/json")
    assert made.status_code == 202
    with enter.in_project(w.project):
        treatments.work(Treatment.objects.get(pk=made.json()["id"]).pk)
    told = art.get(f"/api/treatments/{made.json()['id']}").json()
    assert told["status"] == "done" and told["facts"]["passed"] is True and told["result_id"] is None
    assert told["facts"]["likeness"]["name"] == "Mara" and told["facts"]["likeness"]["assessment"] == "like"
    assert art.post(f"/api/assets/{asset['id']}/qa-check", {"character_id": str(w.other.pk)}, content_type="application/json").status_code == 422


def test_many_jobs_are_decided_at_once(rendered_world):
    w = rendered_world
    art = client_of(w.art)
    told = post(art, f"/projects/{w.project.pk}/review/bulk", {"job_ids": [str(w.job.pk), str(w.project.pk)], "verb": "approve"}).json()
    assert told["done"] == 1 and len(told["left"]) == 1
    with enter.in_project(w.project):
        assert RenderedAsset.objects.get(pk=w.rendered.pk).state == "approved"
    assert post(art, f"/projects/{w.project.pk}/review/bulk", {"job_ids": [str(w.job.pk)], "verb": "approve"}).json()["done"] == 0
