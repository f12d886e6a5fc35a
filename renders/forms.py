"""Forms of tasks and renders. Choices are set by the view: only what the project has."""

import uuid
from typing import Any

from django import forms

from renders.providers.registry import PROVIDERS
from renders.queries import gallery
from spaces.forms import HOURS, SKIES

SHOTS = [("", "let the shots vary"), ("wide", "wide"), ("medium", "medium"), ("close_up", "close-up")]
SIZES = [("1024x1024", "square, 1024 × 1024"), ("1280x720", "wide, 1280 × 720"), ("768x1152", "tall, 768 × 1152")]


class TaskForm(forms.Form):
    """A panel's brief."""

    name = forms.CharField(max_length=120, help_text="Page 2, panel 1")
    description = forms.CharField(required=False, max_length=20000, label="What happens", widget=forms.Textarea(attrs={"rows": 2, "wide": True}))
    characters = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple(attrs={"wide": True}), label="Cast")
    scene_id = forms.ChoiceField(required=False, label="Scene")
    style_id = forms.ChoiceField(required=False, label="Style")
    camera = forms.ChoiceField(required=False, choices=SHOTS)
    branch = forms.CharField(required=False, max_length=60, initial="main")
    sequence = forms.IntegerField(required=False, min_value=1, label="Number", help_text="Empty: at the end")
    instructions = forms.CharField(required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 3, "wide": True}), label="Instructions to the artist")

    def offer(self, people: list[Any], places: list[Any], styles: list[Any]) -> "TaskForm":
        """Sets what can be chosen."""
        self.fields["characters"].choices = [(str(r.pk), r.name) for r in people]
        self.fields["scene_id"].choices = [("", "nowhere in particular")] + [(str(r.pk), r.name) for r in places]
        self.fields["style_id"].choices = [("", "the project's main style")] + [(str(s.style_id), s.style.name) for s in styles]
        return self

    def told(self) -> dict[str, Any]:
        """As the verb wants it."""
        data = dict(self.cleaned_data)
        camera = data.pop("camera")
        return {**data, "scene_id": data["scene_id"] or None, "style_id": data["style_id"] or None, "branch": data["branch"] or "main", "workflow_data": {"camera": camera} if camera else {}}


class RenderForm(forms.Form):
    """How a task is rendered."""

    candidates = forms.IntegerField(min_value=1, max_value=40, initial=4)
    size = forms.ChoiceField(choices=SIZES, initial="1024x1024")
    camera = forms.ChoiceField(required=False, choices=[("", "as the task says"), *SHOTS[1:]])
    time_of_day = forms.ChoiceField(required=False, choices=[("", "as the scene says"), *HOURS[1:]])
    weather = forms.ChoiceField(required=False, choices=[("", "as the scene says"), *SKIES[1:]])

    provider_code = forms.ChoiceField(required=False, choices=[("storyboard", "Storyboard")], label="Drawn by")
    after = forms.MultipleChoiceField(required=False, label="Afterwards", widget=forms.CheckboxSelectMultiple, choices=[
        ("correct_colour", "colours toward the guide"), ("cutout", "cut the figures out"), ("upscale", "twice as large")])

    def offer(self, providers: list[tuple[str, str]]) -> "RenderForm":
        """Sets who may draw."""
        self.fields["provider_code"].choices = providers
        return self

    def wish(self) -> dict[str, Any]:
        """As the plan wants it."""
        data = dict(self.cleaned_data)
        data["provider_code"] = data["provider_code"] or "storyboard"
        width, height = (int(side) for side in data.pop("size").split("x"))
        after = data.pop("after")
        return {**data, "width": width, "height": height, "correct_colour": "correct_colour" in after, "cutout": "cutout" in after, "upscale": 2.0 if "upscale" in after else None}


class GuideForm(forms.Form):
    """A style guide: what the guard measures, and colour correction aims at."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "wide": True}))
    palette = forms.CharField(required=False, max_length=400, help_text="#1b1a1e #f4ead6 … up to 24 colours", widget=forms.TextInput(attrs={"wide": True}))
    palette_tolerance = forms.FloatField(min_value=0, max_value=100, initial=30, help_text="mean ΔE from the palette")
    chroma_limit = forms.FloatField(min_value=0, max_value=150, initial=60, help_text="CIELAB chroma; 60 is lively, 30 muted")
    luminance_min = forms.FloatField(min_value=0, max_value=100, initial=0, label="Darkest L*")
    luminance_max = forms.FloatField(min_value=0, max_value=100, initial=100, label="Lightest L*")
    text_allowed = forms.BooleanField(required=False, label="Letters may stand in pictures")
    is_default = forms.BooleanField(required=False, initial=True, label="The guard measures by this guide")

    def rules(self) -> dict[str, Any]:
        """As the verb wants it."""
        data = self.cleaned_data
        return {**{k: data[k] for k in ("palette_tolerance", "chroma_limit", "luminance_min", "luminance_max", "text_allowed")}, "palette": data["palette"].replace(",", " ").split()}


class GalleryForm(forms.Form):
    """What a gallery is narrowed to. Everything may be empty."""

    search = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=[("", "drafts and approved"), *((s, s) for s in ("draft", "approved", "discarded", "archived"))])
    who = forms.CharField(required=False, max_length=36, widget=forms.Select)
    scene = forms.CharField(required=False, max_length=36, widget=forms.Select)
    style = forms.CharField(required=False, max_length=36, widget=forms.Select)
    provider = forms.ChoiceField(required=False, choices=[("", "any"), *((p.code, p.label) for p in PROVIDERS.all() if {"generate", "edit"} & p.does)], label="Drawn by")
    likeness = forms.TypedChoiceField(required=False, coerce=float, empty_value=None, choices=[("", "any"), ("0.5", "50 % and more"), ("0.7", "70 % and more"), ("0.9", "90 % and more")])
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    canon = forms.ChoiceField(required=False, choices=[("", "any"), ("older", "made from older canon")])

    def offer(self, choices: dict[str, list[tuple[str, str]]]) -> "GalleryForm":
        """Sets what can be chosen."""
        for name, rows in choices.items():
            self.fields[name].widget.choices = [("", "any"), *rows]
        return self

    def _id(self, name: str) -> uuid.UUID | None:
        try:
            return uuid.UUID(self.cleaned_data[name])
        except ValueError:
            return None

    def wanted(self) -> gallery.Wanted:
        """As the question wants it; what is no id narrows nothing."""
        told = self.cleaned_data
        return gallery.Wanted(told["state"], self._id("who"), told["canon"] == "older", self._id("scene"), self._id("style"), told["provider"], told["likeness"], told["since"], told["until"], told["search"])
