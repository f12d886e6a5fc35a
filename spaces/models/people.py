"""People and what lets them in. These tables are the doors themselves, so they stand outside any space."""

import uuid
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import GLOBAL


class Role(models.TextChoices):
    """What a member may do, from least to most."""

    VIEWER = "viewer", "viewer"
    ARTIST = "artist", "artist"
    CURATOR = "curator", "curator"
    OWNER = "owner", "owner"

    @classmethod
    def at_least(cls, role: str) -> list[str]:
        """The roles that may do what `role` may."""
        return list(cls.values)[cls.values.index(role) :]


class People(BaseUserManager["User"]):
    """Makes users."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> "User":
        """A person; without a password they can sign in only by single-user mode."""
        user = self.model(username=username, display_name=more.pop("display_name", username), **more)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, username: str, password: str | None = None, **more: Any) -> "User":
        """An administrator of this installation."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **more)


class User(AbstractBaseUser, PermissionsMixin):
    """A person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=120)
    email = models.EmailField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = People()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: list[str] = []

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        """For the top bar and the admin."""
        return self.display_name


class Membership(EditableRow):
    """A person's role in a space."""

    scope = GLOBAL
    space = models.ForeignKey("spaces.Space", on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "user"], name="membership_once"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]
        indexes = [models.Index(fields=["user", "space"], name="membership_by_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class ApiToken(Row):
    """A key for programs. Only its hash is kept."""

    scope = GLOBAL
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="token_by_user")]


class UserPreference(EditableRow):
    """How a person likes things."""

    scope = GLOBAL
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    preference_type = models.CharField(max_length=16, choices=[(t, t) for t in ("style", "generation", "review", "ui")])
    preference_data = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "preference_type"], name="preference_once")]


class IdempotentAnswer(Row):
    """What a POST with an `Idempotency-Key` answered, so that a repeat gets the same and starts nothing twice."""

    scope = GLOBAL
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotent_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_by_age")]
