"""From nothing to an approved panel, in a browser, by mouse and by keys; every page looked at by axe."""

import re
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.conftest import picture
from tests.installation import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("studio")]


def clean(page, *, scheme="light"):
    """What axe finds (WCAG 2.2 AA), and whether the page scrolls sideways: nothing, we hope."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}})
    told = [f"{v['id']}: {v['nodes'][0]['html'][:200]} {v['nodes'][0].get('failureSummary', '')[:300]}" for v in found.response["violations"]]
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"):
        told.append(f"scrolls sideways at {page.viewport_size['width']}")
    return [f"{page.url} ({scheme}): {text}" for text in told]


def test_from_the_first_page_to_an_approved_panel_in_few_clicks(page):
    page.goto("/")
    page.click("text=Page 1, panel 1")
    page.click("#render button.main")
    page.wait_for_selector("a.btn.main:has-text('Review')", timeout=60_000)
    assert page.locator(".candidates figure img").count() == 4
    page.click("a.btn.main:has-text('Review')")
    page.click("[data-look]:not([hidden]) [data-key=a]")
    page.wait_for_selector("[data-look]:not([hidden]) .badge:has-text('approved')")
    page.click("[data-look]:not([hidden]) a:has-text('Lineage of this picture')")
    for word in ("this panel", "kit picture", "variant: determined", "clone: Mara Quill", "canon: Mara Quill 1.0.0", "kit: Mara Quill — default", "anchor: anchor portrait"):
        assert page.locator(f"text={word}").count() >= 1, word
    page.click("text=The whole lineage tree")
    assert page.locator(".tree [data-node]").count() == 3
    page.keyboard.press("Tab")


def test_the_review_desk_is_worked_by_keys(page):
    page.goto("/")
    page.click("text=Page 1, panel 2")
    page.click("#render button.main")
    page.wait_for_selector("a.btn.main:has-text('Review')", timeout=60_000)
    page.click("a.btn.main:has-text('Review')")
    machine = page.locator("[data-candidate][aria-pressed=true]").get_attribute("data-candidate")
    page.keyboard.press("ArrowRight")
    mine = page.locator("[data-candidate][aria-pressed=true]").get_attribute("data-candidate")
    assert mine != machine
    page.keyboard.press("4")
    page.wait_for_selector(f"[data-look='{mine}'] [data-key='4']:has-text('★')")
    page.keyboard.press("x")
    page.wait_for_selector(f"[data-desk][data-last='{mine}']")
    page.keyboard.press("u")
    page.wait_for_selector(f"[data-look='{mine}'] [data-key=x]")
    page.keyboard.press("s")
    page.wait_for_selector(f"[data-candidate='{mine}'] .pick")
    page.keyboard.press("a")
    page.wait_for_selector(f"[data-look='{mine}'] .badge:has-text('approved')")


def test_a_project_from_scratch(page):
    page.goto("/")
    page.click("h3:has-text('Harbour Street Stories')")
    page.click("text=Projects")
    page.click("text=New project")
    page.fill("#id_name", "Second chapter")
    page.click("button:has-text('Create project')")
    for name in ("Mara Quill", "Ines Halloran", "Harbour Street", "Midnight Noir"):
        page.click(f".choose:has-text('{name}')")
    page.click("button:has-text('Import what is chosen')")
    page.click("a[aria-label='New variant of Mara Quill']")
    page.fill("#id_label", "exuberant")
    page.click("button:has-text('Make variant')")
    page.click("a[aria-label='New variant of Harbour Street']")
    page.fill("#id_label", "evening")
    page.click("button:has-text('Make variant')")
    page.click("text=New task")
    page.fill("#id_name", "Opening")
    page.check("text=Mara Quill — exuberant")
    page.check("text=Ines Halloran")
    page.select_option("#id_scene_id", label="Harbour Street — evening")
    page.click("button:has-text('Create task')")
    page.click("text=Show the plan first")
    assert page.locator("dd:has-text('exuberant')").count() >= 1 and page.locator("text=storyboard · storyboard-1").count() == 1
    assert clean(page) == []
    page.go_back()
    page.click("#render button.main")
    page.wait_for_selector("a.btn.main:has-text('Review')", timeout=60_000)
    assert clean(page) == []


def test_the_curators_desk(page, tmp_path):
    art = tmp_path / "art"
    art.mkdir()
    for name in ("nell normal.png", "nell smile.png", "nell coat sad.png", "landscape.png"):
        (art / name).write_bytes(picture(120, 260))
    page.goto("/admin/spaces/character/add/")
    page.fill("#id_name", "Nell")
    page.click("input[name=_save]")
    page.goto("/admin/spaces/avatarkit/add/")
    page.select_option("#id_character", label="Nell 1.0.0")
    page.fill("#id_name", "Nell everyday")
    page.click("input[name=_save]")
    page.click("button:has-text('Activate')")
    page.wait_for_selector("text=needs a primary anchor before it can become active")
    page.set_input_files("#pick", [str(p) for p in sorted(art.iterdir())])
    page.wait_for_selector("[data-write]")
    assert "landscape.png: does not carry the name Nell" in page.inner_text("#preview")
    page.click("[data-write]")
    page.wait_for_selector("text=3 pictures are on the sheet")
    page.click("button:has-text('Activate')")
    page.wait_for_selector("text=The kit is active")
    page.goto("/admin/spaces/avatarkit/")
    assert "sad" not in page.inner_text("tr:has-text('Nell everyday')").split("Nell 1.0.0")[1]


@pytest.mark.parametrize("width", [360, 1440])
def test_pages_are_accessible_and_fit(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    links = {"/", "/settings/tokens", "/settings/preferences", "/spaces/new"}
    space = page.locator("a.card[href^='/spaces/']:has-text('Harbour Street Stories')").get_attribute("href")
    project = page.locator("a.card[href^='/projects/']:has-text('The Missing Ledger')").get_attribute("href")
    links |= {space, f"{space}?type=scene", f"{space}?type=style", f"{space}/members", f"{space}/projects", f"{space}/new/character", f"{space}/new/style", f"{space}/templates", project, f"{project}/updates", f"{project}/files", f"{project}/import", f"{project}/gallery", f"{project}/gallery?filters=1", f"{project}/providers", f"{project}/providers/stability", f"{project}/costs", f"{project}/tasks/new", f"{project}/prompts", f"{project}/prompts/cast", f"{project}/webhooks", f"{project}/review/queue", f"{project}/read", f"{project}/audit", f"{project}/bible", f"{project}/bible/edit", f"{project}/bible/characters/new", f"{project}/bible/history/1", f"{project}/bible/people/Mara%20Quill/sync", f"{project}/exports", f"{project}/storage", f"{space}/packages", f"{project}/look", f"{project}/look/guide", f"{project}/analytics"}
    page.goto(project)
    definition = page.locator("a[href^='/definitions/']").first.get_attribute("href")
    task = page.locator("a[href^='/tasks/']:not([href$='new'])").first.get_attribute("href")
    links |= {definition, f"{definition}/lineage", f"{definition}/lineage?q=mara", f"{definition}/compare", task}
    page.goto(definition)
    kit = page.locator("a[href^='/kits/']").first.get_attribute("href")
    links |= {kit, f"{kit}/compare?other={kit.rsplit('/', 1)[1]}"}
    page.goto(f"{project}/gallery")
    if page.locator("a[href^='/renders/']").count():
        picture_page = page.locator("a[href^='/renders/']").first.get_attribute("href")
        page.goto(picture_page)
        links |= {picture_page, page.locator("a[href^='/jobs/']").first.get_attribute("href"), page.locator("a[href^='/runs/']").first.get_attribute("href")}
        links.add(next(x for x in links if x.startswith("/jobs/")).split("?")[0].replace("/review", "/knockout"))
    told = []
    for link in sorted(links):
        page.goto(link)
        for scheme in ("light", "dark"):
            told += clean(page, scheme=scheme)
    assert told == [], "\n".join(told)


def test_pages_work_without_script(browser, studio):
    context = browser.new_context(base_url=studio.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.click("a.card[href^='/projects/']:has-text('The Missing Ledger')")
    page.click("text=Page 1, panel 3")
    page.click("#render button.main")
    assert "/runs/" in page.url and page.locator("h1").count() == 1
    context.close()


def test_the_curl_walk_of_the_docs_is_true(studio):
    text = (ROOT / "docs/api.md").read_text()
    script = "set -euo pipefail\n" + "\n".join(re.findall(r"```bash\n(.*?)```", text, re.S))
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=150, env={**studio.env, "IAT": studio.url, "TOKEN": studio.token()}, cwd=ROOT)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == "approved"
