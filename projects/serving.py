"""Answers that are no JSON: packages as streams."""

from django.http import StreamingHttpResponse

from projects import archives
from projects.domain import exports
from projects.models import ProjectExport


def package(row: ProjectExport) -> StreamingHttpResponse:
    """The package, piece by piece; a zip with its exact length."""
    pieces, length = exports.stream(row)
    answer = StreamingHttpResponse(pieces, content_type=archives.MIME[row.format])
    if length is not None:
        answer["Content-Length"] = str(length)
    answer["Content-Disposition"] = f'attachment; filename="{row.project.slug}.{row.format}"'
    answer["Cache-Control"] = "no-store"
    return answer
