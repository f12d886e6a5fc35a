"""The curator's desk: characters and kits in Django's admin. Every change goes through the same verbs as API and pages."""

import json
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.html import format_html

from iat.kernel.errors import Refused
from spaces import access
from spaces.desk import CharacterDeskForm, KitDeskForm
from spaces.domain import definitions, kit_copies, kit_import, kit_names, kits
from spaces.lifecycles import KIT
from spaces.models import AvatarAsset, AvatarKit, Role
from spaces.models.definition import Character
from spaces.queries import library
from spaces.uploads import pile_of

admin.site.unregister(Group)


class Desk(admin.ModelAdmin):
    """Rights by membership, writes by verbs, no silent deletion."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Curators of any space."""
        return access.curates_somewhere(request.user)  # type: ignore[arg-type]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The queryset already holds only what this person curates."""
        return self.has_module_permission(request)

    has_change_permission = has_add_permission = has_view_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted here; kits are archived."""
        return False

    def log_addition(self, request: HttpRequest, *args: Any) -> None:
        """The verbs record what happened; the admin's own log would say it twice."""

    log_change = log_deletion = log_addition

    def _said(self, request: HttpRequest, do: Any, done: str) -> bool:
        try:
            do()
        except Refused as error:
            self.message_user(request, error.detail, messages.ERROR)
            return False
        if done:
            self.message_user(request, done, messages.SUCCESS)
        return True


@admin.register(Character)
class CharacterDesk(Desk):
    """Characters of the spaces: create, edit drafts, publish."""

    form = CharacterDeskForm
    list_display = ("portrait", "name", "version", "state", "space")
    list_display_links = ("portrait", "name")
    list_filter = ("state", "space")
    search_fields = ("name",)
    list_select_related = ("space", "active_avatar_kit__primary_anchor__asset")
    list_per_page = 50
    actions = ("publish",)
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Canon and drafts of the spaces; a project's clones are not canon."""
        return super().get_queryset(request).filter(scope_kind="space")

    @admin.display(description="")
    def portrait(self, row: Any) -> Any:
        """The face."""
        kit = row.active_avatar_kit
        return face(kit.primary_anchor.asset if kit and kit.primary_anchor else None)

    @admin.action(description="Publish: make canon")
    def publish(self, request: HttpRequest, rows: Any) -> None:
        """draft → canonical, each by itself."""
        for row in rows:
            self._said(request, lambda row=row: definitions.publish(row, by=request.user), f"{row.name} is canon.")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who asks, for the choice of spaces."""
        return type("Form", (CharacterDeskForm,), {"person": request.user})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every field of the form, in its order."""
        return [(None, {"fields": list(CharacterDeskForm.base_fields)})]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Canon is frozen: it is shown, not edited."""
        return super().has_view_permission(request) and (obj is None or not definitions.editable(obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's verb has written already."""

    def save_related(self, *args: Any) -> None:
        """Nothing hangs on it."""


def face(asset: Any) -> Any:
    """A small portrait for lists."""
    if asset is None:
        return format_html('<span class="face {}"></span>', "none")
    return format_html('<img class="face" src="/api/assets/{}/thumbnail?size=256" alt="" width="56" height="56" loading="lazy">', asset.pk)


