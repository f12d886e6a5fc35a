"""The bible: what it keeps, what it finds, and definitions that follow it."""

import pytest

from iat.kernel import enter
from iat.kernel.errors import Invalid, Refused
from projects.domain import bible, heirs, projects
from projects.models import BibleCharacter, BibleRevision
from projects.queries import findings
from spaces.domain import definitions
from spaces.models import Definition
from tests.conftest import client_of

NOIR = {
    "title": "Harbour noir", "visual_style": {"art_direction": "ink", "color_palette": ["#101820"]}, "world_setting": {"time_period": "1938", "location": "a harbour"},
    "characters": [
        {"name": "Mara", "visual_traits": {"appearance": {"hair": "short white", "marks": "scar"}}, "relationships": [{"to": "Toma", "kind": "sister"}]},
        {"name": "Toma", "description": "Her brother.", "visual_traits": {"appearance": {"hair": "red curls", "outfit": "green coat"}, "gender": "man"}, "personality_traits": {"traits": ["loud", "loyal"]},
         "relationships": [{"to": "Mara", "kind": "brother"}]}]}


@pytest.fixture
def book(world):
    with enter.in_project(world.project):
        world.bible = bible.create(world.project, by=world.art, **NOIR)
    return world


def rules(w):
    return [(f.rule, f.who) for f in findings.of(w.bible)]


def test_every_change_is_a_revision_that_comes_back(book):
    with enter.in_project(book.project):
        toma = bible.somebody(book.bible, "tOMA")
        bible.change(toma, by=book.art, name="Tomas")
        assert bible.somebody(book.bible, "Mara").relationships == [{"to": "Tomas", "kind": "sister", "notes": ""}]
        bible.edit(book.bible, by=book.art, title="Harbour, dusk")
        bible.edit(book.bible, by=book.art, title="Harbour, dusk")
        kept = list(BibleRevision.objects.order_by("number").values_list("number", "summary"))
        assert kept == [(1, "begun"), (2, "Toma is Tomas now"), (3, "title edited")]
        assert [(c.pointer, c.before, c.after) for c in bible.compare(book.bible, 3)] == [("/title", "Harbour noir", "Harbour, dusk")]
        bible.drop(bible.somebody(book.bible, "Mara"), by=book.art)
        bible.restore(book.bible, number=1, by=book.art)
        assert [c.name for c in bible.cast(book.bible)] == ["Mara", "Toma"] and bible.document(book.bible) == BibleRevision.objects.get(number=1).snapshot
        assert BibleRevision.objects.order_by("-number").first().number == 5


def test_who_stays_keeps_the_definition_that_follows_when_a_revision_comes_back(book):
    with enter.in_project(book.project):
        made = heirs.create_from(book.project, bible.somebody(book.bible, "Toma"), by=book.cleo)
        bible.change(bible.somebody(book.bible, "Toma"), by=book.art, description="Nobody's brother.")
        bible.restore(book.bible, number=1, by=book.art)
        assert bible.somebody(book.bible, "Toma").character_id == made.row.pk


def test_findings_name_their_rule_and_place(book):
    with enter.in_project(book.project):
        assert rules(book) == [("character.undrawn", "Mara"), ("character.undrawn", "Toma")]
        bible.change(bible.somebody(book.bible, "Toma"), by=book.art, relationships=[{"to": "Nobody"}, {"to": "toma"}], visual_traits={"color_palette": ["#ff00ff"]},
                     evolution_arc=[{"sequence": 9, "change": "leaves"}, {"sequence": 2, "change": "comes"}])
        projects.set_guide(book.project, name="Ink", by=book.art, given={"palette": ["#101820", "#f0f0f0"], "palette_tolerance": 20})
        bible.edit(book.bible, by=book.art, visual_style={}, world_setting={})
        heirs.create_from(book.project, bible.somebody(book.bible, "Mara"), by=book.art, choices={"/attributes/appearance/hair": "ours"})
        found = findings.of(book.bible)
        assert [(f.rule, f.pointer) for f in found] == [
            ("style.missing", "/visual_style/art_direction"), ("palette.missing", "/visual_style/color_palette"), ("world.missing", "/world_setting"),
            ("look.differs", "/characters/0/visual_traits/appearance/hair"), ("relationship.one_sided", "/characters/0/relationships/0/to"),
            ("look.missing", "/characters/1/visual_traits"), ("character.undrawn", "/characters/1"), ("relationship.nobody", "/characters/1/relationships/0/to"),
            ("relationship.self", "/characters/1/relationships/1/to"), ("arc.order", "/characters/1/evolution_arc"), ("palette.clash", "/characters/1/visual_traits/color_palette/0")]
        assert set(findings.RULES) >= {f.rule for f in found} and {f.severity for f in found} == {"error", "hint"}
        bible.drop(bible.somebody(book.bible, "Mara"), by=book.art)
        assert ("character.unknown", "Mara") in rules(book)


