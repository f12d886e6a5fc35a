"""Bringing canon into a project: characters and scenes are cloned, styles are referred to. All or nothing."""

import uuid
from dataclasses import dataclass

from django.db import transaction

from iat.kernel.errors import Finding, Invalid
from projects.domain import projects
from projects.models import Project, ProjectStyle
from spaces.domain import versions
from spaces.models import Definition, User


@dataclass(frozen=True)
class Imported:
    """What an import made."""

    characters: list[Definition]
    scenes: list[Definition]
    styles: list[ProjectStyle]


@transaction.atomic
def bring_in(project: Project, *, by: User, characters: list[uuid.UUID], scenes: list[uuid.UUID], styles: list[uuid.UUID], allow_deprecated: bool = False) -> Imported:
    """Clones and references; raises Invalid naming each id that this space does not have, Refused for what is no canon."""
    wanted = {"character": list(dict.fromkeys(characters)), "scene": list(dict.fromkeys(scenes)), "style": list(dict.fromkeys(styles))}
    found = {row.pk: row for row in Definition.objects.filter(pk__in=[pk for ids in wanted.values() for pk in ids], scope_kind="space")}
    missing = [Finding(f"/{kind}s/{at}", f"this space has no such {kind}") for kind, ids in wanted.items() for at, pk in enumerate(ids)
               if pk not in found or found[pk].type != kind]
    if missing:
        raise Invalid("Some of these are not in this space.", findings=missing)
    if not any(wanted.values()):
        raise Invalid("Choose something to import.", findings=[Finding("/", "nothing chosen")])

    def clones(kind: str) -> list[Definition]:
        return [versions.clone(found[pk], project=project, by=by, allow_deprecated=allow_deprecated) for pk in wanted[kind]]

    return Imported(clones("character"), clones("scene"), [projects.use_style(project, style_id=pk, by=by) for pk in wanted["style"]])
