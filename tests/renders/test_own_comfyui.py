"""A real ComfyUI server, where one is named: IAT_TEST_COMFYUI_URL=http://host:8188 (and IAT_TEST_COMFYUI_MODEL for a checkpoint other than its first)."""

import io
import os

import pytest
from PIL import Image

from iat.kernel import enter
from projects.domain import accounts
from renders.domain import calls, gateway
from renders.models import ProviderCall
from renders.providers.registry import remote
from renders.providers.remote import Ask, Picture
from tests.conftest import picture

URL = os.environ.get("IAT_TEST_COMFYUI_URL", "")
pytestmark = pytest.mark.wire


@pytest.fixture
def account(bare):
    connector = remote("comfyui")
    with enter.in_project(bare.project):
        config = connector.Config(base_url=URL, model=os.environ.get("IAT_TEST_COMFYUI_MODEL", ""), steps=4)
        yield accounts.put(bare.project, "comfyui", by=bare.ana, config=config.model_dump(mode="json"), concurrent=1, per_minute=0)


def order(bare, account, op, **more):
    unit = calls.Unit(f"real:{op}", bare.space, bare.project, folder="projects/test/originals", by=bare.art)
    references = (Picture(picture(512, 512), "image/png", "mara.png"),) if op != "generate" else ()
    got = gateway.perform(remote("comfyui"), account, unit, lambda key: Ask(op, key, "a quay at dawn, ink drawing", "blurry", references, 512, 512, 4711, more), op, lambda seconds: None)
    return unit, got, Image.open(io.BytesIO(got.data))


def test_it_answers_and_has_every_node(account):
    ok, said, _ = gateway.test(remote("comfyui"), account)
    assert ok, said


def test_it_draws_and_the_same_order_is_not_sent_twice(bare, account):
    unit, got, image = order(bare, account, "generate")
    assert image.size == (512, 512)
    again = gateway.perform(remote("comfyui"), account, unit, lambda key: Ask("generate", key), "generate", lambda seconds: None)
    assert again.call.pk == got.call.pk and ProviderCall.objects.count() == 1


def test_it_edits_and_enlarges(bare, account):
    assert order(bare, account, "edit")[2].size == (512, 512)
    assert order(bare, account, "upscale", scale=2.0)[2].width == 1024


def test_the_same_seed_gives_the_same_picture(bare, account):
    first = order(bare, account, "generate")[2].convert("RGB").tobytes()
    ProviderCall.objects.all().delete()
    assert order(bare, account, "generate")[2].convert("RGB").tobytes() == first
