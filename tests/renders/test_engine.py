"""The storyboard engine, the stages, the guard, the ranking: image maths and pure functions."""

import hashlib
import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from renders.imaging import background, colour, figure, guard, place, png, thumbs
from renders.pipeline import ranking, stages
from renders.providers.base import Brief, Figure, Generates, Place
from renders.providers.registry import PROVIDERS

HAIR = {"appearance": {"hair": "long black", "skin": "olive", "outfit": "red hoodie and navy jeans"}}

pytestmark = pytest.mark.pure


def brief(**changes):
    people = (Figure("A", "a", HAIR, "happy"), Figure("B", "b", {}, "sad", pose="waving"))
    given = {"prompt": "", "negative_prompt": "", "figures": people, "place": Place("Street", "s", {"location_type": "street"}), "width": 320, "height": 320, "seed": 7, "index": 0}
    return Brief(**{**given, **changes})


def digest(pixels):
    return hashlib.sha256(np.ascontiguousarray(pixels).tobytes()).hexdigest()


@pytest.mark.parametrize("code", [p.code for p in PROVIDERS.all() if isinstance(p, Generates)])
def test_the_same_brief_gives_the_same_pixels(code):
    provider = PROVIDERS.get(code)
    assert isinstance(provider, Generates)
    first, again = provider.generate(brief()), provider.generate(brief())
    assert first.pixels.shape == (320, 320, 3) and first.pixels.dtype == np.uint8
    assert digest(first.pixels) == digest(again.pixels)
    assert digest(provider.generate(brief(seed=8)).pixels) != digest(first.pixels)


def test_candidates_differ_in_framing():
    provider = PROVIDERS.get("storyboard")
    shots = [provider.generate(brief(index=i)) for i in range(4)]
    assert [s.facts["shot"] for s in shots] == ["medium", "wide", "close_up", "medium"]
    marks = [guard.look(Image.fromarray(s.pixels), guard.Demands(320, 320)).fingerprint for s in shots]
    assert min(guard.distance(a, b) for i, a in enumerate(marks) for b in marks[:i]) > 4


def test_a_wanted_shot_is_kept():
    provider = PROVIDERS.get("storyboard")
    assert {provider.generate(brief(index=i, camera="close_up")).facts["shot"] for i in range(3)} == {"close_up"}


def test_a_figure_that_is_cut_at_the_hips_stands_on_the_edge_of_the_frame():
    half = Image.new("RGBA", (40, 70), (255, 0, 255, 255))
    sprite = Image.new("RGBA", (60, 90), (0, 0, 0, 0))
    sprite.paste(half, (10, 20))
    sprite.save(out := io.BytesIO(), "PNG")
    for index in range(8):
        pixels = PROVIDERS.get("storyboard").generate(brief(figures=(Figure("A", "a", {}, art=out.getvalue()),), index=index, seed=index, camera=("medium", "wide")[index % 2])).pixels
        assert (np.abs(pixels[-1].astype(int) - (255, 0, 255)).sum(1) < 12).any(), index


def test_the_same_character_is_the_same_drawing_for_ever():
    look = figure.look_of(HAIR, seed="mara")
    assert (look.skin, look.hair, look.garment, look.top, look.bottom) == (figure.SKIN["olive"], figure.NAMED["black"], "hoodie", figure.NAMED["red"], figure.NAMED["navy"])
    assert hashlib.sha256(figure.svg(look).encode()).hexdigest() == hashlib.sha256(figure.svg(figure.look_of(HAIR, seed="mara")).encode()).hexdigest()
    assert figure.look_of({}, seed="x") != figure.look_of({}, seed="y")


@settings(suppress_health_check=[HealthCheck.too_slow])  # how fast the first texts come says how busy the machine is
@given(st.dictionaries(st.sampled_from(["hair", "skin", "outfit", "marks", "accent"]), st.text(max_size=30)), st.text(max_size=12))
def test_any_words_can_be_drawn(words, seed):
    svg = figure.svg(figure.look_of({"appearance": words}, seed=seed))
    assert svg.startswith("<svg") and svg.endswith("</svg>") and "<script" not in svg


@pytest.mark.parametrize("kind", place.PLACES)
def test_every_place_is_drawn(kind):
    image = place.draw(kind, seed="s")
    assert image.size == (1536, 1024) and len(image.resize((64, 64)).getcolors(4096)) > 40


@pytest.mark.parametrize("words, kind", [("Bridge of a spaceship", "spaceship_bridge"), ("living-room", "living_room"), ("the old town", "street"), ("", "living_room"), ("coffee shop", "cafe")])
def test_free_words_find_a_place(words, kind):
    assert place.kind_of(words) == kind


def test_every_stage_leaves_its_mark():
    drawn = PROVIDERS.get("storyboard").generate(brief())
    told = []
    snapshot = {"style": {"parameters": {"saturation": 0.3, "line_weight": 0.4, "halftone": 0.5, "grain": 0.3, "palette": ["#112233", "#ffeecc"]}}, "scene": {"attributes": {"location_type": "street"}, "name": "x"},
                "time_of_day": "night", "weather": "rain"}
    steps = list(stages.grade(drawn.pixels, snapshot, 7, told.append))
    assert told == [s.name for s in steps] == ["style_lock", "light", "weather", "finish"]
    marks = [digest(drawn.pixels), *(digest(s.pixels) for s in steps)]
    assert len(set(marks)) == 5
    assert steps[1].pixels.mean() < steps[0].pixels.mean() * 0.7


