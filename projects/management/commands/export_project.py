"""Writes a project as a package: a zip, a tar.gz, or a folder of plain files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iat.kernel import enter
from iat.kernel.errors import Refused
from projects import archives
from projects.domain import exports
from projects.models import Project


class Command(BaseCommand):
    """`manage.py export_project <id or slug> --to FILE_OR_FOLDER [--format zip|tar.gz|folder]`."""

    help = "Write a project as a package. Everything is checked on the way; nothing is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, where to, how."""
        parser.add_argument("project", help="id or slug")
        parser.add_argument("--to", required=True, type=Path, help="a file, or an empty folder")
        parser.add_argument("--format", choices=["zip", "tar.gz", "folder"], default="zip")

    def handle(self, *args: Any, **options: Any) -> None:
        """Finds the project, writes it."""
        with enter.everywhere("an operator names a project on the command line"):
            found = [p for p in Project.objects.select_related("space") if options["project"] in (str(p.pk), p.slug)]
        if len(found) != 1:
            raise CommandError(f"{len(found)} projects have the id or slug {options['project']!r}; name one by its id.")
        with enter.in_project(found[0]):
            try:
                manifest = write(found[0], options["to"], options["format"])
            except Refused as error:
                raise CommandError(error.detail) from None
        counts = manifest["counts"]
        self.stdout.write(f"{found[0].name}: {counts['rows']} rows, {counts['files']} files, {counts['bytes'] / 1e6:.1f} MB in {options['to']}")


def write(project: Project, to: Path, format: str) -> dict[str, Any]:
    """A folder as it is; an archive out of a folder of rows and the files of the store. The file appears whole or not at all."""
    import tempfile

    if format == "folder":
        return exports.into_folder(project, to)
    with tempfile.TemporaryDirectory() as folder:
        manifest = exports.write(project, Path(folder))
        entries = list(exports.of_folder(Path(folder), manifest))
        pieces = archives.zipped(entries)[0] if format == "zip" else archives.tarred(entries)
        beside = to.with_name(f"{to.name}.part")
        with beside.open("wb") as out:
            for piece in pieces:
                out.write(piece)
        beside.replace(to)
    return manifest
