"""What runs and pictures must say when they come in with a package: everything that reads them is tried on them first."""

from typing import Any

from projects import slices
from renders.domain import provenance, rendered
from renders.pipeline import finishing, prompts, runner
from renders.pipeline.plan import SIDES

Row = dict[str, Any]


def _run(row: Row) -> None:
    for snapshot in row["settings_snapshot"]["jobs"]:
        size = snapshot["parameters"]
        if not all(SIDES[0] <= size[side] <= SIDES[1] for side in ("width", "height")) or not all(isinstance(seed, int) for seed in snapshot["seeds"]):
            raise ValueError("a snapshot")
        prompts.text(snapshot)
        prompts.negative(snapshot)
        finishing.size_of(snapshot)
        runner.demands_of(snapshot)
        provenance.notice(snapshot)
        rendered.words_of(snapshot, "")


def _job(row: Row) -> None:
    if not isinstance(row["meta"].get("number"), int) or row["meta"]["number"] < 0:
        raise ValueError("a job")


def _report(row: Row) -> None:
    if row["report_type"] == "human_review" and not isinstance(row["summary"]["decision"], str):
        raise ValueError("a report")


def register() -> None:
    """Tells the packages' gate."""
    slices.check("renders.Run", _run)
    slices.check("renders.RunJob", _job)
    slices.check("renders.QualityReport", _report)
