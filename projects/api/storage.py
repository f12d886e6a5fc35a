"""Where a project's files lie: the policy, syncing, and how far it is."""

from django.http import HttpRequest
from ninja import Router, Status

from iat.kernel import http
from iat.kernel.errors import NotThere
from projects import access
from projects.domain import storage
from projects.models import StorageSync, SyncedFile
from projects.schemas_storage import StorageIn, SyncIn, place_out, status_out, sync_out, synced_out
from spaces.models import Role
from spaces.schemas import Page, given, listed

router = Router(tags=["Storage"])


@router.get("/projects/{p}/storage", summary="The storage policy")
def one(request: HttpRequest, p: str):
    """`local` where none was set."""
    return place_out(storage.policy(access.project(request.user, p)))


@router.put("/projects/{p}/storage", summary="Set the storage policy")
def put(request: HttpRequest, p: str, body: StorageIn):
    """What is not named stays. Nothing moves by this: ask a sync. The keys are the secrets `s3/access_key` and `s3/secret_key`."""
    project = access.project(request.user, p, Role.OWNER)
    http.check_match(request, storage.policy(project))
    return place_out(storage.put(project, by=request.user, **given(body)))


@router.post("/projects/{p}/storage/test", summary="Try the bucket")
def test(request: HttpRequest, p: str):
    """Writes, reads and deletes a small object; at most about 15 s."""
    return {"detail": storage.try_out(access.project(request.user, p, Role.OWNER))}


@router.post("/projects/{p}/storage/sync", response={202: dict}, summary="Bring files to the bucket")
def sync(request: HttpRequest, p: str, body: SyncIn | None = None):
    """Only what has no verified copy. `move` also brings older files where the policy wants them, `verify` reads every copy again."""
    wish = body or SyncIn()
    return Status(202, sync_out(storage.start(access.project(request.user, p, Role.OWNER), by=request.user, move=wish.move, verify=wish.verify)))


@router.post("/projects/{p}/storage/sync/cancel", summary="Stop a sync")
def cancel(request: HttpRequest, p: str):
    """What was brought stays."""
    project = access.project(request.user, p, Role.OWNER)
    row = StorageSync.objects.filter(project=project, status__in=["planned", "running"]).first()
    if row is None:
        raise NotThere("No sync is open.")
    return sync_out(storage.stop(row, by=request.user))


@router.get("/projects/{p}/storage/status", summary="How far it is")
def status(request: HttpRequest, p: str):
    """Files and bytes, those with a verified copy, those that lie only in the bucket, the last round."""
    return status_out(storage.status(access.project(request.user, p)))


@router.get("/projects/{p}/storage/files", response=Page, summary="What is known of each file")
def files(request: HttpRequest, p: str, state: str | None = None, limit: int = 50, cursor: str | None = None):
    """`?state=failed` are those that could not be brought, with the reason."""
    rows = SyncedFile.objects.filter(project=access.project(request.user, p))
    return listed(rows.filter(is_good=state == "synced") if state else rows, synced_out, order=["asset", "id"], limit=limit, cursor=cursor)
