"""Forms of the bible: typed sections as plain fields, lists as lines, put together again on the way in."""

import re
from typing import Any

from django import forms

from projects.models import BibleCharacter, ProjectBible
from spaces.attributes import Appearance

TALL = {"rows": 3, "wide": True}
PROPORTIONS = [("", "not said")] + [(p, p.replace("_", " ")) for p in ("realistic", "semi_caricature", "caricature", "chibi", "stylised")]
LOOKS = tuple(Appearance.model_fields)


def _area(label: str, most: int, help_text: str = "") -> forms.CharField:
    return forms.CharField(required=False, label=label, max_length=most, help_text=help_text, widget=forms.Textarea(attrs=TALL))


def lines(text: str) -> list[str]:
    """The lines of a field that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def colours(text: str) -> list[str]:
    """Hex colours, however they are separated."""
    return [c.lower() for c in re.split(r"[\s,;]+", text) if c]


class BibleForm(forms.Form):
    """Title and the three sections."""

    title = forms.CharField(required=False, max_length=200)
    description = _area("What it is about", 20000)
    art_direction = _area("How it looks", 2000, "soft ink, muted colours, low light")
    color_palette = forms.CharField(required=False, max_length=400, label="Colours", help_text="#1b2a3c #d9a05b …: checked against the style in use")
    lighting_style = forms.CharField(required=False, max_length=2000, label="Light")
    time_period = forms.CharField(required=False, max_length=400, label="When")
    location = forms.CharField(required=False, max_length=400, label="Where")
    atmosphere = forms.CharField(required=False, max_length=2000)
    rules = _area("Rules of the world", 24000, "One a line: nobody has a telephone; magic leaves a scar")
    tone = forms.CharField(required=False, max_length=400)
    themes = _area("Themes", 24000, "One a line")
    avoid = _area("What it avoids", 24000, "One a line")

    def told(self, row: ProjectBible | None) -> dict[str, Any]:
        """As the verb wants it; what the form does not show is kept."""
        d = self.cleaned_data
        kept: dict[str, dict[str, Any]] = {s: dict(getattr(row, s)) if row else {} for s in ("visual_style", "world_setting", "narrative_guidelines")}
        return {
            "title": d["title"], "description": d["description"],
            "visual_style": {**kept["visual_style"], "art_direction": d["art_direction"], "color_palette": colours(d["color_palette"]), "lighting_style": d["lighting_style"]},
            "world_setting": {**kept["world_setting"], "time_period": d["time_period"], "location": d["location"], "atmosphere": d["atmosphere"], "rules": lines(d["rules"])},
            "narrative_guidelines": {**kept["narrative_guidelines"], "tone": d["tone"], "themes": lines(d["themes"]), "avoid": lines(d["avoid"])}}

    @staticmethod
    def initial_of(row: ProjectBible) -> dict[str, Any]:
        """Fields from sections."""
        flat = {"title": row.title, "description": row.description, **row.visual_style, **row.world_setting, **row.narrative_guidelines}
        return {**flat, "color_palette": " ".join(flat.get("color_palette", [])), **{k: "\n".join(flat.get(k, [])) for k in ("rules", "themes", "avoid")}}


class LoreForm(forms.Form):
    """A character of the bible."""

    name = forms.CharField(max_length=120)
    description = _area("Who they are", 20000)
    hair = forms.CharField(required=False, max_length=200)
    eyes = forms.CharField(required=False, max_length=200)
    skin = forms.CharField(required=False, max_length=80)
    build = forms.CharField(required=False, max_length=200)
    outfit = forms.CharField(required=False, max_length=300)
    marks = forms.CharField(required=False, max_length=300)
    accessories = forms.CharField(required=False, max_length=300)
    accent = forms.CharField(required=False, max_length=80, label="Accent colour")
    age = forms.CharField(required=False, max_length=80)
    gender = forms.CharField(required=False, max_length=80)
    proportion_profile = forms.ChoiceField(required=False, choices=PROPORTIONS, label="Proportions")
    color_palette = forms.CharField(required=False, max_length=400, label="Their colours", help_text="#d23c3c #222222 …")
    visual_description = _area("In one description", 4000, "What a generator is told besides the fields above")
    summary = _area("What they are like", 2000)
    traits = _area("Traits", 24000, "One a line")
    voice = forms.CharField(required=False, max_length=800, help_text="How they talk", widget=forms.TextInput(attrs={"wide": True}))
    relationships = _area("Relationships", 60000, "One a line — name: what they are: more. Toma: brother: has not spoken to him for years")
    evolution_arc = _area("How they change", 60000, "One a line, with the panel's number if there is one — 12: cuts her hair")

    def told(self, row: BibleCharacter | None) -> dict[str, Any]:
        """As the verb wants it; what the form does not show is kept."""
        d = self.cleaned_data
        kept = dict(row.visual_traits) if row else {}
        seen = {**kept, "appearance": {k: d[k] for k in LOOKS}, "gender": d["gender"], "proportion_profile": d["proportion_profile"], "color_palette": colours(d["color_palette"]), "visual_description": d["visual_description"]}
        return {
            "name": d["name"], "description": d["description"], "visual_traits": seen, "personality_traits": {"summary": d["summary"], "traits": lines(d["traits"]), "voice": d["voice"]},
            "relationships": [_tie(line) for line in lines(d["relationships"])], "evolution_arc": [_step(line) for line in lines(d["evolution_arc"])]}

    @staticmethod
    def initial_of(row: BibleCharacter) -> dict[str, Any]:
        """Fields from traits."""
        seen, inner = row.visual_traits, row.personality_traits
        return {
            "name": row.name, "description": row.description, **seen.get("appearance", {}), "gender": seen.get("gender", ""), "proportion_profile": seen.get("proportion_profile", ""),
            "color_palette": " ".join(seen.get("color_palette", [])), "visual_description": seen.get("visual_description", ""), "summary": inner.get("summary", ""),
            "traits": "\n".join(inner.get("traits", [])), "voice": inner.get("voice", ""),
            "relationships": "\n".join(": ".join(p for p in (t["to"], t.get("kind", ""), t.get("notes", "")) if p) for t in row.relationships),
            "evolution_arc": "\n".join(f"{s['sequence']}: {s['change']}" if s.get("sequence") is not None else s["change"] for s in row.evolution_arc)}


def _tie(line: str) -> dict[str, Any]:
    to, _, rest = line.partition(":")
    kind, _, notes = rest.partition(":")
    return {"to": to.strip(), "kind": kind.strip(), "notes": notes.strip()}


def _step(line: str) -> dict[str, Any]:
    head, _, rest = line.partition(":")
    return {"sequence": int(head), "change": rest.strip()} if head.strip().isdigit() and len(head.strip()) < 7 and rest.strip() else {"sequence": None, "change": line}
