"""Newer canon and the projects that follow it: rebase, undo, pins, comparison, search, templates, histories."""

import pytest

from iat.kernel import enter
from iat.kernel.errors import Invalid, NotAllowed, Refused, Stale
from projects.domain import projects
from projects.queries import updates
from renders.domain import rendered
from renders.models import BaseView
from renders.queries import canon as older_canon
from renders.queries import gallery, usage
from spaces.domain import definitions, pins, rebase, templates, versions
from spaces.merging import MISSING
from spaces.models import Definition, DefinitionRevision, DefinitionWords
from spaces.queries import compare, family, library, lineage
from tests.conftest import client_of, picture


def newer(world, *, publish=True, **changes):
    """Mara 2.0.0 with these changes."""
    with enter.in_space(world.space):
        second = versions.new_version(Definition.objects.get(pk=world.mara.pk), by=world.cleo)
        definitions.edit(second, by=world.cleo, **changes)
        return definitions.publish(second, by=world.cleo) if publish else second


def look(**appearance):
    return {"appearance": {"hair": "long black", "outfit": "red hoodie", **appearance}}


def test_a_clone_follows_newer_canon_field_by_field(world):
    with enter.in_project(world.project):
        definitions.edit(world.clone, by=world.art, description="ours", attributes=look(eyes="green"), canonical_tags=["mine"])
    second = newer(world, attributes=look(hair="short black"), canonical_tags=["harbour"])
    with enter.in_project(world.project):
        assert [(u.row.pk, u.has, u.newest.version, u.pinned) for u in updates.of_project(world.project)] == [(world.clone.pk, "1.0.0", "2.0.0", False)]
        plan = rebase.rebase(world.clone, by=world.art)
        assert not plan.merged.conflicts
        world.clone.refresh_from_db()
        got = world.clone.attributes["appearance"]
        assert (got["hair"], got["eyes"], world.clone.description, world.clone.canonical_tags) == ("short black", "green", "ours", ["mine", "harbour"])
        assert (world.clone.parent_id, world.clone.inherited_version) == (second.pk, "2.0.0")
        world.variant.refresh_from_db()
        assert world.variant.attributes["appearance"]["hair"] == "short black" and world.variant.modifiers == {"expression_profile": "happy"} and world.variant.inherited_version == "2.0.0"
        assert updates.of_project(world.project) == []


def test_conflicts_are_named_and_chosen(world):
    with enter.in_project(world.project):
        definitions.edit(world.clone, by=world.art, attributes=look(hair="shaved"))
    newer(world, attributes=look(hair="short black", eyes="brown"))
    client = client_of(world.art)
    url = f"/api/projects/{world.project.pk}/characters/{world.clone.pk}/rebase"
    preview = client.post(url + "?preview=true", data={}, content_type="application/json").json()
    assert preview["conflicts"] == [{"pointer": "/attributes/appearance/hair", "base": "long black", "ours": "shaved", "theirs": "short black", "choice": None}]
    assert [c["pointer"] for c in preview["changes"]] == ["/attributes/appearance/eyes"]
    refused = client.post(url, data={}, content_type="application/json")
    assert refused.status_code == 409 and refused.json()["errors"][0]["pointer"] == "/attributes/appearance/hair"
    assert client.post(url, data={"choices": {"/name": "theirs"}}, content_type="application/json").status_code == 422
    done = client.post(url, data={"choices": {"/attributes/appearance/hair": "theirs"}}, content_type="application/json").json()
    assert done["definition"]["attributes"]["appearance"]["hair"] == "short black"
    assert client.post(url, data={}, content_type="application/json").status_code == 409


def test_a_rebase_is_undone_and_later_edits_stay(world):
    newer(world, attributes=look(hair="short black"), description="new canon")
    with enter.in_project(world.project):
        rebase.rebase(world.clone, by=world.art)
        number = DefinitionRevision.objects.filter(definition=world.clone).order_by("-number").first().number
        definitions.edit(world.clone, by=world.art, description="edited since")
        done = rebase.revert(world.clone, number=number, by=world.art)
        world.clone.refresh_from_db()
        world.variant.refresh_from_db()
        assert (world.clone.parent_id, world.clone.inherited_version, world.clone.attributes["appearance"]["hair"]) == (world.mara.pk, "1.0.0", "long black")
        assert world.clone.description == "edited since" and [c.pointer for c in done.kept] == ["/description"]
        assert (world.variant.attributes["appearance"]["hair"], world.variant.inherited_version) == ("long black", "1.0.0")
        with pytest.raises(Refused, match="nothing left to undo"):
            rebase.revert(world.clone, number=number, by=world.art)
        with pytest.raises(Refused, match="Only changes of content"):
            rebase.revert(world.clone, number=1, by=world.art)


