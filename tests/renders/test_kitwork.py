"""Kits that ask for pictures: proposals, leases, orders that end; sheets in print."""

import io

import pytest
from django.utils import timezone
from PIL import Image

from iat.kernel import enter
from iat.kernel.errors import Invalid, Refused
from renders.domain import sheets
from renders.imaging import png, sheet
from renders.models import KitItem, KitOrder
from renders.pipeline import kitwork
from spaces.domain import definitions, kits
from spaces.models import AvatarAsset, AvatarKit
from spaces.queries import library
from tests.conftest import client_of, picture


@pytest.fixture
def empty(world):
    """A kit without a picture."""
    with enter.in_space(world.space):
        who = definitions.create(world.space, type="character", name="Nell", by=world.cleo, attributes={"appearance": {"hair": "short red", "outfit": "yellow coat"}})
        return kits.create(who, name="Nell", by=world.cleo, appearance_prompt="red hair, freckles", style_prompt="flat colour", negative_prompt="hats")


def done(order):
    for item in KitItem.objects.filter(order=order).order_by("position"):
        kitwork.work(item.pk)
    order.refresh_from_db()
    return order


def fresh(kit):
    return AvatarKit.objects.select_related("space", "character", "primary_anchor__asset", "secondary_anchor__asset").get(pk=kit.pk)


def test_a_core_kit_in_one_click(world, empty, files):
    with enter.in_space(world.space):
        order = kitwork.start(fresh(empty), kitwork.Wish("core"), by=world.cleo)
        items = list(KitItem.objects.filter(order=order).order_by("position"))
        assert [(i.asset_type, i.expression) for i in items] == [("anchor_fullbody", "neutral"), ("anchor_portrait", "neutral"), *(("expression", mood) for mood in library.CORE)]
        assert kitwork.work(items[3].pk) == "not yet"
        assert done(order).status == "done"
        rows = list(AvatarAsset.objects.filter(avatar_kit=empty).order_by("created_at"))
        assert len(rows) == 8 and {(r.review, r.source_type) for r in rows} == {("proposed", "ai_generated")}
        figure = next(r for r in rows if r.asset_type == "anchor_fullbody")
        assert {r.derived_from_id for r in rows if r.pk != figure.pk} == {figure.pk}
        told = figure.generation_metadata
        assert told["provider"] == "storyboard" and "red hair, freckles" in told["prompt"] and told["negative_prompt"] == "hats"
        data = files.read(figure.asset.storage_uri)
        assert Image.open(io.BytesIO(data)).mode == "RGBA" and png.read_texts(data)["iat:prompt"] == told["prompt"]
        assert kitwork.work(items[0].pk) == "not mine" and AvatarAsset.objects.filter(avatar_kit=empty).count() == 8
        with pytest.raises(Refused, match="Nothing is missing"):
            kitwork.start(fresh(empty), kitwork.Wish("core"), by=world.cleo)
        kits.accept(figure, by=world.cleo)
        assert fresh(empty).primary_anchor_id == figure.pk


def test_the_same_character_is_drawn_again_from_its_anchor(world, empty, files):
    with enter.in_space(world.space):
        done(kitwork.start(fresh(empty), kitwork.Wish("anchors"), by=world.cleo))
        for row in AvatarAsset.objects.filter(avatar_kit=empty):
            kits.accept(row, by=world.cleo)
        order = done(kitwork.start(fresh(empty), kitwork.Wish("sheet"), by=world.cleo))
        assert (order.status, KitItem.objects.filter(order=order).count()) == ("done", 14)
        neutral, anchor = AvatarAsset.objects.get(avatar_kit=empty, expression="neutral", asset_type="expression"), fresh(empty).primary_anchor
        assert Image.open(io.BytesIO(files.read(neutral.asset.storage_uri))).tobytes() == Image.open(io.BytesIO(files.read(anchor.asset.storage_uri))).tobytes()
        poses = AvatarAsset.objects.filter(avatar_kit=empty, asset_type="pose")
        assert len({p.asset.sha256 for p in poses.select_related("asset")}) == 8


def test_art_of_another_hand_is_marked_or_cropped_never_redrawn(world, files):
    with enter.in_space(world.space):
        order = done(kitwork.start(fresh(world.kit), kitwork.Wish("expressions", expressions=("angry", "sullen")), by=world.cleo))
        assert order.status == "partial"
        made = KitItem.objects.get(order=order, expression="angry").picture
        assert made.generation_metadata["facts"] == {"figures": ["kit"]} and made.derived_from_id == world.anchor.pk
        assert "does not redraw art of another hand" in KitItem.objects.get(order=order, expression="sullen").error
        kitwork.retry(order, by=world.cleo)
        assert done(order).status == "partial" and KitItem.objects.get(order=order, expression="sullen").attempt == 1


