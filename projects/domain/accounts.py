"""Accounts with providers and their secrets, of a project or of its whole space. A project's own goes before its space's."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from iat.kernel import events
from iat.kernel.errors import NotThere
from iat.kernel.rows import edit as write
from projects.models import Project, ProjectSecret, ProviderAccount, Webhook
from spaces.models import Space, User

Owner = Project | Space


def owned(owner: Owner) -> dict[str, Any]:
    """The owner columns of a row that belongs to a project, or to a whole space."""
    return {"space_id": owner.space_id, "project_id": owner.pk} if isinstance(owner, Project) else {"space_id": owner.pk, "project_id": None}


def effective(space_id: Any, project_id: Any) -> list[ProviderAccount]:
    """The accounts that hold here, first choice first; a project's own hides its space's of the same provider. One query."""
    rows = ProviderAccount.objects.filter(Q(project__isnull=True) | Q(project_id=project_id), space_id=space_id)
    found: dict[str, ProviderAccount] = {}
    for row in sorted(rows, key=lambda r: r.project_id is None):
        found.setdefault(row.provider_code, row)
    return sorted(found.values(), key=lambda r: (r.priority, r.provider_code))


def account(space_id: Any, project_id: Any, code: str) -> ProviderAccount | None:
    """The account with one provider that holds here."""
    return next((row for row in effective(space_id, project_id) if row.provider_code == code), None)


@transaction.atomic
def put(owner: Owner, code: str, *, by: User, **values: Any) -> ProviderAccount:
    """Creates or changes the owner's account. The caller has checked `config` against the connector."""
    row = ProviderAccount.objects.filter(provider_code=code, **owned(owner)).first()
    row = ProviderAccount.objects.create(provider_code=code, **owned(owner), **values) if row is None else write(row, **values)
    events.emit("account.set", subject=row, actor=by)
    return row


@transaction.atomic
def drop(owner: Owner, code: str, *, by: User) -> None:
    """Takes an account away, with its secrets. What was spent stays on record."""
    row = ProviderAccount.objects.filter(provider_code=code, **owned(owner)).first()
    if row is None:
        raise NotThere("There is no such account here.")
    ProjectSecret.objects.filter(provider_code=code, **owned(owner)).delete()
    events.emit("account.dropped", subject=row, actor=by)
    row.delete()


@transaction.atomic
def put_secret(owner: Owner, code: str, name: str, *, value: str, by: User) -> ProjectSecret:
    """Keeps a secret, encrypted. It is never told again."""
    row = ProjectSecret.objects.filter(provider_code=code, secret_name=name, **owned(owner)).first()
    row = write(row, value=value, set_by=by) if row else ProjectSecret.objects.create(provider_code=code, secret_name=name, value=value, set_by=by, **owned(owner))
    events.emit("secret.set", subject=row, actor=by)
    return row


@transaction.atomic
def drop_secret(owner: Owner, code: str, name: str, *, by: User) -> None:
    """Forgets a secret."""
    row = ProjectSecret.objects.filter(provider_code=code, secret_name=name, **owned(owner)).first()
    if row is None:
        raise NotThere("There is no such secret here.")
    events.emit("secret.dropped", subject=row, actor=by)
    row.delete()


def secrets(owner: Owner) -> list[ProjectSecret]:
    """Names and dates, without the values: they are not even read."""
    return list(ProjectSecret.objects.filter(**owned(owner)).defer("value").select_related("set_by").order_by("provider_code", "secret_name"))


def opened(space_id: Any, project_id: Any, code: str) -> dict[str, str]:
    """The secrets that hold here, by name, for the gateway and the bucket alone."""
    return _nearest(ProjectSecret.objects, space_id, project_id, code)


def opened_for(project: Project, code: str) -> dict[str, str]:
    """The same, for those who come with a file's path and in no scope."""
    return _nearest(ProjectSecret._base_manager, project.space_id, project.pk, code)


def _nearest(rows: Any, space_id: Any, project_id: Any, code: str) -> dict[str, str]:
    """Values by name; a project's own before its space's."""
    found = rows.filter(Q(project__isnull=True) | Q(project_id=project_id), space_id=space_id, provider_code=code)
    return {row.secret_name: row.value for row in sorted(found, key=lambda r: r.project_id is not None)}


def rest(row: ProviderAccount, until: dt.datetime) -> None:
    """The provider asked for a pause: everybody who uses this account waits."""
    ProviderAccount.objects.filter(Q(resting_until__lt=until) | Q(resting_until__isnull=True), pk=row.pk).update(resting_until=until)


@transaction.atomic
def reencrypt() -> int:
    """Writes every secret again under the first of IAT_FERNET_KEYS, those that sign webhooks too; returns how many."""
    rows: list[tuple[Any, str]] = [*((row, "value") for row in ProjectSecret.objects.all()), *((row, "secret") for row in Webhook.objects.all())]
    for row, column in rows:
        row.save(update_fields=[column])
    return len(rows)
