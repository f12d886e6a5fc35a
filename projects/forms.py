"""Forms of productions."""

from typing import Any

from django import forms
from django.conf import settings

from projects.domain import webhooks
from spaces.forms import HOURS, SKIES

EXPRESSIONS = [("", "as the parent")] + [(e, e) for e in (
    "neutral", "happy", "joyful", "exuberant", "sad", "sullen", "angry", "furious", "surprised", "shy", "determined", "worried", "afraid", "thoughtful", "tired", "smug", "serious", "loving")]
POSES = [("", "as the picture has it")] + [(p, p.replace("_", " ")) for p in ("standing", "relaxed", "hand_on_hip", "waving", "arms_wide", "pointing", "thinking", "folded")]


class CharacterVariantForm(forms.Form):
    """A character in another mood, outfit or pose."""

    label = forms.CharField(max_length=120, help_text="exuberant, Sunday best, undercover …")
    expression_profile = forms.ChoiceField(required=False, choices=EXPRESSIONS, label="Expression")
    outfit = forms.CharField(required=False, max_length=300, help_text="An outfit of the kit, or words: yellow coat")
    hairstyle = forms.CharField(required=False, max_length=200)
    pose = forms.ChoiceField(required=False, choices=POSES)

    def told(self) -> dict[str, Any]:
        """As the verb wants it: the type is the first thing that changes."""
        data = self.cleaned_data
        given = {k: data[k] for k in ("expression_profile", "outfit", "hairstyle", "pose") if data[k]}
        kinds = {"expression_profile": "expression", "outfit": "outfit", "hairstyle": "hairstyle", "pose": "pose"}
        known = {e for e, _ in EXPRESSIONS}
        if not given and data["label"].strip().lower() in known:
            given = {"expression_profile": data["label"].strip().lower()}
        return {"variant_type": kinds[next(iter(given))] if given else "custom", "label": data["label"], "modifiers": given}


class SceneVariantForm(forms.Form):
    """A place at another hour or in other weather."""

    label = forms.CharField(max_length=120, help_text="evening, after the storm …")
    time_of_day = forms.ChoiceField(required=False, choices=HOURS)
    weather = forms.ChoiceField(required=False, choices=SKIES)
    lighting = forms.CharField(required=False, max_length=200)

    def told(self) -> dict[str, Any]:
        """As the verb wants it."""
        data = self.cleaned_data
        given = {k: data[k] for k in ("time_of_day", "weather", "lighting") if data[k]}
        if not given and data["label"].strip().lower() in {h for h, _ in HOURS}:
            given = {"time_of_day": data["label"].strip().lower()}
        return {"variant_type": next(iter(given), "custom"), "label": data["label"], "modifiers": given}


class PromptForm(forms.Form):
    """Words for a stage."""

    name = forms.CharField(max_length=120, help_text="A name that is there already gets its next version")
    template_text = forms.CharField(max_length=8000, label="Words", widget=forms.Textarea(attrs={"rows": 5, "wide": True}))


class WebhookForm(forms.Form):
    """Where to send what."""

    url = forms.CharField(max_length=1000, label="Address", help_text="https://… ; public addresses only", widget=forms.URLInput(attrs={"wide": True}))
    events = forms.MultipleChoiceField(choices=[("*", "everything"), *((c, c) for c in webhooks.CODES), *((f"{f}.*", f"everything of a {f}") for f in ("run", "candidate", "rendered"))],
                                       widget=forms.CheckboxSelectMultiple(attrs={"wide": True}))
    is_active = forms.BooleanField(required=False, label="Switched on", initial=True)

    def __init__(self, *args: Any, known: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not known:
            del self.fields["is_active"]


class StyleUseForm(forms.Form):
    """A project's own turn of a style's knobs; empty leaves the style's value."""

    is_primary = forms.BooleanField(required=False, label="This is the project's main style")
    saturation = forms.FloatField(required=False, min_value=0, max_value=2)
    contrast = forms.FloatField(required=False, min_value=0, max_value=2)
    line_weight = forms.FloatField(required=False, min_value=0, max_value=1)
    grain = forms.FloatField(required=False, min_value=0, max_value=1)
    halftone = forms.FloatField(required=False, min_value=0, max_value=1)
    palette_strength = forms.FloatField(required=False, min_value=0, max_value=1)

    KNOBS = ("saturation", "contrast", "line_weight", "grain", "halftone", "palette_strength")


class StorageForm(forms.Form):
    """Where files lie."""

    mode = forms.ChoiceField(widget=forms.Select(attrs={"wide": True}), choices=[("local", "here only"), ("local_root", "in a folder of their own"), ("local_first", "here, with a copy in the bucket"), ("s3", "in the bucket; here only until the copy there is verified")], label="Files lie")
    local_base_dir = forms.ChoiceField(required=False, choices=[], label="Folder of their own", help_text="Out of those that the operator of this server offers")
    s3_bucket = forms.RegexField(r"^[a-z0-9][a-z0-9.-]*$", required=False, max_length=63, label="Bucket", help_text="Empty: none")
    s3_prefix = forms.RegexField(r"^[A-Za-z0-9!_.*'()/-]*$", required=False, max_length=200, label="Folder in it")
    s3_endpoint_url = forms.CharField(required=False, max_length=400, label="Address", help_text="Of an S3-compatible service; empty for AWS")
    s3_region = forms.RegexField(r"^[a-z0-9-]*$", required=False, max_length=40, label="Region")
    access_key = forms.CharField(required=False, max_length=400, label="Access key", help_text="Kept encrypted; empty leaves the one that is kept", widget=forms.PasswordInput(attrs={"autocomplete": "off"}))
    secret_key = forms.CharField(required=False, max_length=400, label="Secret key", widget=forms.PasswordInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["local_base_dir"].choices = [("", "the installation's own"), *((folder, folder) for folder in settings.IAT_LOCAL_ROOTS)]  # type: ignore[attr-defined]
        if not settings.IAT_LOCAL_ROOTS:
            del self.fields["local_base_dir"]
