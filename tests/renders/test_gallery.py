"""The gallery: what it is narrowed to, words of prompts, many at once, and the trash."""

import pytest

from iat.kernel import enter
from renders.models import RenderedAsset, RenderedWords
from renders.pipeline import plan, runner
from tests.conftest import client_of


@pytest.fixture
def pictures(rendered_world):
    """Three more drafts of the same job's kind, so that there is something to choose from."""
    w = rendered_world
    with enter.in_project(w.project):
        for _ in range(2):
            w.task.refresh_from_db()
            run = runner.start([w.task], plan.Wish(candidates=1, width=256, height=256, seed=_ + 5), by=w.art)
            runner.work(run.jobs.get().candidates.get().pk)
        w.rows = list(RenderedAsset.objects.filter(project=w.project).order_by("created_at"))
    return w


def ids(client, w, **query):
    return [r["id"] for r in client.get(f"/api/projects/{w.project.pk}/renders", query).json()["items"]]


def test_words_of_prompts_tasks_and_cast_find_pictures(pictures):
    vi = client_of(pictures.vi)
    assert len(ids(vi, pictures)) == 3
    for text in ("red hoodie", "HOODIE", "mara stre", "panel", "storyboard", "ink"):
        assert len(ids(vi, pictures, search=text)) == 3, text
    for text in ("unicorn", "mara unicorn", "!!!", "0x"):
        assert ids(vi, pictures, search=text) == [], text
    with enter.in_project(pictures.project):
        assert RenderedWords.objects.filter(rendered__in=pictures.rows).count() == 3


def test_filters_narrow_and_hostile_ones_are_refused_or_empty(pictures):
    w, vi = pictures, client_of(pictures.vi)
    first = w.rows[0]
    with enter.in_project(w.project):
        RenderedAsset.objects.update(likeness=0.2)
        RenderedAsset.objects.filter(pk=first.pk).update(provider_code="bfl", likeness=0.9)
    assert ids(vi, w, provider_code="bfl") == [str(first.pk)] == ids(vi, w, min_likeness="0.8")
    assert len(ids(vi, w, scene_id=str(w.place.pk))) == 3 == len(ids(vi, w, style_id=str(w.ink.pk))) and ids(vi, w, scene_id=str(w.clone.pk)) == []
    assert len(ids(vi, w, root_id=str(w.mara.pk))) == 3 and len(ids(vi, w, since="2020-01-01")) == 3 and ids(vi, w, until="2020-01-01") == []
    assert vi.get(f"/api/projects/{w.project.pk}/renders", {"min_likeness": "7"}).status_code == 422
    for told in ({"who": "x"}, {"scene": "'; --"}, {"since": "yesterday"}, {"likeness": "nan"}, {"search": "a" * 300}, {"cursor": "x"}, {"state": "nonsense"}):
        assert vi.get(f"/projects/{w.project.pk}/gallery", told).status_code in (200, 400, 422), told
    page = vi.get(f"/projects/{w.project.pk}/gallery", {"search": "hoodie", "filters": "1"}).content.decode()
    assert 'value="hoodie"' in page and "Mara" in page and "Street" in page


def test_many_at_once_and_the_trash(pictures):
    w, art = pictures, client_of(pictures.art)
    wanted = [str(r.pk) for r in w.rows]
    url = f"/projects/{w.project.pk}/gallery"
    assert "Tick" in art.get(url).content.decode() and "Tick" not in client_of(w.vi).get(url).content.decode()
    assert art.post(url + "/bulk", {"verb": "discard", "ids": wanted[:2]}).status_code == 302
    assert ids(art, w) == wanted[2:] and set(ids(art, w, state="discarded")) == set(wanted[:2])
    trash = art.get(url + "?state=discarded").content.decode()
    assert "Restore" in trash and wanted[0] in trash
    art.post(url + "/bulk", {"verb": "restore", "ids": wanted, "back": "state=discarded"})
    assert len(ids(art, w)) == 3
    answer = art.post(f"/api/projects/{w.project.pk}/renders/bulk", {"verb": "approve", "ids": wanted}, content_type="application/json").json()
    assert answer == {"done": 3, "left": []}
    again = art.post(f"/api/projects/{w.project.pk}/renders/bulk", {"verb": "approve", "ids": [*wanted[:1], str(w.mara.pk)]}, content_type="application/json").json()
    assert again["done"] == 0 and len(again["left"]) == 2 and "cannot become approved" in again["left"][0]
    assert art.post(url + "/bulk", {"verb": "explode", "ids": wanted}).status_code == 302
    other = client_of(w.sam).post(url + "/bulk", {"verb": "discard", "ids": wanted})
    assert other.status_code == 404
    with enter.in_project(w.project):
        assert RenderedAsset.objects.filter(project=w.project, is_final_panel=True).count() == 1
