"""Walks an exported audit, away from the database it came from."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iat.kernel.errors import Invalid
from projects.domain import audit


class Command(BaseCommand):
    """`manage.py verify_audit FILE`."""

    help = "Walk an exported audit (JSON lines) and say whether a row was changed, removed or swapped, and which."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Says how many rows were looked at; fails with the places of what is wrong."""
        try:
            with options["file"].open("rb") as lines:
                found = audit.verify_lines(lines)
        except (OSError, Invalid) as error:
            raise CommandError(getattr(error, "detail", str(error))) from None
        if not found.ok:
            raise CommandError("\n".join(f"{p['number'] or '–'}: {p['text']}" for p in found.problems[:100]))
        self.stdout.write(f"{found.checked} rows looked at: nothing was changed, removed or swapped.")
