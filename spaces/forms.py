"""Forms of the library. Typed attributes are shown as plain fields and put together again on the way in."""

from typing import Any

from django import forms

from spaces.attributes import CharacterAttributes, SceneAttributes

AREA = {"rows": 3, "wide": True}
PROPORTIONS = [(p, p.replace("_", " ")) for p in ("semi_caricature", "realistic", "caricature", "chibi", "stylised")]
HOURS = [("", "as the light falls")] + [(h, h) for h in ("dawn", "morning", "day", "evening", "dusk", "night")]
SKIES = [("", "none in particular")] + [(w, w) for w in ("clear", "cloudy", "rain", "storm", "snow", "fog")]


class SpaceForm(forms.Form):
    """A space, or a project."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), max_length=20000)


class _Base(forms.Form):
    """What every definition has."""

    name = forms.CharField(max_length=120)
    canonical_tags = forms.CharField(required=False, label="Tags", help_text="Separated by commas: protagonist, harbour")
    description = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), max_length=20000)

    def told(self) -> dict[str, Any]:
        """As the verb wants it."""
        data = self.cleaned_data
        return {"name": data["name"], "description": data["description"], "canonical_tags": data["canonical_tags"].split(","), "attributes": self.attributes(data)}

    def attributes(self, data: dict[str, Any]) -> dict[str, Any]:
        """The typed part."""
        raise NotImplementedError


class CharacterForm(_Base):
    """A character."""

    hair = forms.CharField(required=False, max_length=200, help_text="Length and colour: long black, afro, gray bun")
    skin = forms.CharField(required=False, max_length=80, help_text="pale, light, olive, tan, brown, dark, or #rrggbb")
    eyes = forms.CharField(required=False, max_length=200)
    outfit = forms.CharField(required=False, max_length=300, help_text="red hoodie and navy jeans; charcoal suit; green dress; yellow coat")
    marks = forms.CharField(required=False, max_length=300, label="Marks", help_text="round glasses, moustache, eyepatch")
    gender = forms.CharField(required=False, max_length=80)
    proportion_profile = forms.ChoiceField(choices=PROPORTIONS, label="Proportions")
    personality = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), max_length=4000)

    APPEARANCE = ("hair", "skin", "eyes", "outfit", "marks")

    @classmethod
    def initial_of(cls, attributes: dict[str, Any]) -> dict[str, Any]:
        """Fields from typed attributes."""
        return {**{k: attributes.get("appearance", {}).get(k, "") for k in cls.APPEARANCE}, **{k: attributes.get(k, "") for k in ("gender", "proportion_profile", "personality")}}

    def attributes(self, data: dict[str, Any]) -> dict[str, Any]:
        """Typed again; what the form does not show is kept."""
        kept = CharacterAttributes.model_validate(self.kept or {}).model_dump()
        kept["appearance"] |= {k: data[k] for k in self.APPEARANCE}
        return {**kept, **{k: data[k] for k in ("gender", "proportion_profile", "personality")}}

    kept: dict[str, Any] | None = None


class SceneForm(_Base):
    """A place."""

    location_type = forms.CharField(required=False, max_length=80, help_text="kitchen, living room, street, alley, beach, forest, classroom, cafe, bedroom, bridge of a spaceship …")
    base_layout = forms.CharField(required=False, max_length=4000, label="Layout")
    time_of_day = forms.ChoiceField(required=False, choices=HOURS)
    weather = forms.ChoiceField(required=False, choices=SKIES)
    lighting = forms.CharField(required=False, max_length=200)

    FIELDS = ("location_type", "base_layout", "time_of_day", "weather", "lighting")
    kept: dict[str, Any] | None = None

    @classmethod
    def initial_of(cls, attributes: dict[str, Any]) -> dict[str, Any]:
        """Fields from typed attributes."""
        return {k: attributes.get(k, "") for k in cls.FIELDS}

    def attributes(self, data: dict[str, Any]) -> dict[str, Any]:
        """Typed again."""
        return SceneAttributes.model_validate({k: data[k] for k in self.FIELDS}).model_dump()


def _slider(low: float, high: float, start: float, text: str = "") -> forms.FloatField:
    return forms.FloatField(min_value=low, max_value=high, initial=start, help_text=text, widget=forms.NumberInput(attrs={"step": "0.05"}))


class StyleForm(_Base):
    """A visual language."""

    prompt = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), max_length=4000)
    negative_prompt = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), max_length=4000, label="Avoid")
    saturation, contrast = _slider(0, 2, 1, "1 leaves it as it is"), _slider(0, 2, 1, "1 leaves it as it is")
    line_weight, grain, halftone = _slider(0, 1, 0), _slider(0, 1, 0), _slider(0, 1, 0)
    palette = forms.CharField(required=False, help_text="Hex colours separated by spaces: #1b1a1e #f4ead6 #b7472a")
    palette_strength = _slider(0, 1, 0.6, "How strongly colours are pulled to the palette")
    tint = forms.RegexField(r"^(#[0-9a-fA-F]{6})?$", required=False, help_text="A hex colour laid over everything, or nothing")

    NUMBERS = ("saturation", "contrast", "line_weight", "grain", "halftone", "palette_strength", "tint")
    kept: dict[str, Any] | None = None

    @classmethod
    def initial_of(cls, attributes: dict[str, Any]) -> dict[str, Any]:
        """Fields from typed attributes."""
        knobs = attributes.get("parameters", {})
        return {"prompt": attributes.get("prompt", ""), "negative_prompt": attributes.get("negative_prompt", ""), "palette": " ".join(knobs.get("palette", [])),
                **{k: knobs[k] for k in cls.NUMBERS if k in knobs}}

    def clean_palette(self) -> list[str]:
        """Every colour must be #rrggbb."""
        colours = self.cleaned_data["palette"].replace(",", " ").split()
        if wrong := [c for c in colours if not (len(c) == 7 and c[0] == "#" and all(x in "0123456789abcdefABCDEF" for x in c[1:]))]:
            raise forms.ValidationError(f"{', '.join(wrong)}: write colours as #rrggbb.")
        return colours

    def attributes(self, data: dict[str, Any]) -> dict[str, Any]:
        """Typed again; categories and posterise are kept."""
        kept = self.kept or {}
        knobs = {**kept.get("parameters", {}), **{k: data[k] for k in self.NUMBERS}, "palette": data["palette"]}
        return {**kept, "prompt": data["prompt"], "negative_prompt": data["negative_prompt"], "parameters": knobs}