def test_a_variant_keeps_its_own_against_its_clone(world):
    with enter.in_project(world.project):
        definitions.edit(world.variant, by=world.art, attributes=look(hair="wet"))
        nested = versions.variant(world.variant, variant_type="outfit", label="Coat", by=world.art)
    newer(world, attributes=look(hair="short black", eyes="brown"), name="Mara Quill")
    with enter.in_project(world.project):
        plan = rebase.rebase(world.clone, by=world.art)
        for row in (world.variant, nested):
            row.refresh_from_db()
        assert world.variant.attributes["appearance"] | {} == world.variant.attributes["appearance"] and world.variant.attributes["appearance"]["hair"] == "wet"
        assert world.variant.attributes["appearance"]["eyes"] == "brown" and world.variant.name == "Mara Quill — happy"
        assert nested.name == "Mara Quill — happy — Coat" and nested.attributes["appearance"]["hair"] == "wet" and nested.modifiers["outfit"] == "Coat"
        assert [c.pointer for c in plan.variants[0].merged.conflicts] == ["/attributes/appearance/hair"]


def test_views_follow_the_canon_and_own_ones_stay(world):
    with enter.in_space(world.space):
        rendered.set_base_view(world.mara, view="profile", data=picture(), by=world.cleo)
    with enter.in_project(world.project):
        rendered.set_base_view(world.clone, view="portrait", data=picture(), by=world.art)
    with enter.in_space(world.space):
        second = versions.new_version(Definition.objects.get(pk=world.mara.pk), by=world.cleo)
        for view in ("profile", "portrait"):
            rendered.set_base_view(second, view=view, data=picture(colour=(1, 2, 3, 255)), by=world.cleo)
        definitions.publish(second, by=world.cleo)
    with enter.in_project(world.project):
        own = BaseView.objects.get(definition=world.clone, view="portrait").rendered_asset_id
        rebase.rebase(world.clone, by=world.art)
        assert BaseView.objects.get(definition=world.clone, view="portrait").rendered_asset_id == own
        rendered.drop_base_view(world.clone, view="portrait", by=world.art)
        assert not BaseView.objects.filter(definition=world.clone, view="portrait").exists()


def test_a_pin_keeps_the_old_canon_canonical(world):
    with enter.in_project(world.project):
        pins.pin(world.clone, by=world.art)
        pins.pin(world.clone, by=world.art)
    second = newer(world, description="x")
    with enter.in_project(world.project):
        world.mara.refresh_from_db()
        assert (world.mara.state, second.state) == ("canonical", "canonical")
        assert [u.pinned for u in updates.of_project(world.project)] == [True]
        pins.unpin(world.clone, by=world.art)
        world.mara.refresh_from_db()
        assert world.mara.state == "deprecated"
        pins.pin(world.clone, by=world.art)
        rebase.rebase(world.clone, by=world.art)
        assert [p.definition_id for p in second.pins.all()] == [second.pk], "the pin moves along"
        with pytest.raises(Refused, match="Only a project's clone"):
            pins.pin(world.variant, by=world.art)


def test_a_style_moves_by_its_reference(world):
    with enter.in_space(world.space):
        second = versions.new_version(world.ink, by=world.cleo)
        definitions.publish(second, by=world.cleo)
    client = client_of(world.art)
    assert [(u["type"], u["has"]) for u in client.get(f"/api/projects/{world.project.pk}/updates").json()["items"]] == [("style", "1.0.0")]
    moved = client.post(f"/api/projects/{world.project.pk}/styles/{world.ink.pk}/rebase")
    assert moved.status_code == 200 and projects is not None
    assert client.post(f"/api/projects/{world.project.pk}/styles/{second.pk}/rebase").status_code == 409


