"""A creative universe. Reached only through membership: see access.py."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import GLOBAL
from spaces.lifecycles import SPACE
from spaces.models.people import User


class Space(EditableRow):
    """The library of canon, owned by a person, shared with members."""

    scope = GLOBAL
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="spaces")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=80)
    description = models.TextField(blank=True, default="")
    state = SPACE.column()

    class Meta:
        constraints = [SPACE.constraint(), models.UniqueConstraint(fields=["owner", "slug"], name="space_slug_per_owner")]
        indexes = [models.Index(fields=["-created_at", "-id"], name="space_newest")]

    def __str__(self) -> str:
        return self.name
