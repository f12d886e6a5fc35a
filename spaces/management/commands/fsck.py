"""`manage.py fsck`: do files and rows agree? `--repair` mends what can be mended, and invents nothing."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from iat.kernel import enter, filestore
from spaces.domain import integrity


class Command(BaseCommand):
    """Lists every trouble; ends with 1 while one is left."""

    help = "Checks that every row has its file with the right bytes, every file its row, every thumbnail, link and search word its place."

    def add_arguments(self, parser: Any) -> None:
        """How deep, and whether to mend."""
        parser.add_argument("--repair", action="store_true", help="mend what can be mended from what is there")
        parser.add_argument("--delete-orphans", action="store_true", help="with --repair: delete files that no row knows and no row needs")
        parser.add_argument("--quick", action="store_true", help="do not read the bytes of the files")
        parser.add_argument("--grace", type=float, default=60, help="leave files alone that are younger than this many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, tell, mend, tell."""
        store = filestore.store()
        with enter.everywhere("files and rows of the whole installation are compared"):
            troubles = list(integrity.check(store, now=timezone.now(), grace_s=options["grace"], quick=options["quick"]))
            done = integrity.mend(store, troubles) if options["repair"] else {}
            for trouble in troubles:
                if trouble.kind == "orphan" and options["repair"] and options["delete_orphans"] and trouble.path not in done:
                    store.delete(trouble.path)
                    done[trouble.path] = "deleted"
        for trouble in troubles:
            self.stdout.write(f"{trouble.kind:<10} {trouble.path}: {done.get(trouble.path) or trouble.text}")
        left = Counter(t.kind for t in troubles if t.path not in done)
        self.stdout.write(f"{len(troubles)} found, {len(troubles) - left.total()} mended." if troubles else "Files and rows agree.")
        if left:
            raise CommandError("Left: " + ", ".join(f"{n} {kind}" for kind, n in sorted(left.items())) + ("" if options["repair"] else ". Run with --repair to mend what can be mended."))
