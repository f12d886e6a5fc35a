"""The library in a browser: sheets that are asked for and decided by keys, canon that moves on, a tree that is walked."""

import pytest

from tests.conftest import picture
from tests.e2e.test_main_job import clean

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("desk")]


def space_of(page):
    page.goto("/")
    return page.locator("a.card[href^='/spaces/']:has-text('Harbour Street Stories')").get_attribute("href")


def test_a_core_kit_is_asked_for_decided_by_keys_and_printed(page):
    page.goto(f"{space_of(page)}/new/character")
    page.fill("#id_name", "Wilma")
    page.fill("#id_hair", "short red")
    page.click("button:has-text('Create character')")
    page.click("text=New kit at the curator’s desk")
    page.fill("#id_name", "Wilma everyday")
    page.fill("#id_appearance_prompt", "red hair, a yellow coat")
    page.click("input[name=_save]")
    page.click("[data-ask=core]")
    page.wait_for_selector("[data-proposal]", timeout=60_000)
    assert page.locator("[data-proposal]").count() == 8
    page.click("text=Show as artists see it")
    assert clean(page) == []
    page.locator("[data-proposal]").first.focus()
    page.keyboard.press("a")
    page.wait_for_selector(".badge:has-text('primary')")
    assert page.evaluate("document.activeElement.matches('[data-proposal]')"), "the next proposal is in hand"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("r")
    page.wait_for_function("document.querySelectorAll('[data-proposal]').length === 6")
    page.click("button:has-text('Accept all')")
    page.wait_for_selector("h2:has-text('Expressions')")
    sheet = page.locator("a:has-text('PDF')").get_attribute("href")
    for _ in range(120):
        answer = page.request.get(sheet)
        if answer.status == 200:
            break
        page.wait_for_timeout(250)
    assert answer.body().startswith(b"%PDF-")


def test_the_desk_crops_duplicates_and_takes_a_zip_by_pattern(page, tmp_path):
    import zipfile

    page.goto("/admin/spaces/character/add/")
    page.fill("#id_name", "Otto")
    page.click("input[name=_save]")
    page.goto("/admin/spaces/avatarkit/add/")
    page.select_option("#id_character", label="Otto 1.0.0")
    page.fill("#id_name", "Otto everyday")
    page.click("input[name=_save]")
    pack = tmp_path / "otto.zip"
    with zipfile.ZipFile(pack, "w") as z:
        z.writestr("sprites/Otto-coat-neutral.png", picture(200, 500))
        z.writestr("sprites/Otto-coat-glad.png", picture(200, 500, (9, 90, 9, 255)))
        z.writestr("sprites/other.png", picture())
    page.fill("#pattern", "{character}-{outfit}-{expression}")
    page.set_input_files("#pick", str(pack))
    page.wait_for_selector("[data-write]")
    assert "does not fit the pattern" in page.inner_text("#preview")
    page.click("[data-write]")
    page.wait_for_selector("text=2 pictures are on the sheet")
    page.locator("[data-crop]").first.click()
    page.wait_for_function("document.querySelector('#crop img').naturalWidth > 0")
    frame = page.locator("#crop .frame").bounding_box()
    page.mouse.move(frame["x"] + frame["width"] * 0.2, frame["y"] + 2)
    page.mouse.down()
    page.mouse.move(frame["x"] + frame["width"] * 0.8, frame["y"] + frame["height"] * 0.5)
    page.mouse.up()
    assert 55 < float(page.input_value("#crop [name=right]")) <= 100 and 40 < float(page.input_value("#crop [name=bottom]")) < 60
    page.click("[data-crop-do]")
    page.wait_for_function("document.querySelectorAll('.anchors figure').length === 2")
    page.fill("input[name=name][placeholder*=summer]", "Otto in June")
    page.click("button:has-text('Duplicate')")
    page.wait_for_selector("text=A draft with the same words and pictures")
    page.click("button:has-text('Compare')")
    page.wait_for_selector("figure.same")
    assert page.locator("figure.same").count() >= 6


def test_canon_moves_on_and_a_clone_follows_or_not(page):
    space = space_of(page)
    page.goto(f"{space}?q=halloran")
    page.click("a.tile:has-text('Ines Halloran')")
    ines = page.url
    page.goto("/")
    page.click("h3:has-text('Harbour Street Stories')")
    page.click("text=Projects")
    page.click("text=New project")
    page.fill("#id_name", "The follower")
    page.click("button:has-text('Create project')")
    page.click(".choose:has-text('Ines Halloran')")
    page.click("button:has-text('Import what is chosen')")
    project = page.url
    page.click("a.tile:has-text('Ines Halloran')")
    clone = page.url
    page.click("a:has-text('Edit')")
    page.fill("#id_hair", "shaved")
    page.fill("#id_description", "Ours alone.")
    page.click("button:has-text('Save')")
    page.goto(ines)
    page.select_option("select[name=bump]", "minor")
    page.click("button:has-text('New version')")
    page.click("a:has-text('Edit')")
    page.fill("#id_hair", "long white")
    page.fill("#id_eyes", "grey")
    page.click("button:has-text('Save')")
    page.click("button:has-text('Publish')")
    page.goto(f"{project}/updates")
    page.click("text=See and bring")
    assert clean(page) == []
    page.check("input[value=theirs]")
    page.click("button:has-text('Bring it to 1.1.0')")
    page.wait_for_selector("text=from canon 1.1.0")
    facts = page.inner_text("dl.facts")
    assert "long white" in facts and "grey" in facts and page.locator("p:has-text('Ours alone.')").count() == 1
    page.locator("button:has-text('Undo this')").first.click()
    page.wait_for_selector("text=from canon 1.0.0")
    assert "shaved" in page.inner_text("dl.facts") and page.url.split("#")[0] == clone
    page.goto(f"{clone}/lineage")
    page.keyboard.press("ArrowDown")
    walked = [page.evaluate("document.activeElement.getAttribute('aria-label')")]
    page.keyboard.press("ArrowDown")
    walked.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert "version Ines Halloran 1.0.0" in walked[0] and "Ines Halloran" in walked[1] and walked[0] != walked[1]
    page.keyboard.press("/")
    page.keyboard.type("follower")
    page.wait_for_selector("text=1 found")
    assert page.locator(".tree a.hit").count() == 1


def test_a_stale_edit_keeps_what_was_typed(page, browser, studio):
    page.goto(f"{space_of(page)}/new/scene")
    page.fill("#id_name", "Contested pier")
    page.click("button:has-text('Create scene')")
    edit = page.url + "/edit"
    page.goto(edit)
    other = browser.new_context(base_url=studio.url).new_page()
    other.goto(edit)
    other.fill("#id_description", "theirs")
    other.click("button:has-text('Save')")
    other.wait_for_selector("text=Saved")
    page.fill("#id_description", "mine")
    page.click("button:has-text('Save')")
    page.wait_for_selector("text=changed description while you were working")
    assert page.input_value("#id_description") == "mine" and "theirs" in page.inner_text("[role=alert]")
    page.click("button:has-text('Save')")
    page.wait_for_selector("text=Saved")
    assert page.locator("p:has-text('mine')").count() == 1
    other.context.close()
