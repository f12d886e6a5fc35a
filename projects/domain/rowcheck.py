"""Rows of a package, line by line: every column is known, every value fits its column, every key points into the package, every owner is the package's project.

What a row may not say is refused with its table, line and column. Nothing is written here.
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from iat.kernel.errors import Invalid, Refused
from projects.domain import packages, slicing
from projects.slices import TRAVELS, checks

MOST_ROWS = 5_000_000


def refuse(label: str, number: int, says: str) -> Invalid:
    """A refusal with its place."""
    return Invalid(f"This package cannot be imported: line {number} of rows/{label}.jsonl {says}. Nothing was imported.")


class Rows:
    """The rows of one package in a folder, with the ids that each table has."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.columns = {label: slicing.fields(label) for label in TRAVELS}
        self.ids: dict[str, dict[str, bool]] = {label: {} for label in TRAVELS}
        count = 0
        for label in TRAVELS:
            has_project = any(f.attname == "project_id" for f in self.columns[label])
            for number, told in self.lines(label):
                count += 1
                if label == "renders.RenderedWords":
                    continue
                if not isinstance(told.get("id"), str) or not slicing.UUID.fullmatch(told["id"]) or told["id"] in self.ids[label]:
                    raise refuse(label, number, "has no id of its own")
                self.ids[label][told["id"]] = (told.get("project_id") is None) if has_project else label != "projects.Project"
        if count > MOST_ROWS:
            raise packages.unreadable(f"it holds more than {MOST_ROWS} rows")
        if list(self.ids["projects.Project"]) != [manifest["project"].get("id")]:
            raise packages.unreadable("it does not hold the one project that its manifest names")
        self.project_id = str(manifest["project"]["id"])

    def lines(self, label: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line number, row) of a table, with exactly the columns that travel."""
        expected = {f.attname for f in self.columns[label]}
        for number, told in packages.rows(self.folder / f"rows/{label}.jsonl"):
            if set(told) != expected:
                odd = sorted(set(told) ^ expected)
                raise refuse(label, number, f"has other columns than the table ({', '.join(map(str, odd[:5]))})")
            yield number, told

    def check(self) -> None:
        """Every row of every table. Raises Invalid for the first that does not fit."""
        for label in TRAVELS:
            for number, told in self.lines(label):
                self.values(label, number, told)
                self._owner(label, number, told)
                for test in checks(label):
                    _tested(test, label, number, told)

    def values(self, label: str, number: int, told: dict[str, Any]) -> dict[str, Any]:
        """The row as Python values."""
        return {f.attname: self._value(label, number, f, told[f.attname]) for f in self.columns[label]}

    def _value(self, label: str, number: int, f: Any, raw: Any) -> Any:
        if raw is None:
            if not f.null:
                raise refuse(label, number, f"says nothing in {f.attname}")
            return None
        if isinstance(f, models.ForeignKey):
            if raw not in self.ids.get(f.related_model._meta.label, ()):
                raise refuse(label, number, f"points in {f.attname} to something that is not in the package")
            return uuid.UUID(raw)
        try:
            return fitting(f, raw)
        except (ValidationError, ValueError, TypeError, OverflowError, ArithmeticError):
            raise refuse(label, number, f"has a value in {f.attname} that does not fit") from None

    def _owner(self, label: str, number: int, told: dict[str, Any]) -> None:
        if "project_id" not in told:
            return
        may_be_canon = label in slicing.CANON or bool(TRAVELS[label].with_canon)
        if told["project_id"] != self.project_id and not (told["project_id"] is None and may_be_canon):
            raise refuse(label, number, "belongs to another project")


def fitting(f: Any, raw: Any) -> Any:
    """A JSON value as its column wants it. Raises ValidationError or ValueError for one that does not fit."""
    if isinstance(f, models.JSONField):
        shape = type(f.default()) if f.has_default() and callable(f.default) else dict
        if not isinstance(raw, shape) or _holds_nul(raw):
            raise ValueError("another shape")
        return raw
    wanted: Any = bool if isinstance(f, models.BooleanField) else (int, float) if isinstance(f, models.FloatField) else int if isinstance(f, models.IntegerField) else str
    if not isinstance(raw, wanted) or (isinstance(raw, bool) and wanted is not bool) or (isinstance(raw, str) and "\x00" in raw):
        raise ValueError("another type")
    value = f.to_python(raw)
    if isinstance(value, dt.datetime) and timezone.is_naive(value):
        raise ValueError("a time without a zone")
    if raw not in f.empty_values:
        f.run_validators(value)
        if f.choices and value not in dict(f.flatchoices):
            raise ValueError("none of its choices")
    return value


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(k) or _holds_nul(v) for k, v in value.items())
    return any(map(_holds_nul, value)) if isinstance(value, list) else False


def _tested(test: Any, label: str, number: int, told: dict[str, Any]) -> None:
    try:
        test(told)
    except Refused as error:
        raise refuse(label, number, f"is not what this table holds: {error.detail[:300]}") from None
    except Exception:
        raise refuse(label, number, "is not what this table holds") from None
