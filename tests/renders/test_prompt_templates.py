"""Words by stage and version: what generators are told, and that a run keeps what it used."""

import pytest

from iat.kernel import enter
from projects.domain import prompts
from renders.pipeline import plan
from renders.pipeline import prompts as words
from tests.conftest import client_of


def told(w):
    with enter.in_project(w.project):
        return plan.make(plan.shot_of(w.task), plan.Wish(weather="rain"))


def test_a_template_changes_its_stage_and_the_snapshot_keeps_it(world):
    before = told(world)
    with enter.in_project(world.project):
        first = prompts.write(world.project, name="People", stage="cast", template_text="${name} ($expression), drawn with care", by=world.art)
    after = told(world)
    assert words.sections(after.snapshot)["cast"] == "Mara — happy (happy), drawn with care" and after.digest != before.digest
    assert after.snapshot["templates"]["cast"] == {"id": str(first.pk), "name": "People", "version": 1, "text": "${name} ($expression), drawn with care"}
    with enter.in_project(world.project):
        second = prompts.write(world.project, name="People", stage="cast", template_text="$words!", by=world.art)
        assert (second.version, second.is_active) == (2, True)
        first.refresh_from_db()
        assert not first.is_active
    assert words.sections(told(world).snapshot)["cast"].endswith("!") and words.sections(after.snapshot)["cast"] == "Mara — happy (happy), drawn with care"
    with enter.in_project(world.project):
        prompts.activate(first, on=True, by=world.art)
        assert words.sections(told(world).snapshot)["cast"] == "Mara — happy (happy), drawn with care"
        prompts.activate(first, on=False, by=world.art)
    assert told(world).prompt == before.prompt and told(world).digest == before.digest


def test_the_whole_is_laid_out_by_its_template(world):
    with enter.in_project(world.project):
        prompts.write(world.project, name="Layout", stage="whole", template_text="$style. $cast in $scene, $weather. Costs $$5", by=world.art)
    assert told(world).prompt == "Ink. Mara — happy, hair long black, outfit red hoodie, happy in Street, street, rain. Costs $5"


@pytest.mark.parametrize(("stage", "text"), [("cast", "$nobody"), ("cast", "${name.__class__}"), ("cast", "$"), ("cast", "  "), ("dreams", "x"), ("whole", "$words")])
def test_words_that_cannot_be_filled_are_refused(world, stage, text):
    answer = client_of(world.art).post(f"/api/projects/{world.project.pk}/prompt-templates", {"name": "x", "stage": stage, "template_text": text}, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"]


def test_versions_by_api_with_what_changed(world):
    art = client_of(world.art)
    path = f"/api/projects/{world.project.pk}/prompt-templates"
    art.post(path, {"name": "Sky", "stage": "weather", "template_text": "heavy $weather"}, content_type="application/json")
    made = art.post(path, {"name": "Sky", "stage": "weather", "template_text": "light $weather"}, content_type="application/json").json()
    assert made["version"] == 2
    assert art.get(f"/api/prompt-templates/{made['id']}").json()["changes"] == [{"is": "gone", "words": "heavy"}, {"is": "new", "words": "light"}, {"is": "same", "words": "$weather"}]
    assert art.post(path, {"name": "Sky", "stage": "cast", "template_text": "x"}, content_type="application/json").status_code == 422
    assert [(i["version"], i["is_active"]) for i in art.get(path).json()["items"]] == [(1, False), (2, True)]
    assert art.delete(f"/api/prompt-templates/{made['id']}").status_code == 204
    page = art.get(f"/projects/{world.project.pk}/prompts").content.decode()
    assert "heavy" in page and "use this version" in page
