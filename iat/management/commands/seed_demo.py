"""`manage.py seed_demo`: a small world to try everything in. Does nothing where it exists already."""

from typing import Any

from django.core.management.base import BaseCommand

from iat import demo
from spaces.domain import people


class Command(BaseCommand):
    """Makes the demo world for the local user."""

    help = "Creates the demo space “Harbour Street” with characters, kits, scenes, styles and a project."

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what it made."""
        made = demo.seed(people.local_user())
        self.stdout.write("The demo world is ready." if made else "The demo world is there already.")
