"""The visual identity contract of a character: its model sheet."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from spaces.lifecycles import KIT, REVIEW
from spaces.models.asset import Asset
from spaces.models.definition import Definition
from spaces.models.people import User
from spaces.models.space import Space

ASSET_TYPES = ("anchor_portrait", "anchor_fullbody", "expression", "pose", "outfit")
SOURCES = ("manual_upload", "ai_generated", "imported")


class AvatarKit(EditableRow):
    """One look of a character: prompts, anchors and the pictures derived from them."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="kits")
    character = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="kits")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    appearance_prompt = models.TextField(blank=True, default="")
    style_prompt = models.TextField(blank=True, default="")
    negative_prompt = models.TextField(blank=True, default="")
    primary_anchor = models.ForeignKey("AvatarAsset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    secondary_anchor = models.ForeignKey("AvatarAsset", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    status = KIT.column()
    is_default = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            KIT.constraint(),
            models.UniqueConstraint(fields=["character"], condition=Q(is_default=True), name="kit_one_default"),
            models.UniqueConstraint(fields=["character", "name"], name="kit_name_once"),
            models.CheckConstraint(condition=~Q(status="active") | Q(primary_anchor__isnull=False), name="kit_active_has_anchor"),
        ]
        indexes = [
            models.Index(fields=["space", "name", "id"], name="kit_by_name"),
            models.Index(fields=["character", "name", "id"], name="kit_of_character"),
        ]

    def __str__(self) -> str:
        return self.name


class AvatarAsset(EditableRow):
    """One picture on the sheet."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    avatar_kit = models.ForeignKey(AvatarKit, on_delete=models.CASCADE, related_name="assets")
    asset_type = models.CharField(max_length=16, choices=[(t, t.replace("_", " ")) for t in ASSET_TYPES])
    expression = models.CharField(max_length=80, blank=True, default="")
    outfit = models.CharField(max_length=80, blank=True, default="")
    emotion_tags = models.JSONField(default=list)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="avatar_assets")
    source_type = models.CharField(max_length=16, choices=[(s, s) for s in SOURCES])
    derived_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    generation_metadata = models.JSONField(default=dict)
    mime_type = models.CharField(max_length=80)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    file_size_bytes = models.PositiveBigIntegerField()
    is_canonical = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    review = REVIEW.column()

    class Meta:
        constraints = [
            REVIEW.constraint(),
            models.CheckConstraint(condition=Q(asset_type__in=ASSET_TYPES), name="avatar_asset_type_known"),
            models.CheckConstraint(
                condition=Q(is_canonical=False) | Q(asset_type__in=["anchor_portrait", "anchor_fullbody"]), name="avatar_asset_only_anchors_canonical"),
        ]
        indexes = [models.Index(fields=["avatar_kit", "asset_type", "created_at", "id"], name="avatar_asset_on_sheet")]

    def __str__(self) -> str:
        return " ".join(filter(None, (self.outfit, self.expression))) or self.asset_type.replace("_", " ")
