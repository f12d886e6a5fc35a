"""`manage.py diagrams`: docs/lifecycles.md, read off the state machines."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from iat import env
from iat.kernel.lifecycle import Lifecycle

HEAD = "# Lifecycles\n\nWritten by `python manage.py diagrams` from the tables in `*/lifecycles.py`.\n"


def text() -> str:
    """The whole page."""
    return HEAD + "".join(f"\n## {m.name}\n\n```mermaid\n{m.mermaid()}\n```\n" for m in Lifecycle.registry)


class Command(BaseCommand):
    """Writes the page."""

    help = "Writes docs/lifecycles.md."

    def handle(self, *args: Any, **options: Any) -> None:
        """Over the old one."""
        Path(env.ROOT / "docs/lifecycles.md").write_text(text())
