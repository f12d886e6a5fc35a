"""One real installation and one real browser for all end-to-end tests of a worker."""

import pytest

from tests import preflight
from tests.installation import Installation


@pytest.fixture(scope="session")
def studio(tmp_path_factory):
    place = Installation(tmp_path_factory.mktemp("studio"))
    place.start()
    yield place
    place.stop()


@pytest.fixture(scope="module")
def browser():
    """Closed after each file: the browser's event loop would stand in the way of whatever this process tests next."""
    if not preflight.CHROMIUM:
        pytest.skip("Chromium is not here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=preflight.CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield started
        started.close()


@pytest.fixture
def page(browser, studio):
    context = browser.new_context(base_url=studio.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.troubles = []
    page.on("console", lambda m: page.troubles.append(m.text) if m.type == "error" and "status of 4" not in m.text else None)
    page.on("pageerror", lambda e: page.troubles.append(str(e)))
    page.on("response", lambda r: page.troubles.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    page.on("request", lambda r: page.troubles.append(f"other host: {r.url}") if not r.url.startswith((studio.url, "data:", "blob:")) else None)
    yield page
    assert page.troubles == []
    context.close()