def test_what_cannot_be_made_is_refused(world, empty):
    with enter.in_space(world.space):
        with pytest.raises(Refused, match="made from the anchor, and this kit has none"):
            kitwork.start(fresh(empty), kitwork.Wish("expressions"), by=world.cleo)
        with pytest.raises(Invalid, match="Name at least one outfit"):
            kitwork.start(fresh(world.kit), kitwork.Wish("outfits"), by=world.cleo)
        with pytest.raises(Invalid, match="There is no provider"):
            kitwork.start(fresh(world.kit), kitwork.Wish("core", provider_code="none"), by=world.cleo)
        with pytest.raises(Invalid, match="At most 40"):
            kitwork.start(fresh(world.kit), kitwork.Wish("expressions", expressions=tuple(map(str, range(41)))), by=world.cleo)


def test_a_dead_workers_item_is_given_out_again_and_a_canceled_one_is_not(world, empty):
    with enter.in_space(world.space):
        order = kitwork.start(fresh(empty), kitwork.Wish("anchors"), by=world.cleo)
        first, second = KitItem.objects.filter(order=order).order_by("position")
        KitItem.objects.filter(pk=first.pk).update(status="running", lease_owner="elsewhere:1:1", lease_until=timezone.now() - timezone.timedelta(seconds=1), attempt=1)
    with enter.everywhere("the sweeper"):
        assert kitwork.sweep(now=timezone.now(), eager=True) == 2
    with enter.in_space(world.space):
        assert kitwork.work(first.pk) == "done" and KitItem.objects.get(pk=first.pk).attempt == 2
        order.refresh_from_db()
        kitwork.cancel(order, by=world.cleo)
        assert kitwork.work(second.pk) == "not mine" and KitOrder.objects.get(pk=order.pk).status == "canceled"


@pytest.mark.parametrize("states, end", [(["done", "planned"], ""), (["done", "done"], "done"), (["done", "failed"], "partial"), (["failed"], "failed"), (["canceled"], "canceled")])
def test_an_order_ends_as_its_items_do(states, end):
    assert kitwork.outcome(states) == end


def test_orders_by_the_api_are_asked_once(world, empty):
    client = client_of(world.cleo)
    asked = [client.post(f"/api/avatar-kits/{empty.pk}/generate-anchors", data={}, content_type="application/json", headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [a.status_code for a in asked] == [202, 202] and asked[0].json()["id"] == asked[1].json()["id"]
    told = client.get(asked[0].json()["poll"]).json()
    assert (told["done"], told["total"], told["status"]) == (0, 2, "planned")
    sheet_asked = client.post(f"/api/characters/{world.draft.pk}/sheet", data={}, content_type="application/json")
    assert (sheet_asked.status_code, sheet_asked.json()["total"]) == (202, 16)


def test_a_sheet_prints_as_png_and_pdf(world, files):
    client = client_of(world.vi)
    url = f"/api/avatar-kits/{world.kit.pk}/sheet?format="
    waiting = client.get(url + "png")
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "1")
    with enter.in_space(world.space):
        sheets.draw(world.kit.pk, "png")
        sheets.draw(world.kit.pk, "pdf")
    drawn = client.get(url + "png")
    image = Image.open(io.BytesIO(b"".join(drawn.streaming_content)))
    assert drawn.status_code == 200 and image.size == (4961, 3508) and round(image.info["dpi"][0]) == 300 and "mara-mara-default.png" in drawn["Content-Disposition"]
    printed = b"".join(client.get(url + "pdf").streaming_content)
    assert printed.startswith(b"%PDF-") and b"iat-title" not in printed[:0]
    assert client.get(url + "svg").status_code == 422
    with enter.in_space(world.space):
        kits.add_picture(world.kit, data=picture(colour=(1, 2, 3, 255)), asset_type="pose", label="x", by=world.cleo)
    assert client.get(url + "png").status_code == 202, "another picture, another sheet"


def test_a_sheet_with_many_pictures_and_long_words_stays_on_its_page():
    art = picture(60, 120)
    board = sheet.Board("Ö" * 200, "x " * 400, "f " * 400, [sheet.Picture("a", art)] * 2, [("Expressions", [sheet.Picture("very long label " * 5, art)] * 70), ("Poses", [sheet.Picture("p", art)] * 50)],
                        [("Looks", "word " * 900), ("Style", "unbreakable" * 90)], ["#123456"] * 8)
    for op in sheet.layout(board):
        right = op.x + (sheet.width_of(op.text, op.size, op.face) if isinstance(op, sheet.Text) else op.w)
        assert op.x >= 0 and right <= sheet.PAGE[0] + 0.01, op
        assert op.y + (0 if isinstance(op, sheet.Text) else op.h) <= sheet.PAGE[1] + 0.01, op


def test_the_palette_is_measured_from_the_figure_not_from_its_background():
    assert sheet.palette([picture(64, 96, (180, 60, 40, 255))]) == ["#b43c28"]
