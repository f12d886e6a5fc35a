"""Definitions, versions, clones, variants, kits: the rules of canon."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from iat.kernel import enter
from iat.kernel.errors import Invalid, Refused, Stale
from projects.domain import imports
from spaces.domain import assets, definitions, kit_import, kit_names, kits, people, versions
from spaces.lifecycles import DEFINITION
from spaces.models import AvatarAsset, Definition, Membership
from tests.conftest import client_of, picture


def test_publishing_deprecates_the_old_version(world):
    with enter.in_space(world.space):
        second = versions.new_version(world.mara, by=world.cleo)
        assert (second.version, second.state, second.parent_id, second.root_id) == ("2.0.0", "draft", world.mara.pk, world.mara.pk)
        definitions.publish(second, by=world.cleo)
        world.mara.refresh_from_db()
        assert (world.mara.state, second.state) == ("deprecated", "canonical")
        assert versions.new_version(second, by=world.cleo, bump="minor").version == "2.1.0"


def test_canon_is_frozen_and_a_draft_is_not(world):
    with enter.in_space(world.space):
        with pytest.raises(Refused, match="Canon is frozen"):
            definitions.edit(world.mara, by=world.cleo, name="Else")
        definitions.edit(world.draft, by=world.cleo, name="Better")
        assert [(r.number, r.verb, r.after) for r in world.draft.revisions.order_by("number")][1:] == [(2, "edited", {"name": "Better"})]


def test_a_clone_remembers_where_it_came_from_and_the_space_never_mutates_it(world):
    assert (world.clone.scope_kind, world.clone.parent_id, world.clone.root_id, world.clone.version, world.clone.inherited_version, world.clone.state) == (
        "project", world.mara.pk, world.mara.pk, None, "1.0.0", "draft")
    with enter.in_space(world.space):
        second = versions.new_version(world.mara, by=world.cleo)
        definitions.edit(second, by=world.cleo, description="new")
        definitions.publish(second, by=world.cleo)
    with enter.in_project(world.project):
        world.clone.refresh_from_db()
        assert world.clone.description == "" and world.clone.inherited_version == "1.0.0"


@pytest.mark.parametrize("state", ["draft", "experimental", "archived"])
def test_only_canon_is_imported(world, state):
    with enter.in_space(world.space):
        Definition.objects.filter(pk=world.draft.pk).update(state=state)
    with enter.in_project(world.project), pytest.raises(Refused, match="only canon can be imported"):
        imports.bring_in(world.project, by=world.art, characters=[world.draft.pk], scenes=[], styles=[])


def test_an_import_is_all_or_nothing_and_names_what_is_missing(world):
    with enter.in_project(world.project), pytest.raises(Invalid) as refused:
        imports.bring_in(world.project, by=world.art, characters=[world.other.pk, world.ink.pk], scenes=[], styles=[])
    assert [f.pointer for f in refused.value.findings] == ["/characters/0", "/characters/1"]


def test_a_variant_is_a_child_of_the_clone(world):
    assert (world.variant.parent_id, world.variant.root_id, world.variant.modifiers, world.variant.name) == (world.clone.pk, world.mara.pk, {"expression_profile": "happy"}, "Mara — happy")
    with enter.in_space(world.space), pytest.raises(Refused, match="Variants belong to a project"):
        versions.variant(world.mara, variant_type="expression", label="x", by=world.cleo)


def test_attributes_are_typed_and_errors_name_the_field(world):
    with enter.in_space(world.space), pytest.raises(Invalid) as refused:
        definitions.create(world.space, type="style", name="S", by=world.cleo, attributes={"parameters": {"saturation": 9, "colour": 1}})
    assert [f.pointer for f in refused.value.findings] == ["/attributes/parameters/saturation", "/attributes/parameters/colour"]


@pytest.mark.parametrize("change", ["space", "type", "style_in_project", "version_twice", "scope"])
def test_the_database_holds_what_the_code_promises(world, change):
    with enter.everywhere("break it on purpose"), pytest.raises(IntegrityError), transaction.atomic():
        rows = Definition.objects.filter(pk=world.clone.pk)
        if change == "space":
            rows.update(parent=world.other)
        elif change == "type":
            rows.update(type="scene")
        elif change == "style_in_project":
            Definition.objects.filter(pk=world.ink.pk).update(scope_kind="project", project=world.project, version=None)
        elif change == "version_twice":
            versions.new_version(world.mara, by=world.cleo)
            Definition.objects.filter(root_id=world.mara.pk, version="2.0.0").update(version="1.0.0")
        else:
            rows.update(scope_kind="space")


def test_stale_edits_are_refused_and_told(world):
    with enter.in_space(world.space):
        mine, theirs = Definition.objects.get(pk=world.draft.pk), Definition.objects.get(pk=world.draft.pk)
        definitions.edit(theirs, by=world.ana, description="theirs")
        with pytest.raises(Stale):
            definitions.edit(mine, by=world.cleo, description="mine")
    client = client_of(world.cleo)
    answer = client.patch(f"/api/characters/{world.draft.pk}", data={"description": "x"}, content_type="application/json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["title"]) == (412, "Somebody changed this in the meantime")


def test_409_says_what_is_possible(world):
    answer = client_of(world.cleo).post(f"/api/characters/{world.mara.pk}/archive", data={}, content_type="application/json")
    assert (answer.status_code, answer.json()["allowed"]) == (409, ["deprecated"])
    forced = client_of(world.cleo).post(f"/api/characters/{world.mara.pk}/archive", data={"force": True}, content_type="application/json")
    assert forced.status_code == 200 and "canon" in forced.json()["warning"]


def test_a_kit_needs_a_primary_anchor_to_become_active(world):
    with enter.in_space(world.space):
        kit = kits.create(world.draft, name="Empty", by=world.cleo)
        with pytest.raises(Refused, match="needs a primary anchor"):
            kits.activate(kit, by=world.cleo)
        kits.add_picture(kit, data=picture(), asset_type="anchor_portrait", by=world.cleo)
        kit.refresh_from_db()
        kits.activate(kit, by=world.cleo)
        world.draft.refresh_from_db()
        assert world.draft.active_avatar_kit_id == kit.pk


def test_pictures_keep_their_bytes_and_their_path(world, files):
    asset = world.anchor.asset
    assert asset.storage_uri.startswith(f"avatars/{world.kit.pk}/anchors/neutral_") and files.read(asset.storage_uri) == picture()


def test_the_expression_is_chosen_in_the_documented_order(world):
    def p(kind, mood="", tags=(), outfit="", at=0):
        return AvatarAsset(asset_type=kind, expression=mood, emotion_tags=list(tags), outfit=outfit, is_active=True, review="accepted", created_at=f"2026-01-0{at + 1}")

    anchor, happy, joy, green = p("anchor_fullbody", "neutral", outfit="blue"), p("expression", "happy", ["joy"], "blue", 1), p("expression", "laughing", ["glee"], "blue", 2), p("expression", "happy", outfit="green", at=3)
    shelf = [anchor, happy, joy, green]

    def pick(**wanted):
        return kits.choose(shelf, primary_id=anchor.pk, **wanted)

    assert pick(expression="happy") is happy
    assert pick(expression="glee") is joy
    assert pick(expression="bored") is anchor
    assert pick(expression="happy", outfit="green") is green
    assert kits.choose([], primary_id=None) is None


SYLVIE = [f"sylvie {o} {e}.png" for o in ("blue", "green") for e in ("normal", "smile", "giggle", "surprised")]


def test_sprites_are_placed_by_their_names():
    found = kit_names.plan([*SYLVIE, "bg club.jpg", "readme.txt"], "Sylvie")
    assert [(p.asset_type, p.outfit, p.expression) for p in found] == [
        ("anchor_fullbody", "blue", "neutral"), ("expression", "blue", "happy"), ("expression", "blue", "joyful"), ("expression", "blue", "surprised"),
        ("outfit", "green", "neutral"), ("expression", "green", "happy"), ("expression", "green", "joyful"), ("expression", "green", "surprised"), ("", "", ""), ("", "", "")]
    assert [p.why for p in found[-2:]] == ["does not carry the name Sylvie", "not a picture"]


@given(st.lists(st.text(max_size=30).map(lambda s: s + ".png"), max_size=12), st.text(min_size=1, max_size=12))
def test_every_file_is_listed_once_whatever_its_name(names, character):
    found = kit_names.plan(names, character)
    assert [p.name for p in found] == names
    assert all(p.asset_type or p.why for p in found)


def test_a_broken_file_is_listed_not_written(world):
    good, bad = picture(), picture()[:60]
    found = kit_import.preview([("mara happy.png", good), ("mara sad.png", bad), ("notes.txt", b"hi")], "Mara")
    assert [p.name for p in found.placed] == ["mara happy.png"]
    assert {p.name for p in found.left} == {"mara sad.png", "notes.txt"}


def test_links_refuse_cycles(world):
    with enter.in_space(world.space):
        a, b = world.anchor.asset, world.kit.assets.exclude(pk=world.anchor.pk).first().asset
        assets.link(b, a)
        with pytest.raises(Refused, match="cannot be derived from itself"):
            assets.link(a, b)
        assert assets.ancestors(b) == [a]


def test_the_last_owner_stays(world):
    with pytest.raises(Refused, match="needs an owner"):
        people.change_role(world.space, user_id=world.ana.pk, role="viewer", by=world.ana)
    people.change_role(world.space, user_id=world.cleo.pk, role="owner", by=world.ana)
    people.remove_member(world.space, user_id=world.ana.pk, by=world.cleo)
    assert Membership.objects.filter(space=world.space, role="owner").count() == 1


def test_the_lifecycle_diagram_names_force():
    assert "canonical --> archived: force" in DEFINITION.mermaid()


@pytest.mark.parametrize("palette", [["red"], ["#12345"], ['#"><b>'], ["#1234567"]])
def test_a_palette_is_made_of_hex_colours(world, palette):
    with enter.in_space(world.space), pytest.raises(Invalid, match="palette"):
        definitions.create(world.space, type="style", name="S", by=world.cleo, attributes={"parameters": {"palette": palette}})


def test_a_colour_of_a_character_never_breaks_out_of_the_drawing(world):
    with enter.in_space(world.space):
        row = definitions.create(world.space, type="character", name="X", by=world.cleo, attributes={"appearance": {"skin": '#"/><a', "hair": "#zzzzzz", "accent": '"><script>'}})
    answer = client_of(world.vi).get(f"/sketch/{row.pk}")
    assert answer.status_code == 200 and b"<script" not in answer.content and b'#"/>' not in answer.content
    assert "default-src 'none'" in answer["Content-Security-Policy"]
