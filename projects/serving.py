"""Answers that are streams: packages, the audit's record."""

from django.http import StreamingHttpResponse

from projects import archives
from projects.domain import audit, exports
from projects.models import ProjectExport
from spaces.models import Space


def package(row: ProjectExport) -> StreamingHttpResponse:
    """The package, piece by piece; a zip with its exact length."""
    pieces, length = exports.stream(row)
    answer = StreamingHttpResponse(pieces, content_type=archives.MIME[row.format])
    if length is not None:
        answer["Content-Length"] = str(length)
    answer["Content-Disposition"] = f'attachment; filename="{row.project.slug}.{row.format}"'
    answer["Cache-Control"] = "no-store"
    return answer


def record(space: Space) -> StreamingHttpResponse:
    """The sealed audit of a space."""
    audit.seal(space.pk)
    answer = StreamingHttpResponse(audit.exported(space), content_type="application/x-ndjson")
    answer["Content-Disposition"] = f'attachment; filename="audit-{space.slug}.jsonl"'
    answer["Cache-Control"] = "no-store"
    return answer
