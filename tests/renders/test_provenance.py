"""What the guard and the outside checkers say, and what a signed picture proves."""

import datetime as dt
import io
import json
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image, ImageDraw, ImageFont

from iat.kernel import enter, filestore
from projects.domain import accounts
from renders.domain import provenance
from renders.imaging import guard, lettering, place, png, reading
from renders.models import QualityReport, RunCandidate
from renders.pipeline import plan, runner
from renders.providers.registry import remote
from tests.conftest import client_of
from tests.renders.wires import SERVERS

FONT = Path(guard.__file__).parent / "fonts"
SMALL = plan.Wish(candidates=1, width=256, height=256)


def certificate(folder):
    """A throw-away authority and a signing certificate, as C2PA wants them."""
    now = dt.datetime.now(dt.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def name(common):
        return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Harbour"), x509.NameAttribute(NameOID.COMMON_NAME, common)])

    def built(subject, public, serial, ca):
        made = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name("root")).public_key(public).serial_number(serial).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
        made = made.add_extension(x509.BasicConstraints(ca, None), True).add_extension(x509.KeyUsage(True, False, False, False, False, ca, ca, False, False), True)
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False)
        return (made if ca else made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), True)).sign(root_key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(built("signer", key.public_key(), 2, False).public_bytes(pem) + built("root", root_key.public_key(), 1, True).public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return {"certificate": str(folder / "chain.pem"), "private_key": str(folder / "key.pem"), "algorithm": "es256", "timestamps": ""}


def drawn(world):
    with enter.in_project(world.project):
        run = runner.start([world.task], SMALL, by=world.art)
        candidate = RunCandidate.objects.get(job__run=run)
        runner.work(candidate.pk)
        candidate.refresh_from_db()
        return candidate, filestore.store().read(candidate.final_asset.storage_uri) if candidate.final_asset_id else b""


def test_a_finished_picture_is_signed_and_a_changed_one_shows(world, settings, tmp_path):
    c2pa = pytest.importorskip("c2pa")
    settings.IAT_C2PA = certificate(tmp_path)
    assert provenance.cannot_sign() == ""
    candidate, data = drawn(world)
    with c2pa.Reader("image/png", io.BytesIO(data)) as reader:
        assert reader.get_validation_state() == "Valid"
        told = json.loads(reader.json())
    manifest = told["manifests"][told["active_manifest"]]
    kept = {a["label"]: a["data"] for a in manifest["assertions"]}
    assert kept["org.iat.lineage"]["candidate"] == str(candidate.pk) and kept["c2pa.actions.v2"]["actions"][0]["digitalSourceType"].endswith("/composite")
    read = reading.read(data)
    assert read.signed and read.maker == "iat" and read.lineage["candidate"] == str(candidate.pk)
    spoiled = bytearray(data)
    spoiled[-40] ^= 1
    with c2pa.Reader("image/png", io.BytesIO(bytes(spoiled))) as reader:
        assert reader.get_validation_state() == "Invalid"


def test_an_installation_that_should_sign_and_cannot_says_so(world, settings, tmp_path):
    settings.IAT_C2PA = {**certificate(tmp_path), "private_key": str(tmp_path / "gone.pem")}
    assert "cannot be used" in provenance.cannot_sign()
    candidate, _ = drawn(world)
    assert candidate.status == "failed" and "signing certificate" in candidate.error and "retry" in candidate.error


def written(words, *, size=40, font="DejaVuSans.ttf", colour="white"):
    image = place.draw("street", seed="a").convert("RGB").resize((900, 600))
    if words:
        ImageDraw.Draw(image).text((80, 460), words, font=ImageFont.truetype(str(FONT / font), size), fill=colour)
    return np.asarray(image)


@pytest.mark.parametrize(("words", "more"), [("OPEN ALL NIGHT", {}), ("watermark.example", {"size": 30}), ("The harbour at dawn", {"colour": "#e03030", "size": 60}), ("SALE 50 percent", {"font": "DejaVuSerif.ttf", "size": 50, "colour": "#e03030"})])
def test_letters_are_found_where_they_stand(words, more):
    found = lettering.lines(written(words, **more))
    assert found and any(abs(left - 80 / 900) < 0.3 and 0.7 < top < 0.9 for left, top, _, _ in found)
    assert lettering.lines(written("")) == []


def test_letters_are_a_warning_unless_the_guide_allows_them():
    image = Image.fromarray(written("OPEN ALL NIGHT"))
    asked = guard.look(image, guard.Demands(900, 600, text_allowed=False))
    assert [f["code"] for f in asked.soft if f["code"] == "text"] == ["text"] and asked.hard == []
    assert not [f for f in guard.look(image, guard.Demands(900, 600)).soft if f["code"] == "text"]


def test_opaque_alpha_is_missing_alpha():
    whole, part = Image.fromarray(written("")).convert("RGBA"), Image.fromarray(written("")).convert("RGBA")
    part.putpixel((0, 0), (0, 0, 0, 0))
    assert [f["code"] for f in guard.look(whole, guard.Demands(900, 600, alpha=True)).hard] == ["alpha"]
    assert guard.look(part, guard.Demands(900, 600, alpha=True)).hard == []


@pytest.mark.parametrize(("mood", "status", "says"), [("calm", "done", ""), ("unsafe", "failed_output_guard", "violence"), ("500", "done", "")])
@pytest.mark.wire
def test_a_configured_checker_looks_at_every_finished_picture(world, mood, status, says):
    with SERVERS["openai"]() as server:
        server.moderation = mood
        connector = remote("openai")
        with enter.in_project(world.project):
            accounts.put(world.project, "openai", by=world.ana, config=connector.Config(base_url=server.url, safety_check=True).model_dump(mode="json"), concurrent=2, per_minute=0)
            accounts.put_secret(world.project, "openai", "key", value=server.secrets["key"], by=world.ana)
        candidate, _ = drawn(world)
        asked = [r for r in server.seen if r.path.endswith("/moderations")]
    assert candidate.status == status and says in candidate.error and len(asked) == 1
    assert asked[0].json["model"] == "omni-moderation-latest" and asked[0].json["input"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    with enter.in_project(world.project):
        report = QualityReport.objects.get(candidate=candidate, report_type="output_guard").summary
    assert [f["code"] for f in report["soft"] if f["code"] == "unchecked"] == (["unchecked"] if mood == "500" else [])
    assert server.orders == []


def test_our_files_carry_iptc_and_ids_and_are_never_signed_by_default(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        data = filestore.store().read(w.rendered.asset.storage_uri)
    told = reading.read(data)
    assert not told.signed and told.digital_source == "composite" and told.lineage["run"] == str(w.run.pk)
    assert png.read_texts(data)["iat:prompt"] == w.job.prompt_text and client_of(w.vi).get(f"/projects/{w.project.pk}/read").status_code == 200
