"""`manage.py restore FOLDER`: a backup into an empty installation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from iat import backups
from iat.kernel.errors import Refused


class Command(BaseCommand):
    """Puts a backup back."""

    help = "Put a backup into an empty installation, bring its tables up to date, and compare every row with its file. Stop web, worker and clock first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Restores, migrates, compares."""
        try:
            told = backups.bring_back(options["folder"])
        except Refused as error:
            raise CommandError(error.detail) from None
        call_command("migrate", verbosity=0)
        self.stdout.write(f"The {told['database']} database of {told['made_at']} is back, with {told['restored']} files. Comparing rows and files …")
        call_command("fsck", repair=True, stdout=self.stdout)
