"""Post-processing of files: cut out, enlarge, correct colours."""

import uuid

from django.http import HttpRequest
from ninja import Header, Router, Status

from renders import access
from renders.pipeline import treatments
from renders.schemas import CheckIn, TreatIn, UpscaleIn, treatment_out
from spaces import access as doors
from spaces.domain import repeats

router = Router(tags=["Files"])


def _verb(operation: str, summary: str, text: str, shape: type[TreatIn], path: str = "") -> None:
    @router.post(f"/assets/{{pk}}/{path or operation}", response={202: dict}, summary=summary, operation_id=f"{operation}_asset", description=text)
    def treat(request: HttpRequest, pk: uuid.UUID, body: shape | None = None, idempotency_key: str | None = Header(None, alias="Idempotency-Key")):  # type: ignore[valid-type]
        """See the description given above."""
        asset = doors.asset(request.user, pk, "edit")
        told = (body or shape()).dict()

        def go():
            row = treatments.start(asset, operation, by=request.user, **told)
            return 202, treatment_out(row)

        return Status(*repeats.once(request.user, idempotency_key, {"asset": asset.pk, "operation": operation, **told}, go))


_verb("cutout", "Cut the figure out", "On this machine first, then by the services that are set up, or by the one named. 202 with a treatment to poll.", TreatIn)
_verb("upscale", "Enlarge", "By a filter on this machine, or by the service named. 202 with a treatment to poll.", UpscaleIn)
_verb("grade", "Correct colours toward the style guide", "Of the file's project. 202 with a treatment to poll.", TreatIn)


_verb("video", "Set a picture in motion", "By a provider with a video workflow (ComfyUI). The result is an animated WebP. 202 with a treatment to poll.", TreatIn)
_verb("check", "Look a picture over", "The guard against the project's style guide, and likeness with `character_id`. 202 with a treatment to poll; the verdict stands in its facts.", CheckIn, "qa-check")


@router.get("/treatments/{pk}", summary="How far a treatment is")
def one(request: HttpRequest, pk: uuid.UUID):
    """With the new file once it is done."""
    return treatment_out(access.treatment(request.user, pk))
