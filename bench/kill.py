"""kill -9 of the worker at random moments while a run is drawn: nothing lost, nothing twice."""

import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.installation import Installation

AUDIT = """
import json
from iat.kernel import enter, filestore
from renders.models import RunCandidate, RenderedAsset
from spaces.domain import sweeping
from spaces.models import Asset
import time
with enter.everywhere("the benchmark counts"):
    rows = list(RunCandidate.objects.filter(job__run_id="%s"))
    store = filestore.store()
    store.sweep_temporary()
    print(json.dumps({"candidates": len(rows), "done": sum(c.status == "done" for c in rows), "finals": len({c.final_asset_id for c in rows}), "attempts": sum(c.attempt for c in rows),
      "final_assets": Asset.objects.filter(kind="final", metadata__candidate__in=[str(c.pk) for c in rows]).count(), "drafts": RenderedAsset.objects.filter(candidate__in=rows).count(),
      "files_without_row": len(sweeping.strays(store, now=time.time() + 9, older_than_s=0)), "rows_without_file": len(sweeping.missing(store))}))
"""


def trial(home: Path, *, kills: int, candidates: int, seed: int = 1, size: int = 1024, **env: str) -> dict[str, Any]:
    """One run under fire; returns what was counted afterwards."""
    rng, place = random.Random(seed), Installation(home, **env)
    place.start()
    try:
        token = place.token()
        project = place.call("GET", "/api/projects", token=token)["items"][0]["id"]
        task = place.call("GET", f"/api/projects/{project}/tasks", token=token)["items"][1]["id"]
        run = place.call("POST", f"/api/tasks/{task}/render", {"candidates": candidates, "width": size, "height": size}, token)["run"]["id"]
        began, done, left = time.monotonic(), 0, set()
        while done < kills:
            seen = place.call("GET", f"/api/runs/{run}", token=token)
            if seen["status"] not in ("planned", "running"):
                break
            now = {(c["id"], c["attempt"]) for j in seen["jobs"] for c in j["candidates"] if c["status"] == "running"}
            if now <= left:  # only what the last kill left behind: the worker is not drawing again yet
                time.sleep(0.02)
                continue
            time.sleep(rng.uniform(0.0, 0.5))
            place.kill_worker(rng.choice if rng.random() < 0.4 else None)
            left, done = left | now, done + 1
        while (seen := place.call("GET", f"/api/runs/{run}", token=token))["status"] in ("planned", "running"):
            if time.monotonic() - began > 400:
                break
            time.sleep(0.2)
        audit = place.manage("shell", "-v", "0", "-c", AUDIT % run)
        found = json.loads(audit.stdout.strip().splitlines()[-1])
        return {"kills": done, "status": seen["status"], "seconds": round(time.monotonic() - began, 1), **found}
    finally:
        place.stop()


def main(kills: str = "20", candidates: str = "40") -> None:
    """Prints the count."""
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(trial(Path(folder), kills=int(kills), candidates=int(candidates)), indent=1))
