"""The replay check: a rerun's pictures beside the first ones, candidate by candidate, told once both runs have ended."""

from typing import Any

from iat.kernel import events, filestore
from renders.domain.runlog import ENDED
from renders.imaging import sameness
from renders.models import Run, RunCandidate


def check(run: Run) -> dict[str, Any] | None:
    """Compares and keeps the outcome; None where the run repeats nothing, or either run still draws. One pair of pictures is in memory at a time."""
    first = run.rerun_of
    if first is None or run.status not in ENDED or first.status not in ENDED:
        return None
    mine, theirs = _pictures(run), _pictures(first)
    rows = [_pair(key, mine.get(key), theirs.get(key)) for key in sorted(mine.keys() | theirs.keys())]
    told = {"rerun_of": str(first.pk), "verdict": sameness.worst([r["verdict"] for r in rows]), "counts": {v: n for v in sameness.ORDER if (n := sum(r["verdict"] == v for r in rows))}, "candidates": rows}
    Run.objects.filter(pk=run.pk).update(replay=told)
    events.emit("run.replayed", subject=run, verdict=told["verdict"])
    return told


def _pictures(run: Run) -> dict[tuple[str, int], str]:
    rows = RunCandidate.objects.filter(job__run=run).values_list("job__job_key", "candidate_index", "final_asset__storage_uri")
    return {(key, index): uri for key, index, uri in rows}


def _pair(key: tuple[str, int], mine: str | None, theirs: str | None) -> dict[str, Any]:
    named = {"job": key[0], "index": key[1]}
    if not mine or not theirs:
        return {**named, "verdict": "bit_exact" if mine == theirs and mine is not None else "missing"}
    verdict, measures = sameness.compared(filestore.store().read(mine), filestore.store().read(theirs))
    return {**named, "verdict": verdict, **measures}
