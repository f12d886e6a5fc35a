"""Imports a package into a space: a zip, a tar.gz, or the folder that one was unpacked to."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iat.kernel import enter
from iat.kernel.errors import Refused
from projects import archives
from projects.domain import arrivals, packages
from spaces.models import Space, User


class Command(BaseCommand):
    """`manage.py import_package PATH --space <id or slug> --by <username>`."""

    help = "Import a package into a space. All of it, or nothing and a reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, where to, for whom."""
        parser.add_argument("path", type=Path)
        parser.add_argument("--space", required=True, help="id or slug")
        parser.add_argument("--by", default="local", help="who owns the project then (default: local)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Finds the space, verifies, writes."""
        by = User.objects.filter(username=options["by"]).first()
        found = [s for s in Space.objects.all() if options["space"] in (str(s.pk), s.slug)]
        if by is None or len(found) != 1:
            raise CommandError(f"There is nobody called {options['by']!r}." if by is None else f"{len(found)} spaces have the id or slug {options['space']!r}; name one by its id.")
        path: Path = options["path"]
        if not path.exists():
            raise CommandError(f"{path} is not there.")
        with enter.in_space(found[0]):
            try:
                project = arrivals.bring(found[0], packages.of_folder(path), by=by) if path.is_dir() else self._archive(found[0], path, by)
            except Refused as error:
                raise CommandError(error.detail) from None
        self.stdout.write(f"{project.name} is in {found[0].name}: /projects/{project.pk}. Its thumbnails are made when a worker sweeps, or when it is opened.")

    def _archive(self, space: Space, path: Path, by: User) -> Any:
        with path.open("rb") as file:
            return arrivals.bring(space, archives.members(file), by=by)
