"""Sheets on their way out: the finished file with a name for people. The caller has checked the rights."""

from django.http import FileResponse

from iat.kernel import filestore
from renders.domain import sheets
from spaces.models import AvatarKit


def served(kit: AvatarKit, path: str, format: str) -> FileResponse:
    """The finished sheet, named like its kit."""
    name = f"{filestore.safe(kit.character.name)}-{filestore.safe(kit.name)}.{format}"
    answer = FileResponse(filestore.store().open(path), content_type=sheets.FORMATS[format], filename=name)
    answer["Cache-Control"] = "private, no-cache"
    return answer
