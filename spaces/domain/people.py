"""People, members and tokens."""

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotSignedIn, NotThere, Refused
from spaces.models import ApiToken, Membership, Role, Space, User

TOKEN_SCOPES = ("read", "write", "admin")


def local_user() -> User:
    """The one person of a single-user installation; made on first need."""
    user, _ = User.objects.get_or_create(username="local", defaults={"display_name": "You", "is_staff": True, "is_superuser": True, "password": "!"})
    return user


def make_token(user: User, *, name: str, scopes: list[str], expires_at: dt.datetime | None = None) -> tuple[ApiToken, str]:
    """A new token and its plain text, which is shown this once and never kept."""
    if unknown := [s for s in scopes if s not in TOKEN_SCOPES] or ([] if scopes else ["none"]):
        raise Invalid(f"Scopes are {', '.join(TOKEN_SCOPES)}.", findings=[Finding("/scopes", f"unknown or missing: {', '.join(unknown)}")])
    plain = f"iat_{secrets.token_urlsafe(32)}"
    row = ApiToken.objects.create(user=user, name=name, prefix=plain[:10], hash=_hash(plain), scopes=sorted(set(scopes)), expires_at=expires_at)
    events.emit("token.made", subject=row, actor=user)
    return row, plain


def holder(plain: str, *, now: dt.datetime) -> ApiToken:
    """The token behind a plain text; NotSignedIn when unknown, expired, revoked or its person inactive."""
    row = ApiToken.objects.select_related("user").filter(hash=_hash(plain), revoked_at__isnull=True, user__is_active=True).filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=now)).first()
    if row is None:
        raise NotSignedIn("This token is unknown, expired or revoked.")
    if row.last_used_at is None or now - row.last_used_at > dt.timedelta(minutes=5):
        ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def revoke_token(user: User, *, pk: Any) -> None:
    """Ends a token of this person."""
    if not ApiToken.objects.filter(user=user, pk=pk, revoked_at__isnull=True).update(revoked_at=timezone.now()):
        raise NotThere("You have no such token.")


def add_member(space: Space, *, username: str, role: str, by: User) -> Membership:
    """Lets a person into a space."""
    person = User.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Invalid(f"Nobody here is called {username}.", findings=[Finding("/username", "unknown person")])
    try:
        with transaction.atomic():
            row = Membership.objects.create(space=space, user=person, role=role)
    except IntegrityError:
        raise Refused(f"{username} is a member already. Change the role instead.") from None
    events.emit("member.added", subject=row, actor=by)
    return row


def change_role(space: Space, *, user_id: Any, role: str, by: User) -> Membership:
    """Gives a member another role; the last owner stays."""
    with transaction.atomic():
        row = _member(space, user_id)
        if row.role == Role.OWNER and role != Role.OWNER:
            _not_the_last_owner(space, row)
        row.role = role
        row.save(update_fields=["role", "updated_at"])
    events.emit("member.changed", subject=row, actor=by)
    return row


def remove_member(space: Space, *, user_id: Any, by: User) -> None:
    """Takes a person out of a space; the last owner stays."""
    with transaction.atomic():
        row = _member(space, user_id)
        if row.role == Role.OWNER:
            _not_the_last_owner(space, row)
        events.emit("member.removed", subject=row, actor=by)
        row.delete()


def _member(space: Space, user_id: Any) -> Membership:
    row = Membership.objects.select_for_update(of=("self",)).filter(space=space, user_id=user_id).first()
    if row is None:
        raise NotThere("This space has no such member.")
    return row


def _not_the_last_owner(space: Space, row: Membership) -> None:
    if not Membership.objects.filter(space=space, role=Role.OWNER).exclude(pk=row.pk).exists():
        raise Refused("A space needs an owner. Make somebody else owner first.")


def _hash(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