def test_rain_stays_outdoors():
    pixels = np.full((128, 128, 3), 128, np.uint8)
    rng = np.random.default_rng(1)
    assert colour.weather(pixels, "rain", rng, indoors=True).std() < 8 < colour.weather(pixels, "rain", rng).std()


def noise(size=256):
    return Image.fromarray(np.random.default_rng(1).integers(40, 200, (size, size, 3), dtype=np.uint8))


def codes(image, **demands):
    verdict = guard.look(image, guard.Demands(**{"width": 256, "height": 256, **demands}))
    return [f["code"] for f in verdict.hard], [f["code"] for f in verdict.soft]


@pytest.mark.parametrize("image, demands, hard, soft", [
    (noise(), {"chroma_limit": 150}, [], []),
    (noise(), {"width": 300, "chroma_limit": 150}, ["size"], []),
    (Image.new("RGB", (256, 256), "#808080"), {}, ["blank"], ["blur"]),
    (noise(), {"alpha": True, "chroma_limit": 150}, ["alpha"], []),
    (Image.new("RGB", (256, 256), "black"), {}, ["blank"], ["clipped_shadows", "blur"]),
    (noise().resize((32, 32)).resize((256, 256), Image.Resampling.BICUBIC), {"chroma_limit": 150}, [], []),
    (noise(), {"palette": ("#ff0000",), "palette_tolerance": 5, "chroma_limit": 150}, [], ["palette"]),
    (noise(), {"luminance_min": 95, "chroma_limit": 150}, [], ["luminance"]),
], ids=["fine", "size", "blank", "alpha", "black", "soft", "palette", "luminance"])
def test_the_guard_finds(image, demands, hard, soft):
    found = codes(image, **demands)
    assert found[0] == hard and set(soft) <= set(found[1])


def test_chroma_exceed_is_the_mean_over_the_limit():
    red = Image.new("RGB", (256, 256), (255, 0, 0))
    chroma = float(np.hypot(*colour.to_lab(np.array([[[255, 0, 0]]], np.uint8))[0, 0, 1:]))
    assert chroma == pytest.approx(104.55, abs=0.1)
    assert guard.look(red, guard.Demands(256, 256, chroma_limit=60)).chroma_exceed == pytest.approx(chroma - 60, abs=0.01)
    assert guard.look(red, guard.Demands(256, 256, chroma_limit=110)).chroma_exceed == 0.0


def test_an_undecodable_file_is_a_hard_failure():
    assert [f["code"] for f in guard.look_at_bytes(b"nonsense", guard.Demands(1, 1)).hard] == ["undecodable"]


def test_a_plain_background_is_cut_and_a_busy_one_left():
    image = Image.new("RGB", (100, 100), "#eeeeee")
    image.paste((200, 30, 30), (30, 20, 70, 100))
    cut = background.cut_out(image)
    alpha = np.asarray(cut.getchannel("A"))
    assert alpha[50, 50] == 255 and alpha[5, 5] == 0 and 0.3 < (alpha > 128).mean() < 0.36
    assert background.cut_out(noise()) is None


def test_provenance_is_spliced_without_touching_pixels():
    data = png.encode(noise())
    marked = png.splice(data, {"iat:lineage": '{"run": "1"}', "Description": "Storyboard drawing — ink"})
    assert png.read_texts(marked) == {"iat:lineage": '{"run": "1"}', "Description": "Storyboard drawing — ink"}
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(marked))), np.asarray(Image.open(io.BytesIO(data))))
    with pytest.raises(ValueError):
        png.splice(b"GIF89a", {})


def test_thumbnails_come_in_three_sizes_and_never_grow():
    made = thumbs.make(noise(600))
    assert {size: Image.open(io.BytesIO(data)).size for size, data in made.items()} == {256: (256, 256), 512: (512, 512), 1024: (600, 600)}


J = ranking.Judged


@pytest.mark.parametrize("candidates, best, end", [
    ([J(0, "generated", 0, 1, 0, None), J(1, "generated", 0, 0, 5, None)], 1, "done"),
    ([J(0, "generated", 0, 0, 2, None), J(1, "generated", 0, 0, 1, None)], 1, "done"),
    ([J(0, "generated", 0, 0, 1, 0.2), J(1, "generated", 0, 0, 1, 0.9)], 1, "done"),
    ([J(0, "generated", 0, 0, 1, None), J(1, "generated", 0, 0, 1, None)], 0, "done"),
    ([J(0, "failed_output_guard", 1, 0, 0, None), J(1, "failed", 0, 0, 0, None)], None, "failed_output_guard"),
    ([J(0, "failed", 0, 0, 0, None)], None, "failed"),
    ([J(0, "canceled", 0, 0, 0, None)], None, "canceled"),
])
def test_the_order_is_the_documented_one(candidates, best, end):
    found = ranking.chosen(candidates)
    assert (found.index if found else None) == best and ranking.job_end(candidates) == end


@pytest.mark.parametrize("jobs, end", [(["done", "done"], "done"), (["done", "failed"], "partial"), (["failed", "failed_output_guard"], "failed"), (["canceled"], "canceled")])
def test_a_runs_end_follows_from_its_jobs(jobs, end):
    assert ranking.run_end(jobs) == end
