"""The world of the tests: ana owns, cleo curates, art draws, vi looks, sam is a stranger with a space of his own."""

import io
import os
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from PIL import Image

from iat.kernel import enter, filestore
from projects.domain import accounts, bible, costs, exports, imports, projects, prompts, references, webhooks
from projects.models import PackageArrival, StorageSync
from renders.domain import tasks
from spaces.domain import definitions, fetches, kits, people, spaces, templates, versions
from spaces.models import User

# A real ComfyUI is asked only where one is named: these tests are not part of what CI must pass.
collect_ignore = [] if os.environ.get("IAT_TEST_COMFYUI_URL") else ["renders/test_own_comfyui.py"]


def picture(width: int = 64, height: int = 96, colour: Any = (180, 60, 40, 255), *, mode: str = "RGBA", kind: str = "PNG") -> bytes:
    """A small real picture: a figure-like shape on nothing."""
    image = Image.new(mode, (width, height), (0, 0, 0, 0) if mode == "RGBA" else (250, 250, 250))
    image.paste(colour if mode == "RGBA" else colour[:3], (width // 4, height // 8, width * 3 // 4, height))
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@dataclass
class World:
    """Everything a test may want to point at."""

    ana: Any = None
    cleo: Any = None
    art: Any = None
    vi: Any = None
    sam: Any = None
    space: Any = None
    mara: Any = None
    street: Any = None
    ink: Any = None
    kit: Any = None
    anchor: Any = None
    draft: Any = None
    project: Any = None
    clone: Any = None
    place: Any = None
    variant: Any = None
    task: Any = None
    other: Any = None
    template: Any = None
    look: Any = None
    fetch: Any = None
    account: Any = None
    call: Any = None
    treatment: Any = None
    prompt: Any = None
    webhook: Any = None
    delivery: Any = None
    refs: Any = None
    guide: Any = None
    bible: Any = None
    export: Any = None
    sync: Any = None
    arrival: Any = None
    sams: Any = None
    sams_project: Any = None


def person(name: str) -> User:
    return User.objects.create_user(name, f"{name}-password-long", display_name=name.capitalize())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pytest_collection_modifyitems(config, items):
    """SQLite has one writer at a time: what two writers do to each other is asked in the round on PostgreSQL."""
    if connection.vendor != "postgresql":
        config.hook.pytest_deselected(items=[i for i in items if i.get_closest_marker("postgresql")])
        items[:] = [i for i in items if not i.get_closest_marker("postgresql")]


@pytest.fixture(autouse=True)
def nowhere(settings, tmp_path):
    """Every test starts outside any scope, as every request does, with a store of its own."""
    cache.clear()
    settings.IAT_FILES = str(tmp_path / "files")
    filestore.store.cache_clear()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with enter.clean():
        yield


@pytest.fixture
def bare(db) -> World:
    """A space with an empty project, for tests that look no further."""
    w = World(ana=person("ana"), art=person("art"))
    w.space = spaces.create(name="Harbour", by=w.ana)
    people.add_member(w.space, username="art", role="artist", by=w.ana)
    with enter.in_space(w.space):
        w.project = projects.create(w.space, name="Ledger", by=w.art)
    return w


@pytest.fixture
def world(db) -> World:
    w = World(**{name: person(name) for name in ("ana", "cleo", "art", "vi", "sam")})
    w.space = spaces.create(name="Harbour", by=w.ana)
    for name, role in (("cleo", "curator"), ("art", "artist"), ("vi", "viewer")):
        people.add_member(w.space, username=name, role=role, by=w.ana)
    with enter.in_space(w.space):
        w.mara = definitions.create(w.space, type="character", name="Mara", by=w.cleo, attributes={"appearance": {"hair": "long black", "outfit": "red hoodie"}})
        w.kit = kits.create(w.mara, name="Mara default", by=w.cleo)
        w.anchor = kits.add_picture(w.kit, data=picture(), asset_type="anchor_fullbody", expression="neutral", by=w.cleo)
        kits.add_picture(w.kit, data=picture(colour=(40, 60, 180, 255)), asset_type="expression", expression="happy", by=w.cleo)
        w.kit.refresh_from_db()
        kits.activate(w.kit, by=w.cleo)
        w.mara.refresh_from_db()
        definitions.publish(w.mara, by=w.cleo)
        w.street = definitions.publish(definitions.create(w.space, type="scene", name="Street", by=w.cleo, attributes={"location_type": "street"}), by=w.cleo)
        w.ink = definitions.publish(definitions.create(w.space, type="style", name="Ink", by=w.cleo), by=w.cleo)
        w.draft = definitions.create(w.space, type="character", name="Draft", by=w.cleo)
        w.project = projects.create(w.space, name="Ledger", by=w.art)
        w.template = templates.create(w.space, kind="character", name="Hero", by=w.cleo, generation_params={"appearance": {"eyes": "green", "hair": "blond"}})
        w.look = templates.create(w.space, kind="style", name="Warm", by=w.cleo, generation_params={"parameters": {"saturation": 1.4}})
    with enter.in_project(w.project):
        got = imports.bring_in(w.project, by=w.art, characters=[w.mara.pk], scenes=[w.street.pk], styles=[w.ink.pk])
        w.clone, w.place = got.characters[0], got.scenes[0]
        w.variant = versions.variant(w.clone, variant_type="expression", label="happy", by=w.art)
        w.task = tasks.create(w.project, name="Panel 1", characters=[w.variant.pk], scene_id=w.place.pk, by=w.art)
    w.sams = spaces.create(name="Elsewhere", by=w.sam)
    with enter.in_space(w.sams):
        w.other = definitions.create(w.sams, type="character", name="Other", by=w.sam)
        w.sams_project = projects.create(w.sams, name="Sam's", by=w.sam)
    return w


@pytest.fixture
def rendered_world(world) -> World:
    """With one finished run of two candidates: small and quick, but really drawn."""
    from renders.domain import calls
    from renders.models import RunCandidate
    from renders.pipeline import kitwork, plan, runner, treatments
    from spaces.models import AvatarKit

    with enter.in_project(world.project):
        run = runner.start([world.task], plan.Wish(candidates=2, width=256, height=256), by=world.art)
        for candidate in RunCandidate.objects.filter(job__run=run).order_by("candidate_index"):
            runner.work(candidate.pk)
        run.refresh_from_db()
        world.run = run
        world.job = run.jobs.get()
        world.candidates = list(world.job.candidates.order_by("candidate_index"))
        world.rendered = world.job.renders.get()
        world.task.refresh_from_db()
        world.account = accounts.put(world.project, "bfl", by=world.ana, config={"base_url": "http://127.0.0.1:9"}, concurrent=4, per_minute=60)
        accounts.put_secret(world.project, "bfl", "key", value="a secret of the tests", by=world.ana)
        unit = calls.Unit(f"candidate:{world.candidates[0].pk}", world.space, world.project, run.pk, world.candidates[0].pk)
        world.call = calls.plan(unit, "edit", world.account, "flux-2-pro")
        costs.reserve(calls.money(world.call), 0.05)
        world.treatment = treatments.start(world.rendered.asset, "upscale", by=world.art)
        world.prompt = prompts.write(world.project, name="Panel words", stage="panel", template_text="$words", by=world.art)
        world.webhook, _ = webhooks.create(world.project, url="https://ear.example/hook", codes=["run.done"], by=world.ana)
        world.delivery = webhooks.ping(world.webhook, by=world.ana)
        world.refs = references.create(world.project, name="Lamps", kind="lighting", by=world.art)
        references.put(world.refs, asset_id=world.anchor.asset_id, by=world.art)
        world.guide = projects.set_guide(world.project, name="Ink only", by=world.art, given={}, is_default=False)
        world.bible = bible.create(world.project, by=world.art, characters=[{"name": "Mara", "relationships": [{"to": "Toma", "kind": "sister"}]}])
        world.export = exports.start(world.project, format="zip", by=world.ana)
        exports.work(world.export.pk)
        world.sync = StorageSync.objects.create(project=world.project, status="done", created_by=world.ana)
        world.fetch = fetches.ask(world.space, url="https://pictures.example/x.png", by=world.art, project=world.project)
    with enter.in_space(world.space):
        world.order = kitwork.start(AvatarKit.objects.select_related("space", "character", "primary_anchor", "secondary_anchor").get(pk=world.kit.pk), kitwork.Wish("core"), by=world.cleo)
        world.arrival = PackageArrival.objects.create(space=world.space, name="x.zip", status="failed", error="It was no package.", created_by=world.cleo)
        world.item = world.order.items.order_by("position").first()
    return world


@pytest.fixture
def files():
    """The store of this test process."""
    return filestore.store()


@pytest.fixture
def on_postgres():
    from django.db import connection

    return connection.vendor == "postgresql"
