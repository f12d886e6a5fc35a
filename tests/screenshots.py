"""`make screenshots`: the pictures of the README, taken in a fresh demo world by a real browser."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import preflight
from tests.installation import ROOT, Installation

OUT = ROOT / "docs/pictures"


def main() -> None:
    """Walks the README's five minutes and takes a picture where it shows one."""
    if not preflight.CHROMIUM:
        raise SystemExit("Chromium is needed for screenshots: apt-get install chromium, or set IAT_TEST_CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        place = Installation(Path(folder))
        place.start()
        try:
            browser = play.chromium.launch(executable_path=preflight.CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(base_url=place.url, viewport={"width": 1440, "height": 1000}, reduced_motion="reduce")
            walk(page)
        finally:
            place.stop()


def walk(page) -> None:
    """Home, task, run, review, approved panel, lineage, project, sheet."""
    def take(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUT / f"{name}.png")

    for number in (1, 2, 3):
        page.goto("/")
        if number == 1:
            take("home")
        page.click(f".wall a:has-text('Page 1, panel {number}')")
        page.click("#render button.main")
        page.wait_for_selector("a.btn.main:has-text('Review')", timeout=60_000)
        if number == 2:
            take("run")
        page.click("a.btn.main:has-text('Review')")
        if number == 2:
            page.evaluate("document.querySelector('.head').scrollIntoView()")
            take("review")
        page.keyboard.press("a")
        page.wait_for_selector("[data-look]:not([hidden]) .badge:has-text('approved')")
        if number == 2:
            page.click("[data-look]:not([hidden]) a:has-text('Lineage of this picture')")
            take("lineage")
    page.goto("/")
    page.click("a.card[href^='/projects/']")
    take("project")
    page.click("a[href^='/definitions/'] >> nth=0")
    page.click("a[href^='/kits/']")
    take("kit")


if __name__ == "__main__":
    main()
