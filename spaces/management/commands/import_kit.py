"""`manage.py import_kit DIR --character NAME`: real art onto a model sheet, by the names of the files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iat.kernel import enter
from iat.kernel.errors import Refused
from spaces import access
from spaces.domain import definitions, kit_import, kits, people, piles, spaces
from spaces.models import AvatarKit, Definition, Role, Space, User


class Command(BaseCommand):
    """Shows what goes where, asks, then writes."""

    help = "Imports a folder or ZIP archive of sprites as a character's kit: anchors, outfits and expressions by file name, with a preview first."

    def add_arguments(self, parser: Any) -> None:
        """Where from, for whom, into which space."""
        parser.add_argument("folder", type=Path, help="a folder, or a ZIP archive")
        parser.add_argument("--character", required=True, help="the character's name; made as a draft when the space has none")
        parser.add_argument("--space", default="", help="name or slug of the space (default: the only one, or your first)")
        parser.add_argument("--kit", default="", help="name of the kit (default: “NAME — imported”)")
        parser.add_argument("--pattern", default="", help="how the names are built, such as {character}_{outfit}_{expression}")
        parser.add_argument("--user", default="", help="who does this (default: the local user)")
        parser.add_argument("--activate", action="store_true", help="make the kit active and publish a character that was made for it")
        parser.add_argument("--dry-run", action="store_true", help="only show what goes where")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        """Translates refusals into one sentence."""
        try:
            self._go(options)
        except Refused as error:
            raise CommandError(error.detail) from None

    def _go(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        files = piles.Pile()
        if folder.is_dir():
            files.add_folder(folder)
        elif folder.is_file() and piles.is_archive(folder.name):
            files.add_archive(folder.name, folder)
        else:
            raise CommandError(f"{folder} is neither a folder nor a ZIP archive.")
        found = kit_import.preview(files.items(), options["character"], pattern=options["pattern"])
        self._show(found)
        if not found.placed:
            raise CommandError("Nothing here fits. Names such as “mara happy.png”, “mara blue sad.png” or “portrait.png” do.")
        if options["dry_run"] or not (options["yes"] or input(f"Write these {len(found.placed)} pictures? [y/N] ").lower().startswith("y")):
            self.stdout.write("Nothing was written.")
            return
        user = self._user(options["user"])
        space = self._space(user, options["space"])
        with enter.in_space(space):
            self._write(space, found, files, options, user)

    def _show(self, found: kit_import.Preview) -> None:
        width = max((len(p.name) for p in [*found.placed, *found.left]), default=10)
        for p in found.placed:
            words = ", ".join(filter(None, (p.expression and f"expression {p.expression}", p.outfit and f"outfit {p.outfit}")))
            self.stdout.write(f"  {p.name:<{width}}  → {p.asset_type.replace('_', ' '):<16} {words}")
        for p in found.left:
            self.stdout.write(f"  {p.name:<{width}}  · left out: {p.why}")

    def _user(self, name: str) -> User:
        user = User.objects.filter(username=name).first() if name else people.local_user()
        if user is None:
            raise CommandError(f"Nobody here is called {name}.")
        return user

    def _space(self, user: User, wanted: str) -> Space:
        mine = Space.objects.filter(pk__in=access.spaces_of(user, Role.CURATOR), state="active").order_by("created_at")
        if wanted:
            found = next((s for s in mine if wanted in (s.slug, s.name)), None)
            if found is None:
                raise CommandError(f"You curate no space called {wanted}.")
            return found
        return mine.first() or spaces.create(name="My space", by=user)

    def _write(self, space: Space, found: kit_import.Preview, files: piles.Pile, options: dict[str, Any], user: User) -> None:
        name = options["character"]
        row = Definition.objects.filter(type="character", scope_kind="space", name__iexact=name).exclude(state="archived").order_by("-created_at").first()
        character = row or definitions.create(space, type="character", name=name, by=user)
        kit_name = options["kit"] or f"{character.name} — imported"
        kit = AvatarKit.objects.filter(character=character, name=kit_name).first() or kits.create(character, name=kit_name, by=user)
        made = kit_import.write(kit, found, files, by=user)
        if options["activate"]:
            kit.refresh_from_db()
            if kit.status == "draft":
                kits.activate(kit, by=user)
            character.refresh_from_db()
            if character.state == "draft":
                definitions.publish(character, by=user)
        self.stdout.write(f"{len(made)} pictures are on the sheet “{kit.name}” of {character.name} in {space.name}.")
