"""`manage.py doctor`: what is missing, and how to mend it."""

from typing import Any

from django.core.management.base import BaseCommand

from iat import readiness


class Command(BaseCommand):
    """Looks closely; exits 1 when something needs mending."""

    help = "Looks at database, store, broker, worker, migrations, disk and files, and says how to mend what is wrong."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a check."""
        found = readiness.look_closely()
        for item in found:
            self.stdout.write(f"{'ok  ' if item.ok else 'MEND'}  {item.name:<15} {item.text}")
            if not item.ok and item.mend:
                self.stdout.write(f"      {'':<15} → {item.mend}")
        if not all(item.ok for item in found):
            raise SystemExit(1)
