"""Every list and page asks the database as often for three rows as for one: the count is written down here, literally."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from iat.kernel import enter
from projects.domain import accounts, bible, costs, exports, imports, projects, prompts, references, webhooks
from projects.models import PackageArrival, SyncedFile
from renders.domain import calls, candidates, tasks
from renders.models import RunCandidate
from renders.pipeline import kitwork, plan, runner
from spaces.domain import assets, definitions, fetches, kits, people, spaces, templates, versions
from spaces.models import Asset, AvatarKit, Definition
from tests.conftest import client_of, person, picture

API = {
    "/api/spaces": 3, "/api/projects": 4, "/api/avatar-kits": 4, "/api/me/tokens": 3, "/api/spaces/{space}/members": 5, "/api/spaces/{space}/characters": 5, "/api/spaces/{space}/scenes": 5,
    "/api/spaces/{space}/styles": 5, "/api/spaces/{space}/projects": 5, "/api/characters/{mara}/lineage": 6, "/api/characters/{mara}/history": 5, "/api/characters/{mara}/avatar-kits": 5,
    "/api/characters/{mara}/renders": 5, "/api/avatar-kits/{kit}/assets": 5, "/api/projects/{project}/characters": 5, "/api/projects/{project}/scenes": 5, "/api/projects/{project}/styles": 5,
    "/api/projects/{project}/tasks": 6, "/api/projects/{project}/runs": 5, "/api/projects/{project}/renders": 5, "/api/projects/{project}/review": 5, "/api/runs/{run}": 6, "/api/runs/{run}/jobs": 5,
    "/api/jobs/{job}": 9, "/api/renders/{rendered}": 14, "/api/spaces/{space}/characters?search=person": 5, "/api/spaces/{space}/characters?tag=x&order=changed": 5, "/api/projects/{project}/updates": 8,
    "/api/projects/{project}/assets": 5, "/api/projects/{project}/renders?canon=older": 5, "/api/templates/character": 4, "/api/characters/{mara}/usage": 9, "/api/avatar-kits/{kit}/orders": 6,
    "/api/avatar-kits/{kit}/compare/{kit}": 6, "/api/assets/{asset}/provenance": 8, "/api/assets/{asset}/links": 6, "/api/runs/{run}/events": 5, "/api/runs/{run}/log": 5, "/api/runs/{run}/calls": 5, "/api/projects/{project}/costs": 5, "/api/projects/{project}/costs/summary": 7, "/api/projects/{project}/providers": 6, "/api/projects/{project}/secrets": 5, "/api/spaces/{space}/providers": 6,
    "/api/queue": 4, "/api/scene-images/memories": 4, "/api/projects/{project}/scene-images": 5, "/api/generations/{job}": 7, "/api/projects/{project}/prompt-templates": 5, "/api/prompt-templates/{prompt}": 5, "/api/projects/{project}/webhooks": 5, "/api/webhooks/{webhook}/deliveries": 5, "/api/runs/{run}/replay": 4, "/api/projects/{project}/audit": 5, "/api/spaces/{space}/audit": 5, "/api/projects/{project}/reference-sets": 5, "/api/reference-sets/{refs}": 5, "/api/projects/{project}/analytics": 12, "/api/projects/{project}/bible": 6, "/api/projects/{project}/exports": 5, "/api/spaces/{space}/package-imports": 5, "/api/projects/{project}/storage": 5, "/api/projects/{project}/storage/status": 8, "/api/projects/{project}/storage/files": 5, "/api/projects/{project}/bible/characters": 6, "/api/projects/{project}/bible/history": 6,
}
PAGES = {
    "/": 10, "/settings/tokens": 3, "/spaces/{space}": 8, "/spaces/{space}?type=scene": 8, "/spaces/{space}/members": 5, "/spaces/{space}/projects": 5, "/definitions/{mara}": 18,
    "/definitions/{mara}/lineage": 7, "/definitions/{mara}/lineage?q=happy": 7, "/definitions/{mara}/compare": 6, "/definitions/{clone}": 20, "/spaces/{space}/templates": 5, "/settings/preferences": 3, "/projects/{project}/updates": 8, "/projects/{project}/files": 6, "/projects/{project}/gallery?canon=older": 6, "/projects/{project}/rebase/{clone}": 11, "/kits/{kit}/compare?other={kit}": 6, "/kits/{kit}": 8, "/projects/{project}": 16, "/projects/{project}/import": 9, "/projects/{project}/gallery": 6, "/tasks/{task}": 10, "/tasks/{task}/plan": 14, "/projects/{project}/providers": 6, "/projects/{project}/costs": 8, "/spaces/{space}/providers": 6,
    "/projects/{project}/bible": 11, "/projects/{project}/exports": 5, "/spaces/{space}/packages": 5, "/projects/{project}/storage": 11, "/projects/{project}/prompts": 5, "/projects/{project}/webhooks": 5, "/projects/{project}/webhooks/{webhook}": 5, "/projects/{project}/review/queue": 5, "/projects/{project}/read": 4, "/projects/{project}/audit": 5, "/spaces/{space}/audit": 5, "/projects/{project}/look": 7, "/projects/{project}/look/guide": 4, "/projects/{project}/analytics": 12,
    "/runs/{run}": 7, "/jobs/{job}/review": 10, "/renders/{rendered}": 15, "/admin/spaces/avatarkit/": 9, "/admin/spaces/character/": 8,
}


def more(w, name):
    """One more of everything that a list may hold."""
    with enter.in_space(w.space):
        who = definitions.create(w.space, type="character", name=f"Person {name}", by=w.cleo)
        kit = kits.create(who, name="Sheet", by=w.cleo)
        kits.add_picture(kit, data=picture(), asset_type="anchor_portrait", by=w.cleo)
        kits.add_picture(w.kit, data=picture(), asset_type="pose", label=name, by=w.cleo)
        kits.create(w.mara, name=f"Sheet {name}", by=w.cleo)
        templates.create(w.space, kind="character", name=f"Template {name}", by=w.cleo)
        kitwork.start(AvatarKit.objects.select_related("character", "primary_anchor", "secondary_anchor").get(pk=w.kit.pk), kitwork.Wish("poses"), by=w.cleo)
        mara = Definition.objects.get(root_id=w.mara.pk, scope_kind="space", state="canonical")
        definitions.publish(versions.new_version(mara, by=w.cleo), by=w.cleo)
        scene = Definition.objects.get(root_id=w.street.pk, scope_kind="space", state="canonical")
        definitions.publish(versions.new_version(scene, by=w.cleo), by=w.cleo)
        kit.refresh_from_db()
        kits.activate(kit, by=w.cleo)
        who.refresh_from_db()
        definitions.publish(who, by=w.cleo)
        where = definitions.publish(definitions.create(w.space, type="scene", name=f"Place {name}", by=w.cleo), by=w.cleo)
        style = definitions.publish(definitions.create(w.space, type="style", name=f"Style {name}", by=w.cleo), by=w.cleo)
        projects.create(w.space, name=f"Project {name}", by=w.art)
        PackageArrival.objects.create(space=w.space, name=name, created_by=w.ana)
    people.add_member(w.space, username=person(f"guest-{name}").username, role="viewer", by=w.ana)
    people.make_token(w.ana, name=name, scopes=["read"])
    second = spaces.create(name=f"Space {name}", by=w.ana)
    with enter.in_project(w.project):
        got = imports.bring_in(w.project, by=w.art, characters=[who.pk], scenes=[where.pk], styles=[style.pk])
        versions.variant(w.clone, variant_type="expression", label=f"mood {name}", modifiers={"expression_profile": "sad"}, by=w.art)
        code = ("openai", "gemini", "fal")[int(name) - 1]
        account = accounts.put(w.project, code, by=w.ana, concurrent=1, per_minute=1)
        accounts.put_secret(w.project, code, "key", value=name, by=w.ana)
        order = calls.plan(calls.Unit(f"test:{name}", w.space, w.project, w.run.pk), "edit", account, "x")
        costs.reserve(calls.money(order), 0.01)
        assets.upload(w.space, project=w.project, data=picture(colour=(int(name), 9, 9, 255)), name=f"{name}.png", kind="input", by=w.art)
        fetches.ask(w.space, url=f"https://pictures.example/{name}.png", by=w.art, project=w.project)
        prompts.write(w.project, name=f"Words {name}", stage="panel", template_text=f"{name} $words", by=w.art)
        webhooks.create(w.project, url=f"https://ear.example/{name}", codes=["*"], by=w.ana)
        webhooks.ping(w.webhook, by=w.ana)
        references.put(references.create(w.project, name=f"Set {name}", kind="style", by=w.art), asset_id=w.anchor.asset_id, by=w.art)
        exports.start(w.project, format="zip", by=w.ana)
        SyncedFile.objects.create(project=w.project, asset=Asset.objects.filter(project=w.project, synced__isnull=True).first(), is_good=False, key=name)
        bible.add(w.bible, by=w.art, name=f"Lore {name}", relationships=[{"to": "Mara", "kind": "friend"}])
        projects.set_guide(w.project, name=f"Guide {name}", by=w.art, given={}, is_default=False)
        task = tasks.create(w.project, name=f"Panel {name}", characters=[got.characters[0].pk, w.clone.pk], scene_id=got.scenes[0].pk, by=w.art)
        run = runner.start([task, w.task], plan.Wish(candidates=2, width=256, height=256, seed=int(name)), by=w.art)
        for candidate in RunCandidate.objects.filter(job__run=run).order_by("job__job_key", "candidate_index"):
            runner.work(candidate.pk)
        w.task.refresh_from_db()
    return second


def count(client, url):
    with CaptureQueriesContext(connection, ) as seen:
        answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code, answer.content[:300])
    return len([q for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]])


@pytest.mark.parametrize("doors", [API, PAGES], ids=["api", "pages"])
def test_three_rows_cost_as_many_queries_as_one(rendered_world, doors):
    w = rendered_world
    people.make_token(w.ana, name="first", scopes=["read"])
    more(w, "1")
    with enter.in_project(w.project):
        candidates.discard(w.candidates[0], by=w.art)
        candidates.undo_discard(w.candidates[0], by=w.art)
    client = client_of(w.ana)
    names = {k: str(getattr(w, k).pk) for k in ("space", "mara", "clone", "kit", "project", "task", "run", "job", "rendered", "prompt", "webhook", "refs")}
    names["asset"] = str(w.anchor.asset_id)
    urls = {pattern.format(**names): pattern for pattern in doors}
    first = {pattern: count(client, url) for url, pattern in urls.items()}
    for name in ("2", "3"):
        more(w, name)
    third = {pattern: count(client, url) for url, pattern in urls.items()}
    assert third == first
    assert first == doors
