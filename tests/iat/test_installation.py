"""The installation as a person starts it: processes, sockets, kill -9."""

import json
import os
import subprocess
import sys

import pytest

from bench import kill
from tests.installation import ROOT, Installation

pytestmark = [pytest.mark.installation, pytest.mark.xdist_group("installation")]


def test_worker_killed_in_the_middle_of_a_run_loses_nothing(tmp_path):
    found = kill.trial(tmp_path / "home", kills=3, candidates=16)
    assert found["kills"] == 3
    assert {k: found[k] for k in ("status", "candidates", "done", "finals", "final_assets", "drafts", "files_without_row", "rows_without_file")} == {
        "status": "done", "candidates": 16, "done": 16, "finals": 16, "final_assets": 16, "drafts": 1, "files_without_row": 0, "rows_without_file": 0}


def test_a_second_start_keeps_the_data_and_ctrl_c_stops_everything(tmp_path):
    place = Installation(tmp_path / "home", demo=False)
    place.start()
    token = place.token()
    place.call("POST", "/api/spaces", {"name": "Kept"}, token)
    keys = (place.home / "keys.json").read_text()
    assert oct((place.home / "keys.json").stat().st_mode)[-3:] == "600"
    place.stop()
    assert place.process.returncode == 0 and place.workers() == []
    place.start()
    try:
        assert [s["name"] for s in place.call("GET", "/api/spaces", token=token)["items"]] == ["Kept"]
        assert (place.home / "keys.json").read_text() == keys
        second = subprocess.run([sys.executable, "manage.py", "up"], cwd=ROOT, env=place.env, capture_output=True, text=True, timeout=60)
        assert second.returncode == 1 and "Is another one running?" in second.stderr
    finally:
        place.stop()


def test_the_doctor_tells_what_is_missing_and_how_to_mend_it(tmp_path):
    place = Installation(tmp_path / "home")
    sick = place.manage("doctor")
    assert sick.returncode == 1 and "Run: python manage.py migrate" in sick.stdout and "Traceback" not in sick.stderr
    place.manage("migrate", "-v", "0")
    place.manage("collectstatic", "--noinput", "-v", "0")
    well = place.manage("doctor")
    assert well.returncode == 0 and "MEND" not in well.stdout
    broken = Installation(tmp_path / "other", DATABASE_URL="postgres://nobody@127.0.0.1:1/none", IAT_BROKER_URL="redis://127.0.0.1:1/0", IAT_SECRET_KEY="x", IAT_FERNET_KEYS="y").manage("doctor")
    assert broken.returncode == 1 and "DATABASE_URL right?" in broken.stdout and "IAT_BROKER_URL right?" in broken.stdout


@pytest.mark.parametrize("more, words", [
    ({"IAT_BIND": "0.0.0.0:9"}, "Single-user mode has no sign-in"),
    ({"IAT_SINGLE_USER": "perhaps"}, "is neither yes nor no"),
    ({"DATABASE_URL": "postgres://x@127.0.0.1/x"}, "IAT_SECRET_KEY is not set"),
    ({"DATABASE_URL": "postgres://x@127.0.0.1/x", "IAT_SECRET_KEY": "x"}, "IAT_FERNET_KEYS is not set"),
])
def test_settings_refuse_nonsense(tmp_path, more, words):
    place = Installation(tmp_path / "home")
    found = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env={**place.env, **more}, capture_output=True, text=True, timeout=60)
    assert found.returncode != 0 and words in found.stdout + found.stderr


def test_import_kit_shows_a_preview_and_writes_only_when_told(tmp_path):
    from tests.conftest import picture

    art = tmp_path / "art"
    art.mkdir()
    for name in ("nia normal.png", "nia smile.png", "nia coat smile.png"):
        (art / name).write_bytes(picture())
    (art / "notes.txt").write_text("hello")
    place = Installation(tmp_path / "home")
    place.manage("migrate", "-v", "0")
    preview = place.manage("import_kit", str(art), "--character", "Nia", "--dry-run")
    assert "anchor fullbody" in preview.stdout and "left out: not a picture" in preview.stdout and "Nothing was written" in preview.stdout
    refused = place.manage("import_kit", str(art), "--character", "Nia", input="n\n")
    assert "Nothing was written" in refused.stdout
    done = place.manage("import_kit", str(art), "--character", "Nia", "--yes", "--activate")
    assert "3 pictures are on the sheet" in done.stdout, done.stderr
    count = place.manage("shell", "-v", "0", "-c", "import json\nfrom iat.kernel import enter\nfrom spaces.models import AvatarKit\nwith enter.everywhere('t'):\n  k=AvatarKit.objects.get(); print(json.dumps([k.status, k.assets.count(), k.primary_anchor.asset_type]))")
    assert json.loads(count.stdout.strip().splitlines()[-1]) == ["active", 3, "anchor_fullbody"]


@pytest.mark.skipif(not os.environ.get("IAT_RENPY_DIR"), reason="Debian's Ren'Py sprites are not here: set IAT_RENPY_DIR")
def test_real_sprites_find_their_places(tmp_path):
    place = Installation(tmp_path / "home")
    place.manage("migrate", "-v", "0")
    found = place.manage("import_kit", os.environ["IAT_RENPY_DIR"], "--character", "Sylvie", "--yes", "--activate")
    assert "8 pictures are on the sheet" in found.stdout, found.stdout + found.stderr
    assert found.stdout.count("→ expression") == 6 and found.stdout.count("→ outfit") == 1 and found.stdout.count("→ anchor fullbody") == 1
