"""Pictures that a kit asks a provider for: an order, and one item a picture. What comes lies on the sheet as a proposal."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from renders.lifecycles import KIT_ITEM, KIT_ORDER
from spaces.models import AvatarAsset, AvatarKit, Space, User

WHAT = ("anchors", "expressions", "poses", "outfits", "core", "sheet")


class KitOrder(EditableRow):
    """One click: `settings_snapshot` freezes character, prompts and anchors as they were."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    kit = models.ForeignKey(AvatarKit, on_delete=models.CASCADE, related_name="orders")
    what = models.CharField(max_length=16, choices=[(w, w) for w in WHAT])
    provider_code = models.CharField(max_length=40)
    model_name = models.CharField(max_length=120, blank=True, default="")
    settings_snapshot = models.JSONField(default=dict)
    status = KIT_ORDER.column()
    finished_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [KIT_ORDER.constraint()]
        indexes = [models.Index(fields=["kit", "-created_at", "-id"], name="kit_order_newest")]


class KitItem(EditableRow):
    """One picture of an order, claimed with a lease. `waits_for` names the anchor of the same order that it is made from."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    order = models.ForeignKey(KitOrder, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    asset_type = models.CharField(max_length=16)
    label = models.CharField(max_length=120, blank=True, default="")
    expression = models.CharField(max_length=80, blank=True, default="")
    outfit = models.CharField(max_length=80, blank=True, default="")
    pose = models.CharField(max_length=80, blank=True, default="")
    seed = models.BigIntegerField()
    waits_for = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="followers")
    status = KIT_ITEM.column()
    picture = models.ForeignKey(AvatarAsset, on_delete=models.SET_NULL, null=True, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    orders_before = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [KIT_ITEM.constraint(), models.UniqueConstraint(fields=["order", "position"], name="kit_item_once")]
        indexes = [models.Index(fields=["status", "lease_until"], name="kit_item_open", condition=models.Q(status__in=["planned", "running"]))]
