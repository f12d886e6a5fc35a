"""A hundred candidates decided by keys, as an artist does it: few requests, the next picture is there already."""

import threading
import time
import urllib.error

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("desk")]
EACH = 34


@pytest.fixture(scope="session")
def jobs(studio):
    token = studio.token()
    call = lambda *told: studio.call(*told, token=token)  # noqa: E731
    project = call("GET", "/api/projects/the-missing-ledger")["id"]
    tasks = [call("POST", f"/api/projects/{project}/tasks", {"name": f"To be judged {n}", "scene_id": call("GET", f"/api/projects/{project}/scenes")["items"][n]["id"]})["id"] for n in range(3)]
    run = call("POST", f"/api/projects/{project}/runs", {"task_ids": tasks, "candidates": EACH, "width": 256, "height": 256})["run"]["id"]
    until = time.monotonic() + 300
    while call("GET", f"/api/runs/{run}")["status"] in ("planned", "running"):
        assert time.monotonic() < until
        time.sleep(0.3)
    return [j["id"] for j in call("GET", f"/api/runs/{run}")["jobs"]]


def test_a_hundred_candidates_by_keys(page, jobs):
    seen = []
    page.on("request", lambda r: seen.append(r.url))
    most = decided = 0
    for job in jobs:
        page.goto(f"/jobs/{job}/review?at=0")
        page.wait_for_load_state("networkidle")
        count = page.locator("[data-candidate]").count()
        for _ in range(count):
            at = page.locator("[data-candidate][aria-pressed=true]").get_attribute("data-candidate")
            if not page.locator(f"[data-look='{at}'] [data-key=x]").count():
                page.keyboard.press("ArrowRight")
                continue
            seen.clear()
            with page.expect_navigation():
                page.keyboard.press("x")
            fetched = [u for u in seen if "/static/" not in u]
            most, decided = max(most, len([u for u in fetched if "/content" not in u and "/thumbnail" not in u])), decided + 1
            assert page.evaluate("[...document.querySelectorAll('[data-look]:not([hidden]) .big img:first-child')].every((i) => i.complete && i.naturalWidth > 0)"), "the next picture was not there"
    assert decided >= 95 and most <= 3


def test_compare_heat_and_knockout_by_keys(page, jobs):
    page.goto(f"/jobs/{jobs[0]}/review?at=1")
    page.keyboard.press("h")
    page.wait_for_function("document.querySelector('[data-look]:not([hidden]) [data-heat]').naturalWidth > 0")
    page.keyboard.press("h")
    page.keyboard.press("c")
    page.wait_for_selector("dialog[open]")
    for key, way in (("2", "slider"), ("3", "blink"), ("4", "difference"), ("1", "side")):
        page.keyboard.press(key)
        assert page.locator("[data-pair]").get_attribute("data-pair") == way
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    page.goto(f"/jobs/{jobs[1]}/knockout")
    for key in ("ArrowLeft", "ArrowRight"):
        with page.expect_navigation():
            page.keyboard.press(key)
    assert "Pair 3" in page.inner_text("h1 + p")


def test_two_hundred_status_writes_at_once_on_sqlite(studio, jobs):
    """One writer at a time, and nobody is told that the database is locked."""
    token = studio.token()
    made = [c["id"] for job in jobs for c in studio.call("GET", f"/api/jobs/{job}/candidates", token=token)["items"] if c["final_asset_id"]]
    wanted = (made * 3)[:200]
    start, answers = threading.Barrier(len(wanted)), []

    def rate(at, pk):
        start.wait(30)
        try:
            answers.append(studio.call("POST", f"/api/candidates/{pk}/rate", {"rating": at % 5 + 1}, token)["rating"])
        except urllib.error.HTTPError as error:
            answers.append(f"{error.code} {error.read()[:200]}")

    threads = [threading.Thread(target=rate, args=(at, pk)) for at, pk in enumerate(wanted)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(120)
    assert len(answers) == 200 and {type(a) for a in answers} == {int}, [a for a in answers if not isinstance(a, int)][:3]
    assert "locked" not in (studio.home / "up.log").read_text()
