"""Secrets are planted in thirteen places; then everything the system wrote, answers and shows is searched for them."""

import io
import json
import logging
import zipfile
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.test import override_settings

from iat.kernel import enter, logs
from iat.kernel.rows import Row
from projects.domain import accounts, storage, webhooks
from projects.models import Webhook
from renders import workers
from renders.domain import providers
from renders.models import ProviderCall, Run, RunCandidate
from renders.pipeline import plan, runner
from renders.providers.registry import remote
from spaces.domain import people
from tests.conftest import client_of
from tests.iat.test_packages import pack
from tests.renders.wires import SERVERS
from tests.walls.filled import operations, send
from tests.walls.test_strangers_and_viewers import pages

pytestmark = pytest.mark.wire


def lines_of(formatter):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    handler.setLevel(logging.DEBUG)
    handler.addFilter(logs.About())
    return out, handler


def test_a_planted_secret_is_found_nowhere(rendered_world):
    w, ana = rendered_world, client_of(rendered_world.ana)
    out, handler = lines_of(logging.Formatter("%(asctime)s %(name)s%(about)s %(message)s"))
    logging.getLogger().addHandler(handler)
    was, planted = logging.getLogger().level, {}
    logging.getLogger().setLevel(logging.DEBUG)
    try:
        with SERVERS["openai"]() as server, enter.in_project(w.project):
            planted["a key that the provider echoes in its error"] = "sk-PLANTED-0001-aaaaaaaaaaaa"
            planted["a key of the whole space"] = "sk-PLANTED-0002-bbbbbbbbbbbb"
            planted["a header for a server behind a proxy"] = "Bearer PLANTED-0003-cccccccccccc"
            config = remote("openai").Config(base_url=server.url).model_dump(mode="json")
            for owner, value in ((w.project, planted["a key that the provider echoes in its error"]), (w.space, planted["a key of the whole space"])):
                accounts.put(w.project, "openai", by=w.ana, config=config, concurrent=1, per_minute=0)
                with enter.in_space(w.space) if owner is w.space else enter.in_project(w.project):
                    accounts.put_secret(owner, "openai", "key", value=value, by=w.ana)
            accounts.put(w.project, "bfl", by=w.ana, is_enabled=False)
            w.task.refresh_from_db()
            run = runner.start([w.task], plan.Wish(candidates=1, width=256, height=256, provider_code="openai"), by=w.art)
            runner.work(RunCandidate.objects.get(job__run=run).pk)
            run = Run.objects.get(pk=run.pk)
            assert run.status == "failed" and "Incorrect API key" in ProviderCall.objects.get(run=run).error
            ana.put(f"/api/projects/{w.project.pk}/providers/comfyui", {"config": {"base_url": "http://127.0.0.1:9"}}, content_type="application/json")
            ana.put(f"/api/projects/{w.project.pk}/secrets/comfyui/header", {"value": planted["a header for a server behind a proxy"]}, content_type="application/json")
            assert not providers.test(w.project, "openai")[0] and not providers.test(w.project, "comfyui")[0]
            workers.run_log(owner={"space_id": str(w.space.pk), "project_id": str(w.project.pk)}, run_id=str(run.pk))
            hook, planted["what signs a webhook"] = webhooks.create(w.project, url="http://127.0.0.1:9/hook", codes=["*"], by=w.ana)
            webhooks.deliver(webhooks.ping(Webhook.objects.get(pk=hook.pk), by=w.ana).pk, now=run.finished_at.replace(year=2999))
        _, planted["an API token"] = people.make_token(w.ana, name="planted", scopes=["read", "write"])
        planted["a password"] = "PLANTED-0006-dddddddddddd"
        w.sam.set_password(planted["a password"])
        w.sam.save()
        ana.post("/sign-in", {"username": "sam", "password": planted["a password"] + "x"})
        planted["a wrong password"] = planted["a password"] + "x"
        planted["a token in a header that is no token"] = "iat_PLANTED-0008-eeeeeeeeeeee"
        ana.get("/api/me", headers={"Authorization": f"Bearer {planted['a token in a header that is no token']}"})
        planted["a secret in a body that is refused"] = "PLANTED-0009-ffffffffffff"
        ana.put(f"/api/projects/{w.project.pk}/secrets/openai/nosuch", {"value": planted["a secret in a body that is refused"]}, content_type="application/json")
        planted["a secret in a form that is refused"] = "PLANTED-0010-gggggggggggg"
        ana.post(f"/projects/{w.project.pk}/providers/openai", {"secret_key": planted["a secret in a form that is refused"], "config_model": "", "concurrent": "x"})
        planted["the key that signs sessions"], planted["the key that encrypts"] = settings.SECRET_KEY, settings.FERNET_KEYS[0]
        planted["the key of a bucket"] = "PLANTED-0013-hhhhhhhhhhhh"
        for name in ("access_key", "secret_key"):
            ana.put(f"/api/projects/{w.project.pk}/secrets/s3/{name}", {"value": planted["the key of a bucket"]}, content_type="application/json")
        with override_settings(IAT_FETCH_ALLOW=["127.0.0.0/8"]), enter.in_project(w.project):
            put = ana.put(f"/api/projects/{w.project.pk}/storage", {"mode": "local_first", "s3_enabled": True, "s3_bucket": "planted", "s3_endpoint_url": "http://127.0.0.1:9"}, content_type="application/json")
            assert put.status_code == 200, put.content
            assert ana.post(f"/api/projects/{w.project.pk}/storage/test", content_type="application/json").status_code == 503
            storage.work(storage.start(w.project, by=w.ana).pk)
        assert len(planted) == 13
        found = _everything(w, ana)
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(was)
    found["the log"] = out.getvalue()
    assert len(found) > 150 and "401 Unauthorized" in found["the log"] and f" run={run.pk} job=" in found["the log"]
    assert any("Ledger" in text for text in found.values())
    hits = [(what, where) for what, secret in planted.items() for where, text in found.items() if secret in text]
    assert hits == []


def _text(answer):
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode("latin-1")


def _everything(w, ana):
    """Every answer, page, row and file, as text by its place."""
    schema, ops = operations(ana)
    found = {f"GET {path}": _text(send(ana, "get", path, op, schema, w)) for method, path, op in ops if method == "get" and "/content" not in path and "/thumbnail" not in path}
    for name, url in pages(w):
        found[f"page {name}"] = _text(ana.get(url))
    found["the schema"] = json.dumps(schema)
    archive = zipfile.ZipFile(io.BytesIO(pack(w)))
    found |= {f"package {name}": archive.read(name).decode("latin-1") for name in archive.namelist()}
    with enter.everywhere("the test looks at every row"):
        for model in apps.get_models():
            if issubclass(model, Row) and not model._meta.proxy:
                kept = [f.name for f in model._meta.concrete_fields if "Encrypted" not in type(f).__name__]
                found[f"table {model.__name__}"] = serializers.serialize("json", model._base_manager.all(), fields=kept)
                found[f"cipher {model.__name__}"] = _raw(model)
    for file in Path(settings.IAT_FILES).rglob("*"):
        if file.is_file():
            found[f"file {file.name}"] = file.read_bytes().decode("latin-1")
    return found


def _raw(model):
    """As it lies in the database, encrypted columns too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
        return repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
