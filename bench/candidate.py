"""One storyboard candidate, 1024 × 1024, two characters, scene, all stages, guard, thumbnails: CPU seconds of one core.

The floor is what Pillow alone needs to decode and encode one such picture.
"""

import io
import os
import statistics
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")


def main(rounds: str = "12") -> None:
    """Prints medians and the ratio."""
    import cv2
    from PIL import Image

    from renders.imaging import figure, guard, likeness, png, thumbs
    from renders.pipeline import stages
    from renders.providers.base import Brief, Figure, Place
    from renders.providers.storyboard import Storyboard

    cv2.setNumThreads(1)
    engine = Storyboard()
    art = io.BytesIO()
    figure.draw(figure.look_of({"appearance": {"hair": "long black"}}, seed="a")).save(art, "PNG")
    people = (Figure("A", "a", {}, "happy", art=art.getvalue()), Figure("B", "b", {"appearance": {"outfit": "suit"}}))
    snapshot = {"style": {"parameters": {"saturation": 0.9, "contrast": 1.1, "palette": ["#1b1a1e", "#f4ead6", "#b7472a"], "line_weight": 0.3, "halftone": 0.4, "grain": 0.3}},
                "scene": {"name": "s", "attributes": {"location_type": "street"}}, "time_of_day": "evening", "weather": "rain"}
    mine, floor = [], []
    for seed in range(int(rounds)):
        began = time.process_time()
        drawn = engine.generate(Brief("", "", people, Place("s", f"s{seed % 3}", {"location_type": "street"}), 1024, 1024, seed, seed % 4))
        png.encode_stage(drawn.pixels)
        pixels = drawn.pixels
        for step in stages.grade(drawn.pixels, snapshot, seed, lambda name: None):
            pixels = step.pixels
            if step.name != "finish":
                png.encode_stage(pixels)
        image = Image.fromarray(pixels)
        guard.look(image, guard.Demands(1024, 1024))
        likeness.labelled(Image.fromarray(drawn.pixels), drawn.labels, 2)
        likeness.style_of(pixels)
        data = png.encode(image)
        thumbs.make(image)
        mine.append(time.process_time() - began)
        began = time.process_time()
        plain = Image.open(io.BytesIO(data))
        plain.load()
        plain.save(io.BytesIO(), "PNG")
        floor.append(time.process_time() - began)
    a, b = statistics.median(mine), statistics.median(floor)
    print(f"candidate {a:.2f} s (first {mine[0]:.2f}, worst {max(mine):.2f}) · Pillow decode + encode {b:.2f} s · ratio {a / b:.2f}")