def test_nobody_in_the_project_becomes_canon_and_a_clone_of_it(book):
    with enter.in_project(book.project):
        made = heirs.create_from(book.project, bible.somebody(book.bible, "Toma"), by=book.cleo)
        assert made.how == "created" and made.row.project_id == book.project.pk and made.row.parent.state == "canonical"
        assert made.row.attributes["appearance"]["hair"] == "red curls" and made.row.attributes["personality"] == "loud, loyal" and made.row.description == "Her brother."
        again = heirs.create_from(book.project, bible.somebody(book.bible, "Toma"), by=book.art)
        assert (again.how, again.row.pk) == ("found", made.row.pk) and Definition.objects.filter(name="Toma").count() == 2


def test_a_sync_merges_what_one_side_touched_and_asks_about_the_rest(book):
    with enter.in_project(book.project):
        clone = Definition.objects.get(pk=book.clone.pk)
        plan = heirs.propose(clone)
        assert [(c.pointer, c.ours, c.theirs) for c in plan.merged.conflicts] == [("/attributes/appearance/hair", "long black", "short white")]
        assert [(c.pointer, c.after) for c in plan.merged.changes] == [("/attributes/appearance/marks", "scar")]
        with pytest.raises(Refused, match="Both the project and the bible changed /attributes/appearance/hair"):
            heirs.sync(clone, by=book.art)
        heirs.sync(clone, by=book.art, choices={"/attributes/appearance/hair": "theirs"})
        assert (clone.attributes["appearance"]["hair"], clone.attributes["appearance"]["marks"], clone.attributes["appearance"]["outfit"]) == ("short white", "scar", "red hoodie")
        definitions.edit(clone, by=book.art, attributes={**clone.attributes, "gender": "woman"})
        mara = bible.somebody(book.bible, "Mara")
        bible.change(mara, by=book.art, visual_traits={"appearance": {"hair": "shaved"}})
        heirs.sync(clone, by=book.art)
        assert (clone.attributes["appearance"]["hair"], clone.attributes["appearance"]["marks"], clone.attributes["gender"]) == ("shaved", "", "woman")
        assert clone.attributes["proportion_profile"] == "semi_caricature"


def test_a_document_goes_out_and_comes_back(book):
    with enter.in_project(book.project):
        told = bible.document(book.bible)
        bible.bring(book.project, given={**told, "title": "Other", "characters": [{"name": "Vera"}]}, by=book.art, mode="merge")
        assert [c.name for c in bible.cast(book.bible)] == ["Mara", "Toma", "Vera"]
        book.bible.refresh_from_db()
        assert book.bible.title == "Other" and bible.somebody(book.bible, "Mara").visual_traits["appearance"]["hair"] == "short white"
        book.bible = bible.bring(book.project, given=told, by=book.art)
        assert bible.document(book.bible) == told
        for wrong in ({"format": "iat.bible/2"}, {"format": told["format"], "surprise": 1}, {"format": told["format"], "characters": [{"name": "A"}, {"name": "a"}]}, [], "x"):
            with pytest.raises(Invalid):
                bible.bring(book.project, given=wrong, by=book.art)
        assert bible.document(book.bible) == told


