"""Forms of the curator's desk. They call verbs instead of saving rows; a refusal stands beside its field."""

from typing import Any

from django import forms

from iat.kernel.errors import Refused
from spaces import access
from spaces.domain import definitions, kits
from spaces.forms import CharacterForm
from spaces.models import AvatarKit, Definition, Role, Space
from spaces.models.definition import Character


class VerbForm(forms.ModelForm):
    """Runs its verb during validation, inside the admin's transaction, so that a refusal keeps what was typed."""

    person: Any = None

    def clean(self) -> dict[str, Any]:
        """Tries the verb once everything else is valid."""
        data = super().clean() or {}
        if not self.errors:
            try:
                self.made = self.do(self.cleaned_data)
            except Refused as error:
                self.add_error(None, error.detail)
        return data

    def _post_clean(self) -> None:
        """The verb has checked and written; Django's own model validation has nothing to add."""

    def save(self, commit: bool = True) -> Any:
        """The row as the verb left it, as the admin's own (proxy) model."""
        self.instance.__dict__.update(self.made.__dict__)
        return self.instance

    def save_m2m(self) -> None:
        """Nothing hangs on it."""

    def do(self, data: dict[str, Any]) -> Any:
        """The verb."""
        raise NotImplementedError


class CharacterDeskForm(VerbForm, CharacterForm):
    """A character of a space."""

    space = forms.ModelChoiceField(queryset=Space.objects.none())
    field_order = ["space", "name", "canonical_tags", "description"]

    class Meta:
        model = Character
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        if row is not None and row.name:
            kwargs["initial"] = {"name": row.name, "description": row.description, "canonical_tags": ", ".join(row.canonical_tags), "space": row.space_id, **CharacterForm.initial_of(row.attributes)}
        super().__init__(*args, **kwargs)
        self.kept = row.attributes if row is not None else None
        mine = Space.objects.filter(pk__in=access.spaces_of(self.person, Role.CURATOR), state="active").order_by("name")
        if "space" in self.fields:
            self.fields["space"].queryset = mine
            self.fields["space"].initial = mine.first()
            self.fields["space"].disabled = bool(row is not None and row.name)

    def do(self, data: dict[str, Any]) -> Definition:
        """Creates or edits."""
        if self.instance._state.adding:
            return definitions.create(data["space"], type="character", by=self.person, **self.told())
        return definitions.edit(self.instance, by=self.person, **self.told())


class KitDeskForm(VerbForm):
    """A kit's words; its pictures have their own doors on the sheet."""

    start = ""
    character = forms.ModelChoiceField(queryset=Definition.objects.none())
    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="For yourselves")
    appearance_prompt = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="How this person looks, whatever happens")
    style_prompt = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    negative_prompt = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text="What must never appear")

    WORDS = ("name", "description", "appearance_prompt", "style_prompt", "negative_prompt")

    class Meta:
        model = AvatarKit
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row = kwargs.get("instance")
        if row is not None and row.name:
            kwargs["initial"] = {word: getattr(row, word) for word in self.WORDS}
        super().__init__(*args, **kwargs)
        if row is not None and row.name:
            self.fields.pop("character", None)
        elif "character" in self.fields:
            self.fields["character"].queryset = Definition.objects.filter(type="character", scope_kind="space").exclude(state="archived").select_related("space").order_by("name")
            self.fields["character"].initial = self.start or None

    def do(self, data: dict[str, Any]) -> AvatarKit:
        """Creates or edits."""
        words = {word: data[word] for word in self.WORDS}
        if self.instance._state.adding:
            return kits.create(data["character"], by=self.person, **words)
        return kits.edit(self.instance, by=self.person, **words)
