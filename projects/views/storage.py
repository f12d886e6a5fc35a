"""Where a project's files lie, on a page: the policy, the keys, a test, and how far the bucket is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Refused
from projects import access
from projects.domain import accounts, copies, storage
from projects.forms import StorageForm
from projects.models import StorageSync, SyncedFile
from spaces.models import Role


def index(request: HttpRequest, p: str) -> HttpResponse:
    """Policy, status, what failed; posting sets the policy, and the keys where they were typed."""
    project = access.project(request.user, p, Role.OWNER)
    row = storage.policy(project)
    form = StorageForm(request.POST or None, initial={f: getattr(row, f) for f in storage.FIELDS})
    code = 200
    if request.method == "POST" and form.is_valid():
        try:
            told: dict[str, Any] = {f: form.cleaned_data[f] for f in storage.FIELDS if f in form.cleaned_data}
            storage.put(project, by=request.user, **told, s3_enabled=bool(told["s3_bucket"]))  # type: ignore[arg-type]
            for name in copies.KEYS:
                if form.cleaned_data[name]:
                    accounts.put_secret(project, storage.CODE, name, value=form.cleaned_data[name], by=request.user)  # type: ignore[arg-type]
            return pages.act(request, lambda: None, done="Saved. Nothing was moved; “Sync” brings files there.", to=f"/projects/{p}/storage")
        except Refused as error:
            pages.told(form, error)
            code = error.status
    known = {s.secret_name for s in accounts.secrets(project) if s.provider_code == storage.CODE}
    seen = {"project": project, "row": row, "form": form, "status": storage.status(project), "keys": known, "failed": list(SyncedFile.objects.filter(project=project, is_good=False).select_related("asset").order_by("asset", "id")[:20])}
    return render(request, "projects/storage.html", seen, status=422 if form.errors and code == 200 else code)


@require_POST
def act(request: HttpRequest, p: str, verb: str) -> HttpResponse:
    """sync, move, verify, stop, test."""
    project = access.project(request.user, p, Role.OWNER)
    back = f"/projects/{p}/storage"
    if verb == "test":
        return pages.act(request, lambda: storage.try_out(project), done="It can be written, read and deleted in.", to=back)
    if verb == "stop":
        row = StorageSync.objects.filter(project=project, status__in=["planned", "running"]).first()
        return pages.act(request, lambda: storage.stop(row, by=request.user) if row else None, done="Stopped; what was brought stays.", to=back)  # type: ignore[arg-type]
    return pages.act(request, lambda: storage.start(project, by=request.user, move=verb == "move", verify=verb == "verify"), done="It is on its way.", to=back)  # type: ignore[arg-type]