FORMS: dict[str, type[Any]] = {"character": CharacterForm, "scene": SceneForm, "style": StyleForm}


def form_for(kind: str, data: Any, row: Any = None) -> Any:
    """The form of a type, filled from a definition where there is one."""
    form_class = FORMS[kind]
    if row is None:
        return form_class(data)
    initial = {"name": row.name, "description": row.description, "canonical_tags": ", ".join(row.canonical_tags), **form_class.initial_of(row.attributes)}
    form = form_class(data, initial=initial)
    form.kept = row.attributes
    form.fields["revision"] = forms.IntegerField(widget=forms.HiddenInput, initial=row.revision)
    return form


class TemplateForm(forms.Form):
    """A template's words and values."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), max_length=20000)
    generation_params = forms.JSONField(label="Values", required=False, widget=forms.Textarea(attrs={"rows": 14, "wide": True, "class": "mono", "spellcheck": "false"}), help_text="JSON in the shape of the attributes; only what says something")
    shared = forms.BooleanField(required=False, label="Shared with the space", help_text="Otherwise only you see it")

    def clean_generation_params(self) -> dict[str, Any]:
        """An object."""
        given = self.cleaned_data["generation_params"] or {}
        if not isinstance(given, dict):
            raise forms.ValidationError("Write an object: { … }.")
        return given


class TokenForm(forms.Form):
    """A new token."""

    LIVES = [("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until I revoke it")]
    name = forms.CharField(max_length=120, help_text="What will use it: render farm, backup script")
    scopes = forms.MultipleChoiceField(choices=[("read", "read"), ("write", "write"), ("admin", "admin")], initial=["read", "write"], widget=forms.CheckboxSelectMultiple)
    lives = forms.ChoiceField(required=False, choices=LIVES, initial="90", label="Lives for")


class PreferencesForm(forms.Form):
    """How I like things: what new renders start with, and how pages look."""

    candidates = forms.IntegerField(min_value=1, max_value=40, initial=4, label="Candidates a panel")
    size = forms.ChoiceField(choices=[("1024x1024", "square, 1024 × 1024"), ("1280x720", "wide, 1280 × 720"), ("768x1152", "tall, 768 × 1152")], label="Size of a panel")
    theme = forms.ChoiceField(required=False, choices=[("", "as my machine says"), ("light", "light"), ("dark", "dark")], label="Light or dark")
    style_tags = forms.CharField(required=False, max_length=400, label="Styles I like", help_text="Separated by commas: ink, watercolour. Programs that draw for you read these")
