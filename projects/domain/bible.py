"""The bible: its sections and characters. Every change keeps the whole book as a revision, so that any state can be compared and brought back."""

from typing import Any

from django.db import IntegrityError, transaction

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from iat.kernel.rows import edit as write
from projects import lore
from projects.models import BibleCharacter, BibleRevision, Project, ProjectBible
from spaces import merging
from spaces.models import User

SECTIONS = ("title", "description", "visual_style", "world_setting", "narrative_guidelines")
TOLD = ("name", "description", "visual_traits", "personality_traits", "relationships", "evolution_arc")


def of(project: Project) -> ProjectBible:
    """The project's bible, or NotThere."""
    row = ProjectBible.objects.filter(project=project).first()
    if row is None:
        raise NotThere("This project has no bible yet. Create one first.")
    return row


def cast(row: ProjectBible) -> list[BibleCharacter]:
    """Its characters, by name."""
    return list(BibleCharacter.objects.filter(bible=row).select_related("character").order_by("name", "id"))


def somebody(row: ProjectBible, name: str) -> BibleCharacter:
    """A character by name, whatever its case; NotThere names who is there."""
    found = BibleCharacter.objects.filter(bible=row, name__iexact=name.strip()).select_related("character").first()
    if found is None:
        raise NotThere(f"The bible knows nobody called “{name[:120]}”.")
    return found


def document(row: ProjectBible) -> dict[str, Any]:
    """The whole bible as JSON: what is exported, kept as a revision and imported again."""
    people = [{f: getattr(c, f) for f in TOLD} for c in cast(row)]
    return {"format": lore.FORMAT, **{f: getattr(row, f) for f in SECTIONS}, "characters": people}


@transaction.atomic
def create(project: Project, *, by: User, **given: Any) -> ProjectBible:
    """The first edition, with its characters if it brings some. Raises Refused where there is a bible already."""
    whole = lore.checked(lore.Document, {"title": project.name, **given})
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if ProjectBible.objects.filter(project=project).exists():
        raise Refused("This project has its bible already; change that one.")
    row = ProjectBible.objects.create(project=project, **{f: whole[f] for f in SECTIONS})
    _put_cast(row, whole["characters"])
    _keep(row, by=by, summary="begun")
    events.emit("bible.created", subject=row, actor=by)
    return row


@transaction.atomic
def edit(row: ProjectBible, *, by: User, **given: Any) -> ProjectBible:
    """Changes sections; those not named stay."""
    whole = lore.checked(lore.Lore, {**{f: getattr(row, f) for f in SECTIONS}, **given})
    write(row, **whole)
    _keep(row, by=by, summary=f"{', '.join(given).replace('_', ' ') or 'nothing'} edited")
    events.emit("bible.edited", subject=row, actor=by)
    return row


@transaction.atomic
def add(row: ProjectBible, *, by: User, **given: Any) -> BibleCharacter:
    """A new character; Refused where the name is taken."""
    if BibleCharacter.objects.filter(bible=row).count() >= lore.MOST:
        raise Refused(f"A bible holds at most {lore.MOST} characters.")
    made = _insert(row, lore.checked(lore.CharacterLore, given))
    _keep(row, by=by, summary=f"{made.name} added")
    events.emit("bible.character_added", subject=made, actor=by)
    return made


def _insert(row: ProjectBible, told: dict[str, Any]) -> BibleCharacter:
    try:
        with transaction.atomic():
            return BibleCharacter.objects.create(project_id=row.project_id, bible=row, **told)
    except IntegrityError:
        raise Refused(f"The bible has somebody called “{told['name']}” already.") from None


@transaction.atomic
def change(who: BibleCharacter, *, by: User, **given: Any) -> BibleCharacter:
    """Changes a character; with a new name, the relationships of the others follow."""
    told = lore.checked(lore.CharacterLore, {**{f: getattr(who, f) for f in TOLD}, **given})
    before = who.name
    try:
        with transaction.atomic():
            write(who, **told)
    except IntegrityError:
        raise Refused(f"The bible has somebody called “{told['name']}” already.") from None
    if before != who.name:
        _rename(who, before)
    _keep(who.bible, by=by, summary=f"{who.name} edited" if before == who.name else f"{before} is {who.name} now")
    events.emit("bible.character_edited", subject=who, actor=by)
    return who


def _rename(who: BibleCharacter, before: str) -> None:
    for other in BibleCharacter.objects.filter(bible_id=who.bible_id):
        ties = [{**tie, "to": who.name} if tie["to"].lower() == before.lower() else tie for tie in other.relationships]
        if ties != other.relationships:
            write(other, relationships=ties)