def test_pictures_of_older_canon_are_told(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        assert older_canon.older([w.rendered]) == {} and gallery.renders(w.project, gallery.Wanted(older=True)).count() == 0
    newer(w, description="x")
    with enter.in_project(w.project):
        assert [(o.name, o.had, o.now.version) for o in older_canon.older([w.rendered])[w.rendered.pk]] == [("Mara", "1.0.0", "2.0.0")]
        assert list(gallery.renders(w.project, gallery.Wanted(older=True))) == [w.rendered]
        rebase.rebase(w.clone, by=w.art)
        assert w.rendered.pk in older_canon.older([w.rendered]), "a panel stays what it was made from"
    told = client_of(w.vi).get(f"/api/renders/{w.rendered.pk}").json()["older_canon"]
    assert [(o["name"], o["made_from"], o["newest"]["version"]) for o in told] == [("Mara", "1.0.0", "2.0.0")]
    assert len(client_of(w.vi).get(f"/api/projects/{w.project.pk}/renders?canon=older").json()["items"]) == 1


def test_usage_names_projects_tasks_and_pictures(rendered_world):
    w = rendered_world
    with enter.entered(enter.of_spaces([w.space.pk])):
        for row, clones, pictures in ((w.mara, 2, 1), (w.street, 1, 1), (w.ink, 0, 1)):
            use = usage.of(row)[0]
            assert (use.project.pk, len(use.clones), use.pictures) == (w.project.pk, clones, pictures), row
        assert [t.pk for t in usage.of(w.mara)[0].tasks] == [w.task.pk] and usage.of(w.draft) == []


def test_two_versions_side_by_side(world):
    second = newer(world, attributes=look(hair="short black"))
    with enter.in_space(world.space):
        found = compare.definitions(world.mara, second)
        assert [(c.pointer, c.before, c.after) for c in found.changes] == [("/attributes/appearance/hair", "long black", "short black")]
        assert found.same_anchors and len(found.left.anchors) == 1
    told = client_of(world.vi).get(f"/api/characters/{second.pk}/compare").json()
    assert told["left"]["definition"]["id"] == str(world.mara.pk) and len(told["changes"]) == 1
    assert client_of(world.vi).get(f"/api/characters/{second.pk}/compare?other={world.draft.pk}").status_code == 404


@pytest.mark.parametrize("search, found", [
    ("mara", ["Mara"]), ("MAR", ["Mara"]), ("hood", ["Mara"]), ("red long", ["Mara"]), ("red nothing", []), ("élodie", ["Élodie 海斗"]), ("elodie", ["Élodie 海斗"]), ("海", ["Élodie 海斗"]), ("斗海", ["Élodie 海斗"]),
    ("watercolour", ["Élodie 海斗"]), ("lead", ["Élodie 海斗"]), ("!!", []), ("' OR 1=1 --", []), ('"x" NEAR(', []), ("mara*", ["Mara"]), ("0x", []), ("draft", ["Draft"]), ("mara & | :*", ["Mara"])])
def test_search_finds_words_by_their_beginning(world, search, found):
    with enter.in_space(world.space):
        definitions.create(world.space, type="character", name="Élodie 海斗", by=world.cleo, canonical_tags=["Lead"], attributes={"generation_prompts": {"visual_description": "soft watercolour"}})
        assert [d.name for d in library.definitions(type="character", owner=world.space, search=search).order_by("name")] == found


def test_search_stays_in_its_place_and_follows_edits(world):
    with enter.in_project(world.project):
        assert {d.name for d in library.definitions(type="character", owner=world.project, search="mara")} == {"Mara", "Mara — happy"}
        assert [d.name for d in library.definitions(type="character", owner=world.project, search="happy")] == ["Mara — happy"]
    with enter.in_space(world.space):
        assert not library.definitions(type="character", owner=world.space, search="happy").exists()
        assert not library.definitions(type="scene", owner=world.space, search="mara").exists()
        definitions.edit(world.draft, by=world.cleo, name="Renamed", canonical_tags=["sea dog"])
        assert [d.name for d in library.definitions(type="character", owner=world.space, search="renam")] == ["Renamed"]
        assert [d.name for d in library.definitions(type="character", owner=world.space, tag="Sea Dog")] == ["Renamed"]
        assert not library.definitions(type="character", owner=world.space, tag="sea").exists()
        assert DefinitionWords.objects.filter(definition=world.draft).count() == 1


def test_history_says_which_fields_changed(world):
    with enter.in_space(world.space):
        definitions.edit(world.draft, by=world.cleo, attributes={"appearance": {"hair": "grey"}}, description="old")
    first = client_of(world.vi).get(f"/api/characters/{world.draft.pk}/history").json()["items"][0]
    assert {(c["pointer"], c["before"], c["after"]) for c in first["changes"]} == {("/attributes/appearance/hair", "", "grey"), ("/description", "", "old")}


def test_a_stale_edit_is_told_who_changed_what(world):
    with enter.in_space(world.space):
        mine, theirs = Definition.objects.get(pk=world.draft.pk), Definition.objects.get(pk=world.draft.pk)
        definitions.edit(theirs, by=world.ana, description="theirs")
        with pytest.raises(Stale, match="Ana changed description") as told:
            definitions.edit(mine, by=world.cleo, description="mine")
        assert [(f.pointer, f.detail) for f in told.value.changed] == [("/description", "Ana edited: nothing → “theirs”")]
    answer = client_of(world.cleo).patch(f"/api/characters/{world.draft.pk}", data={"description": "x"}, content_type="application/json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["changed"][0]["pointer"]) == (412, "/description")
    page = client_of(world.cleo).post(f"/definitions/{world.draft.pk}/edit", {"name": "Mine", "proportion_profile": "chibi", "revision": "1"})
    assert page.status_code == 412 and b"Ana changed description" in page.content and b'value="Mine"' in page.content
    assert b'name="revision" value="2"' in page.content, "saving again is a decision"


def test_the_same_draft_is_published_once(world):
    with enter.in_space(world.space):
        first, second = Definition.objects.get(pk=world.draft.pk), Definition.objects.get(pk=world.draft.pk)
        definitions.publish(first, by=world.ana)
        with pytest.raises(Refused, match="Ana was faster: this is canonical now"):
            definitions.publish(second, by=world.cleo)


def test_lineage_is_flat_at_any_depth_and_folds(world):
    with enter.in_project(world.project):
        row = world.clone
        for n in range(300):
            row = versions.variant(row, variant_type="custom", label=f"v{n}"[:4], by=world.art) if n < 3 else row
        deep = [lineage.Node(id=f"n{n}", parent_id=f"n{n - 1}" if n else None, scope_kind="project", name=f"node {n}", version=None, state="draft", project_id=None, variant_type="x", variant_label=f"mood {n}", inherited_version="1.0.0") for n in range(3000)]
        assert [n.depth for n in lineage.walk(lineage.tree(deep))][-1] == 2999
    told = client_of(world.vi).get(f"/api/characters/{world.mara.pk}/lineage").json()["nodes"]
    assert [n["depth"] for n in told][:3] == [0, 1, 2] and len(told) == 6


def _wide(count):
    node = lambda pk, parent, **more: lineage.Node(**{"id": pk, "parent_id": parent, "scope_kind": "project", "name": pk, "version": None, "state": "draft", "project_id": None, "variant_type": "", "variant_label": "", "inherited_version": "1.0.0"} | more)  # noqa: E731
    rows = [node("v1", None, scope_kind="space", version="1.0.0"), node("v2", "v1", scope_kind="space", version="2.0.0")]
    for n in range(count):
        rows += [node(f"c{n}", "v1"), node(f"c{n}a", f"c{n}", variant_type="expression", variant_label="angry")]
    return rows


def test_a_tree_of_300_folds_what_does_not_fit_and_shows_what_is_asked_for():
    drawn = family.draw(_wide(150), current="c70a")
    names = [b.node.id for b in drawn.boxes]
    assert drawn.total == 302 and names == ["v1", "c70", "c70a", "v2"] and drawn.boxes[0].hidden == 298
    assert [b.x for b in drawn.boxes] == [12, 12 + family.INDENT, 12 + 2 * family.INDENT, 12], "versions are a spine"
    assert len(family.draw(_wide(150), opened={"v1"}).boxes) == 152
    found = family.draw(_wide(150), search="c14 angry")
    assert found.hits == 11 and sum(b.hit for b in found.boxes) == 11
    assert [b.node.id for b in family.draw(_wide(150), focus="c9").boxes] == ["v1", "c9", "c9a"]
    assert [b.node.id for b in family.draw(_wide(5), closed={"c1"}).boxes] == ["v1", "c0", "c0a", "c1", "c2", "c2a", "c3", "c3a", "c4", "c4a", "v2"]


def test_templates_fill_what_is_open_and_never_more(world):
    with enter.in_space(world.space):
        definitions.edit(world.draft, by=world.cleo, attributes={"appearance": {"hair": "red"}})
        templates.apply(world.draft, world.template, by=world.cleo)
        assert {k: v for k, v in world.draft.attributes["appearance"].items() if v} == {"hair": "red", "eyes": "green"}
        assert world.draft.metadata["templates"] == [{"id": str(world.template.pk), "name": "Hero", "version": 1}]
        templates.edit(world.template, by=world.cleo, generation_params={"appearance": {"eyes": "blue", "marks": "scar"}})
        assert world.template.version == 2 and templates.params_of(world.template, 1) == {"appearance": {"eyes": "green", "hair": "blond"}}
        other = definitions.create(world.space, type="character", name="Other one", by=world.cleo)
        templates.apply(other, world.template, by=world.cleo, version=1)
        assert other.attributes["appearance"]["hair"] == "blond"
        with pytest.raises(Refused, match="for a character; this is a style"):
            templates.apply(definitions.create(world.space, type="style", name="S", by=world.cleo), world.template, by=world.cleo)
        with pytest.raises(Invalid, match="versions 1 to 2"):
            templates.params_of(world.template, 9)
        with pytest.raises(Invalid, match="generation_params"):
            templates.create(world.space, kind="style", name="x", by=world.cleo, generation_params={"nonsense": 1})
        saved = templates.save_from(other, name="Saved", by=world.cleo)
        assert saved.generation_params == {"appearance": {"eyes": "green", "hair": "blond"}}


def test_private_templates_are_their_makers(world):
    with enter.in_space(world.space):
        mine = templates.create(world.space, kind="character", name="Secret", by=world.art, shared=False)
        with pytest.raises(NotAllowed):
            templates.edit(mine, by=world.cleo, name="x")
    assert client_of(world.cleo).get(f"/api/templates/character/{mine.pk}").status_code == 404
    assert [t["name"] for t in client_of(world.cleo).get("/api/templates/character").json()["items"]] == ["Hero"]
    artist = client_of(world.art)
    assert [t["name"] for t in artist.get("/api/templates/character").json()["items"]] == ["Hero", "Secret"]
    assert artist.delete(f"/api/templates/character/{mine.pk}").status_code == 204
    assert artist.post(f"/api/templates/character/{mine.pk}/restore").json()["state"] == "active"


def test_preferences_are_kept_kind_by_kind(world):
    client = client_of(world.vi)
    assert client.get("/api/me/preferences").json() == {"style": {}, "generation": {}, "review": {}, "ui": {}}
    client.put("/api/me/preferences", data={"ui": {"theme": "dark"}}, content_type="application/json")
    assert client.put("/api/me/preferences", data={"style": {"like": ["ink"]}}, content_type="application/json").json() == {"style": {"like": ["ink"]}, "generation": {}, "review": {}, "ui": {"theme": "dark"}}
    assert client.put("/api/me/preferences", data={"voice": {}}, content_type="application/json").status_code == 422
    assert client.put("/api/me/preferences", data={"ui": {"x": "y" * 70_000}}, content_type="application/json").status_code == 422


@pytest.mark.parametrize("body", ['{"metadata": {"x": 1e999}}', '{"metadata": {"x": NaN}}', '{"metadata": {"x": 99999999999999999999}}', '{"metadata": {"x": "\\ud800"}}', '{"metadata": ' + '{"a":' * 60 + "1" + "}" * 60 + "}"])
def test_what_cannot_be_kept_is_refused(world, body):
    assert client_of(world.cleo).patch(f"/api/characters/{world.draft.pk}", data=body, content_type="application/json").status_code in (400, 422)


def test_nothing_is_missing():
    assert repr(MISSING) == "(nothing)"
