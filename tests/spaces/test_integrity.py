"""fsck: random damage to files and rows is found, what can be mended is, nothing is invented."""

import random

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from iat.kernel import enter
from renders.domain import files as thumbnails
from spaces.domain import assets, integrity, kits
from spaces.models import Asset, AssetLink, AvatarAsset, DefinitionWords
from tests.conftest import picture


def shelf(world, count):
    """Pictures on a kit, every third one a twin by content of an earlier one, each derived from the anchor, with thumbnails."""
    with enter.in_space(world.space):
        for n in range(count):
            colour = ((n % 3 and n * 5 % 256) or 7, n * 3 % 256, 90, 255)
            kits.add_picture(world.kit, data=picture(24, 32, colour), asset_type="pose", label=f"p{n}", by=world.cleo, derived_from=world.anchor)
        for row in Asset.objects.all():
            thumbnails.make_thumbs(row.pk, now=timezone.now())


def look(store):
    with enter.everywhere("the test looks"):
        return list(integrity.check(store, now=timezone.now(), grace_s=-5))


def test_two_hundred_random_damages_are_found_and_nothing_is_invented(world, files):
    shelf(world, 160)
    assert look(files) == []
    dice, expected = random.Random(7), set()
    with enter.everywhere("the test breaks things"):
        rows = list(Asset.objects.filter(storage_uri__contains="/poses/").order_by("storage_uri"))
        dice.shuffle(rows)
        content = {r.storage_uri: files.read(r.storage_uri) for r in Asset.objects.all()}
        intact = {r.sha256 for r in Asset.objects.all()}
        hit, moved = {}, {}
        for row in rows[:40]:
            files.delete(row.storage_uri)
            hit[row.storage_uri] = "missing"
        for row in rows[40:70]:
            files.write(row.storage_uri, content[row.storage_uri][:-9] + b"scratched")
            hit[row.storage_uri] = "changed"
        for row in rows[70:90]:
            files.write(f"elsewhere/{row.pk}.png", content[row.storage_uri])
            files.delete(row.storage_uri)
            hit[row.storage_uri] = "missing"
            moved[row.storage_uri] = f"elsewhere/{row.pk}.png"
        for row in rows[90:110]:
            files.delete(assets.thumb_path(row, dice.choice((256, 512, 1024))))
            expected.add(("thumbnails", row.storage_uri))
        for row in rows[110:140]:
            AssetLink.objects.filter(child=row).delete()
            expected.add(("link", row.storage_uri))
        gone = rows[140:160]
        for row in gone:
            AvatarAsset.objects.filter(asset=row).delete()
            Asset.objects.filter(pk=row.pk).delete()
            expected |= {("orphan", row.storage_uri), *(("orphan", assets.thumb_path(row, s)) for s in (256, 512, 1024))}
        for n in range(40):
            files.write(f"strange/{n}.bin", b"%d" % n)
            expected.add(("orphan", f"strange/{n}.bin"))
        expected |= {(kind, path) for path, kind in hit.items()} | {("orphan", path) for path in moved.values()}
        damages = 40 + 30 + 20 + 20 + 30 + 20 + 40
    assert damages == 200
    found = look(files)
    assert {(t.kind, t.path) for t in found} == expected

    with enter.everywhere("the test mends"):
        done = integrity.mend(files, found)
        broken = set(hit)
        still = {r.storage_uri: r.sha256 for r in Asset.objects.all()}
        good = {sha for path, sha in still.items() if path not in broken} | {still[p] for p in moved} | {r.sha256 for r in gone}
        for path in hit:
            if still[path] in good:
                assert files.read(path) == content[path], "mended with the very bytes"
            else:
                assert path not in done and (not files.exists(path) or hit[path] == "changed")
        assert {r.sha256 for r in Asset.objects.all()} <= intact
    left = {(t.kind, t.path) for t in look(files)}
    beyond = {(kind, path) for path, kind in hit.items() if still[path] not in good}
    donors_used = {t.path for t in found if t.kind == "orphan"} - {path for kind, path in left if kind == "orphan"}
    assert left == beyond | {(k, p) for k, p in expected if k == "orphan" and p not in donors_used}
    assert all(p.startswith(("elsewhere/", "avatars/")) for p in donors_used)


def test_the_command_tells_mends_and_ends_with_an_error_while_something_is_left(world, files, capsys):
    call_command("fsck")
    assert "Files and rows agree." in capsys.readouterr().out
    with enter.everywhere("the test breaks things"):
        DefinitionWords.objects.filter(definition=world.mara).update(body="nonsense")
        DefinitionWords.objects.filter(definition=world.draft).delete()
    files.write("strange.bin", b"?")
    with pytest.raises(CommandError, match=r"Left: 1 orphan, 2 words\. Run with --repair"):
        call_command("fsck", grace=-5.0)
    with pytest.raises(CommandError, match=r"Left: 1 orphan$"):
        call_command("fsck", repair=True, grace=-5.0)
    call_command("fsck", repair=True, delete_orphans=True, grace=-5.0)
    call_command("fsck", grace=-5.0)
    assert not files.exists("strange.bin")