@admin.register(AvatarKit)
class KitDesk(Desk):
    """Kits: a list with portraits and what is missing; a kit's change page is its sheet."""

    form = KitDeskForm
    list_display = ("portrait", "name", "character_name", "status", "default", "missing")
    list_display_links = ("portrait", "name")
    list_filter = ("status", "is_default", "space")
    search_fields = ("name", "character__name")
    list_select_related = ("character", "primary_anchor__asset")
    list_per_page = 50
    ordering = ("name", "id")
    change_form_template = "admin/spaces/kit_sheet.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the accepted expressions of each kit, for the completeness column: one query more, whatever the length."""
        from django.db.models import Prefetch

        shown = AvatarAsset.objects.filter(is_active=True, review="accepted").only("expression", "avatar_kit_id")
        return super().get_queryset(request).prefetch_related(Prefetch("assets", shown, to_attr="shown"))

    @admin.display(description="")
    def portrait(self, kit: AvatarKit) -> Any:
        """The primary anchor."""
        return face(kit.primary_anchor.asset if kit.primary_anchor else None)

    @admin.display(description="character", ordering="character__name")
    def character_name(self, kit: AvatarKit) -> str:
        """Whose sheet it is."""
        return str(kit.character)

    @admin.display(boolean=True, description="default")
    def default(self, kit: AvatarKit) -> bool:
        """Whether it counts where none is chosen."""
        return kit.is_default

    @admin.display(description="missing expressions")
    def missing(self, kit: AvatarKit) -> str:
        """Core expressions without a picture."""
        have = {p.expression for p in kit.shown}  # type: ignore[attr-defined]
        return ", ".join(e for e in library.CORE if e not in have) or "complete"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form knows who asks, for the choice of characters."""
        return type("Form", (KitDeskForm,), {"person": request.user, "start": request.GET.get("character", "")})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Every field of the form; the character is chosen once."""
        return [(None, {"fields": [f for f in KitDeskForm.base_fields if obj is None or f != "character"]})]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's verb has written already."""

    def save_related(self, *args: Any) -> None:
        """Pictures have their own door below."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """A new kit leads to its sheet: there is where the pictures go."""
        return redirect(f"/admin/spaces/avatarkit/{obj.pk}/change/")

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Back to the sheet."""
        self.message_user(request, "Saved.", messages.SUCCESS)
        return redirect(f"/admin/spaces/avatarkit/{obj.pk}/change/")

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The sheet."""
        kit = AvatarKit.objects.select_related("character", "space").filter(pk=object_id).first() if _is_uuid(object_id) else None
        others = AvatarKit.objects.filter(character_id=kit.character_id).exclude(pk=kit.pk).order_by("name", "id")[:40] if kit else ()
        more = {"sheet": library.sheet(kit), "kit": kit, "moves": KIT.after(kit.status), "shelves": list(kits.SHELF), "others": others, "moods": list(kit_names.EXPRESSIONS)} if kit else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def get_urls(self) -> Any:
        """The sheet's own doors."""
        own = [path("<uuid:pk>/files/preview", self.admin_site.admin_view(self.preview)), path("<uuid:pk>/files", self.admin_site.admin_view(self.files)),
               path("<uuid:pk>/act", self.admin_site.admin_view(self.act))]
        return own + super().get_urls()

    def preview(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """What goes where, before anything is written: names are read, pictures are decoded."""
        kit = access.kit(request.user, pk, Role.CURATOR)
        try:
            found = kit_import.preview(pile_of(request.FILES.getlist("file")).items(), kit.character.name, pattern=request.POST.get("pattern", "")[:200])
        except Refused as error:
            return JsonResponse({"error": error.detail}, status=error.status)
        context = {"placed": found.placed, "left": found.left, "shelves": list(kits.SHELF), "moods": list(kit_names.EXPRESSIONS)}
        return render(request, "admin/spaces/preview.html", context)

    def files(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Writes the files where the (perhaps corrected) preview says."""
        kit = access.kit(request.user, pk, Role.CURATOR)
        try:
            uploaded = pile_of(request.FILES.getlist("file"))
        except Refused as error:
            return JsonResponse({"error": error.detail}, status=error.status)
        try:
            wanted = [kit_names.Placing(**place) for place in json.loads(request.POST.get("plan") or "[]") if place.get("asset_type")]
        except (TypeError, ValueError):
            return JsonResponse({"error": "The plan cannot be read. Drop the files again."}, status=422)
        found = kit_import.Preview([p for p in wanted if p.name in uploaded], [])
        try:
            made = kit_import.write(kit, found, uploaded, by=request.user)  # type: ignore[arg-type]
        except Refused as error:
            return JsonResponse({"error": error.detail}, status=error.status)
        self.message_user(request, f"{len(made)} pictures are on the sheet.", messages.SUCCESS)
        return JsonResponse({"made": len(made)}, status=201)

    def act(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """One button of the sheet."""
        kit, verb, picture = access.kit(request.user, pk, Role.CURATOR), request.POST.get("verb", ""), request.POST.get("picture") or None
        by: Any = request.user
        on_kit = {"activate": (kits.activate, "The kit is active."), "archive": (kits.archive, "Archived."), "restore": (kits.restore, "Back as a draft."), "make_default": (kits.make_default, "This is the default now.")}
        on_picture = {"accept": (kits.accept, "Accepted."), "reject": (kits.reject, "Rejected."), "retire": (kits.retire, "Off the sheet; it can be brought back."), "bring_back": (kits.bring_back, "Back on the sheet.")}
        if verb == "duplicate":
            made: list[AvatarKit] = []
            self._said(request, lambda: made.append(kit_copies.duplicate(kit, name=request.POST.get("name", ""), by=by)), "A draft with the same words and pictures.")
            return redirect(f"/admin/spaces/avatarkit/{made[0].pk if made else pk}/change/")
        if verb in on_kit:
            self._said(request, lambda: on_kit[verb][0](kit, by=by), on_kit[verb][1])
        elif verb in ("primary", "secondary"):
            self._said(request, lambda: kits.set_anchor(kit, which=verb, picture_id=picture, by=by), f"This is the {verb} anchor.")
        elif verb in on_picture and _is_uuid(picture):
            self._said(request, lambda: on_picture[verb][0](access.kit_asset(by, pk, picture, Role.CURATOR), by=by), on_picture[verb][1])
        return redirect(f"/admin/spaces/avatarkit/{pk}/change/")


def _is_uuid(text: Any) -> bool:
    from uuid import UUID

    try:
        UUID(str(text))
    except ValueError:
        return False
    return True
