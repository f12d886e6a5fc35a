"""How long until the first page is served: an empty home, then the same home again."""

import tempfile
import time
import urllib.request
from pathlib import Path

from tests.installation import Installation


def main() -> None:
    """Prints both."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first start", "second start"):
            place = Installation(Path(folder))
            began = time.monotonic()
            place.start()
            with urllib.request.urlopen(place.url + "/") as page:
                page.read()
            print(f"{name}: {time.monotonic() - began:.1f} s to the first page")
            place.stop()
