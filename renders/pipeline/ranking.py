"""Order among candidates and the end states that follow from it. Pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Judged:
    """What ranking needs to know of a candidate."""

    index: int
    status: str
    hard: int
    soft: int
    chroma_exceed: float
    consistency: float | None
    fingerprint: str = ""

    @property
    def key(self) -> tuple[int, int, float, float, int]:
        """Fewest hard failures, then soft warnings, then chroma exceed, then the best likeness; the index breaks ties."""
        return self.hard, self.soft, self.chroma_exceed, -(self.consistency or 0.0), self.index


def ranked(candidates: Iterable[Judged]) -> list[Judged]:
    """Best first."""
    return sorted(candidates, key=lambda c: c.key)


def chosen(candidates: Iterable[Judged]) -> Judged | None:
    """The best candidate without a hard failure."""
    return next((c for c in ranked(candidates) if c.status in ("generated", "done") and c.hard == 0), None)


def job_end(candidates: list[Judged]) -> str:
    """done with a pick; else why there is none."""
    if chosen(candidates):
        return "done"
    states = {c.status for c in candidates}
    if states == {"canceled"}:
        return "canceled"
    return "failed_output_guard" if "failed_output_guard" in states or "generated" in states else "failed"


def run_end(jobs: list[str]) -> str:
    """The run's end state from its jobs' end states."""
    if all(j == "canceled" for j in jobs):
        return "canceled"
    good = sum(j == "done" for j in jobs)
    return "done" if good == len(jobs) else "partial" if good else "failed"
