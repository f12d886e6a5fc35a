"""How much of forty storyboard panels lies outside a guide's chroma limit, before and after colour correction toward it."""

import statistics


def main(panels: str = "40", limit: str = "35") -> None:
    """Prints shares over all panels."""
    from renders.imaging import colour
    from renders.pipeline import stages
    from renders.providers.base import Brief, Figure, Place
    from renders.providers.storyboard import Storyboard

    engine, before, after, moved = Storyboard(), [], [], []
    places, hours, skies = ("street", "kitchen", "beach", "alley", "forest"), ("morning", "day", "evening", "night"), ("clear", "rain", "snow", "fog")
    for n in range(int(panels)):
        people = (Figure("A", f"a{n % 5}", {"appearance": {"outfit": ("red hoodie", "yellow coat", "green shirt")[n % 3]}}), Figure("B", f"b{n % 7}", {}))
        drawn = engine.generate(Brief("", "", people[: 1 + n % 2], Place("s", f"s{n}", {"location_type": places[n % 5]}), 768, 768, n, n % 4))
        snapshot = {"style": {"parameters": {"saturation": 1.25, "contrast": 1.05}}, "scene": {"name": "s", "attributes": {"location_type": places[n % 5]}}, "time_of_day": hours[n % 4], "weather": skies[n % 4]}
        pixels = drawn.pixels
        for step in stages.grade(drawn.pixels, snapshot, n, lambda name: None):
            pixels = step.pixels
        out, told = colour.corrected(pixels, {"chroma_limit": float(limit)})
        before.append(told["over_before"])
        after.append(told["over_after"])
        moved.append(float(abs(out.astype(int) - pixels.astype(int)).mean()))
    print(f"{panels} panels, chroma limit {limit}: outside before {statistics.mean(before):.2%} (worst {max(before):.2%}), after {statistics.mean(after):.3%} (worst {max(after):.3%}); mean change {statistics.mean(moved):.2f} of 255")
