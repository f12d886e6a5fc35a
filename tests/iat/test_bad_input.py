"""What people and programs really send: each a clear 4xx, nothing stored."""

import io
import resource
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.conftest import client_of, picture
from tests.walls.test_strangers_and_viewers import everything


def bomb(side: int = 30_000) -> bytes:
    """A tiny PNG that claims side × side pixels."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def cut_jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 400), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()[:9000]


CASES = {"text as png": (b"hello, I am text", 415), "bomb": (bomb(), 413), "truncated jpeg": (cut_jpeg(), 422), "empty": (b"", 422), "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
         "truncated png": (picture()[:70], 422), "41 MB": (picture() + b"\0" * (41 * 1024 * 1024), 413)}


@pytest.mark.parametrize("case", CASES)
def test_bad_pictures_are_refused_and_leave_nothing(world, files, case):
    data, status = CASES[case]
    before, stored, memory = everything(), sorted(p for p, _ in files.walk()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    client = client_of(world.cleo)
    answer = client.post(f"/api/avatar-kits/{world.kit.pk}/assets", {"asset_type": "pose", "file": SimpleUploadedFile("x.png", data, "image/png")})
    assert answer.status_code == status, answer.content
    assert len(answer.json()["detail"]) > 15 and answer.json()["status"] == status
    assert everything() == before and sorted(p for p, _ in files.walk()) == stored
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 260_000


def test_a_200_mb_upload_is_refused_before_it_is_read(world):
    client = client_of(world.cleo)
    answer = client.generic("POST", f"/api/avatar-kits/{world.kit.pk}/assets", b"x", content_type="multipart/form-data; boundary=x", headers={"Content-Length": str(200 * 1024 * 1024)})
    assert answer.status_code == 413 and "200" in answer.json()["detail"].replace("210", "200")


@pytest.mark.parametrize("pk, status", [("not-a-uuid", 422), ("00000000-0000-0000-0000-000000000000", 404)])
def test_wrong_ids_are_told(world, pk, status):
    assert client_of(world.ana).get(f"/api/characters/{pk}").status_code == status


def test_ids_of_another_project_are_refused(world):
    client, before = client_of(world.art), everything()
    body = {"name": "x", "character_ids": [str(world.other.pk)], "scene_id": str(world.street.pk)}
    answer = client.post(f"/api/projects/{world.project.pk}/tasks", data=body, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] in ("/character_ids/0", "/scene_id")
    assert client.post(f"/api/projects/{world.sams_project.pk}/tasks", data={"name": "x"}, content_type="application/json").status_code == 404
    assert client.post(f"/api/projects/{world.project.pk}/characters/{world.other.pk}/variants", data={"type": "expression", "label": "x"}, content_type="application/json").status_code == 404
    assert everything() == before


def test_a_data_url_works_and_a_broken_one_is_told(world):
    import base64

    client, good = client_of(world.cleo), "data:image/png;base64," + base64.b64encode(picture()).decode()
    url = f"/api/avatar-kits/{world.kit.pk}/assets"
    assert client.post(url, {"asset_type": "pose", "label": "x", "data_url": good}).status_code == 201
    assert client.post(url, {"asset_type": "pose", "data_url": "data:text/plain,hi"}).status_code == 415
    assert client.post(url, {"asset_type": "pose", "data_url": good[:-9] + "!!"}).status_code == 422
    assert client.post(url, {"asset_type": "nonsense", "data_url": good}).status_code == 422


def test_forms_keep_what_was_typed(world):
    client = client_of(world.cleo)
    page = client.post(f"/spaces/{world.space.pk}/new/character", {"name": "Mara", "hair": "very long and green", "proportion_profile": "realistic"})
    assert page.status_code == 409 and b"very long and green" in page.content and b"already has a character called" in page.content


def test_signed_links_expire_and_cannot_be_forged(world, settings):
    from django.test import Client

    from iat.kernel import signing
    from iat.kernel.errors import NotThere

    token = signing.sign(str(world.anchor.asset_id))
    assert b"".join(Client().get(f"/files/{token}").streaming_content) == picture()
    assert Client().get(f"/files/{token[:-2]}xx").status_code == 404
    with pytest.raises(NotThere):
        signing.unsign(token, max_age=-1)
