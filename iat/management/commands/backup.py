"""`manage.py backup FOLDER`: database and files, while everything runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iat import backups
from iat.kernel.errors import Refused


class Command(BaseCommand):
    """Writes a backup."""

    help = "Write database and files into a folder, while everything runs. A second backup into the same folder copies only new files. Keys are not in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Says what was written, and what was not."""
        try:
            told = backups.make(options["folder"])
        except Refused as error:
            raise CommandError(error.detail) from None
        self.stdout.write(f"{told['files']} files ({told['copied']} new) and the database ({told['database']}) are in {options['folder']}.")
        if told["store"] != "local":
            self.stdout.write("The files lie in a bucket: mirror it, or keep its versions.")
        self.stdout.write("The keys (IAT_SECRET_KEY, IAT_FERNET_KEYS, or keys.json) are not in it: keep them apart; without them the secrets of providers cannot be read.")