@transaction.atomic
def drop(who: BibleCharacter, *, by: User) -> None:
    """Out of the bible; the definition that followed stays. A revision brings the character back."""
    events.emit("bible.character_dropped", subject=who, actor=by)
    bible = who.bible
    who.delete()
    _keep(bible, by=by, summary=f"{who.name} taken out")


def _keep(row: ProjectBible, *, by: User, summary: str) -> BibleRevision | None:
    ProjectBible.objects.select_for_update(of=("self",)).get(pk=row.pk)
    last = BibleRevision.objects.filter(bible=row).order_by("-number").first()
    now = document(row)
    if last is not None and merging.same(last.snapshot, now):
        return None
    return BibleRevision.objects.create(project_id=row.project_id, bible=row, number=last.number + 1 if last else 1, snapshot=now, summary=summary[:200], author=by)


def revision(row: ProjectBible, number: int) -> BibleRevision:
    """A revision by its number."""
    found = BibleRevision.objects.filter(bible=row, number=number).select_related("author").first()
    if found is None:
        raise NotThere("This bible has no such revision.")
    return found


def by_name(snapshot: dict[str, Any]) -> dict[str, Any]:
    """A snapshot with its characters under their names: two of them are compared by name, not by place."""
    return {**{f: snapshot[f] for f in SECTIONS}, "characters": {c["name"]: c for c in snapshot["characters"]}}


def compare(row: ProjectBible, number: int, with_number: int | None = None) -> list[merging.Change]:
    """What revision `number` changed since the one before, or since `with_number`."""
    after = revision(row, number)
    empty = {**lore.checked(lore.Lore, {}), "characters": []}
    before = revision(row, with_number).snapshot if with_number else revision(row, number - 1).snapshot if number > 1 else empty
    return merging.differences(by_name(before), by_name(after.snapshot))


@transaction.atomic
def restore(row: ProjectBible, *, number: int, by: User) -> ProjectBible:
    """The book as it stood; a revision of its own, so that it can be undone."""
    return _become(row, revision(row, number).snapshot, by=by, summary=f"as in revision {number}", code="bible.restored")


@transaction.atomic
def bring(project: Project, *, given: Any, by: User, mode: str = "replace") -> ProjectBible:
    """A document from elsewhere. `replace`: it becomes the bible; `merge`: its sections and characters are laid over what is there, nobody is taken out."""
    whole = lore.checked(lore.Document, given, base="/document")
    names = [c["name"].lower() for c in whole["characters"]]
    if twice := {n for n in names if names.count(n) > 1}:
        raise Invalid("A name stands in it twice.", findings=[Finding(f"/document/characters/{names.index(n)}/name", "twice") for n in sorted(twice)])
    row = ProjectBible.objects.filter(project=project).first()
    if row is None:
        return create(project, by=by, **{k: v for k, v in whole.items() if k != "format"})
    if mode == "merge":
        whole = _laid_over(document(row), whole)
    return _become(row, whole, by=by, summary="imported" if mode == "replace" else "imported over it", code="bible.imported")


def _laid_over(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    people = {c["name"].lower(): c for c in old["characters"]}
    for c in new["characters"]:
        key = c["name"].lower()
        people[key] = _over(people[key], c) if key in people else c
    if len(people) > lore.MOST:
        raise Refused(f"Together they have {len(people)} characters; a bible holds at most {lore.MOST}.")
    return {**{f: _over(old[f], new[f]) for f in SECTIONS}, "characters": list(people.values())}


def _over(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {k: _over(old[k], new[k]) if k in old and k in new else new.get(k, old.get(k)) for k in dict.fromkeys((*old, *new))}
    return old if new in (None, "", [], {}) else new


def _become(row: ProjectBible, whole: dict[str, Any], *, by: User, summary: str, code: str) -> ProjectBible:
    write(row, **{f: whole[f] for f in SECTIONS})
    _put_cast(row, whole["characters"])
    _keep(row, by=by, summary=summary)
    events.emit(code, subject=row, actor=by)
    return row


def _put_cast(row: ProjectBible, people: list[dict[str, Any]]) -> None:
    """The characters of a document: those that are there keep their row and the definition that follows them."""
    there = {c.name.lower(): c for c in BibleCharacter.objects.filter(bible=row)}
    for told in people:
        known = there.pop(told["name"].lower(), None)
        fields = {f: told[f] for f in TOLD}
        if known is None:
            _insert(row, fields)
        elif any(getattr(known, f) != fields[f] for f in TOLD):
            write(known, **fields)
    for gone in there.values():
        gone.delete()