def test_the_api_walk(book):
    art, base = client_of(book.art), f"/api/projects/{book.project.slug}/bible"

    def send(method, path, body=None, **headers):
        return getattr(art, method)(path, data=body, content_type="application/json", headers=headers)

    assert send("post", base, NOIR).status_code == 409
    got = art.get(base).json()
    assert send("put", base, {"description": "Fog."}, **{"If-Match": '"99"'}).status_code == 412
    assert send("put", base, {"description": "Fog."}, **{"If-Match": f'"{got["revision"]}"'}).json()["title"] == "Harbour noir"
    assert send("post", f"{base}/characters", {"name": "mara"}).status_code == 409
    assert send("post", "/api/bible/characters", {"name": "Vera", "project": book.project.slug}).status_code == 201
    assert [c["name"] for c in art.get(f"/api/bible/characters?project={book.project.pk}").json()["items"]] == ["Mara", "Toma", "Vera"]
    assert send("put", f"{base}/characters/VERA", {"visual_traits": {"appearance": {"hairs": "x"}}}).status_code == 422
    assert send("put", f"{base}/characters/VERA", {"description": "A diver."}).json()["description"] == "A diver."
    assert art.get(f"{base}/characters/nobody").status_code == 404
    verdict = send("post", f"{base}/validate").json()
    assert not verdict["valid"] and {"rule": "look.missing", "severity": "error", "pointer": "/characters/2/visual_traits", "detail": "Say what Vera looks like: hair, outfit, marks.", "character": "Vera"} in verdict["findings"]
    assert art.delete(f"{base}/characters/Vera").status_code == 204
    history = art.get(f"{base}/history").json()["items"]
    assert [h["summary"] for h in history] == ["Vera taken out", "Vera edited", "Vera added", "description edited", "begun"]
    assert art.get(f"{base}/history/4").json()["changes"][0]["pointer"] == "/characters/Vera/description"
    told = send("post", f"{base}/export").json()
    assert send("post", f"{base}/import", {"document": {**told, "characters": []}}).status_code == 200
    assert art.get(f"{base}/characters").json()["items"] == [] and send("post", f"{base}/history/1/restore").status_code == 200
    assert send("post", f"/api/projects/{book.project.pk}/characters/from-bible", {"name": "Toma"}).status_code == 403
    made = client_of(book.cleo).post(f"/api/projects/{book.project.pk}/characters/from-bible", data={"name": "Toma"}, content_type="application/json").json()
    assert made["how"] == "created" and made["definition"]["name"] == "Toma"
    assert send("put", f"/api/characters/{book.clone.pk}/sync-bible?preview=true", {}).json()["conflicts"][0]["pointer"] == "/attributes/appearance/hair"
    assert send("put", f"/api/characters/{book.clone.pk}/sync-bible", {}).status_code == 409
    assert send("put", f"/api/characters/{book.clone.pk}/sync-bible", {"choices": {"/attributes/appearance/hair": "theirs"}}).status_code == 200


def test_the_pages_keep_what_was_typed(book):
    art, base = client_of(book.art), f"/projects/{book.project.pk}/bible"
    page = art.get(base).content.decode()
    assert "Harbour noir" in page and "sister" in page and "character.undrawn" in page
    wrong = art.post(f"{base}/edit", {"title": "Kept", "color_palette": "not a colour"})
    assert wrong.status_code == 422 and "Kept" in wrong.content.decode()
    assert art.post(f"{base}/characters/new", {"name": "Ida", "hair": "grey", "relationships": "Mara: aunt: strict", "evolution_arc": "12: forgives\nleaves", "traits": "calm\n\nold"}).status_code == 302
    with enter.in_project(book.project):
        ida = BibleCharacter.objects.get(name="Ida")
    assert ida.relationships == [{"to": "Mara", "kind": "aunt", "notes": "strict"}] and [s["sequence"] for s in ida.evolution_arc] == [12, None] and ida.personality_traits["traits"] == ["calm", "old"]
    again = art.get(f"{base}/people/ida").content.decode()
    assert "Mara: aunt: strict" in again and "12: forgives" in again
    assert art.post(f"{base}/people/Ida/make").status_code == 403
    assert client_of(book.cleo).post(f"{base}/people/Ida/make").status_code == 302
    assert art.get(f"{base}/people/Mara/sync").status_code == 200
    assert art.post(f"{base}/people/Mara/sync").status_code == 409
    assert art.post(f"{base}/people/Mara/sync", {"choose:/attributes/appearance/hair": "theirs"}).status_code == 302
    assert art.get(f"{base}/history/2").status_code == 200 and art.post(f"{base}/history/1").status_code == 302
    assert art.get(f"{base}/export").json()["title"] == "Harbour noir"
