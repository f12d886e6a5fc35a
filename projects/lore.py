"""What a bible may say: one typed shape for each part, and for the document that is exported and imported.

Unknown keys are refused by name; what does not fit anywhere goes into `notes`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from iat.kernel.errors import Invalid
from spaces.attributes import Appearance, HexColour, Shape, findings_of

FORMAT = "iat.bible/1"
MOST = 400
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^/\x00]+$")]
Line = Annotated[str, Field(max_length=400)]


class VisualStyle(Shape):
    """How it looks."""

    art_direction: str = Field("", max_length=2000)
    color_palette: list[HexColour] = Field(default_factory=list, max_length=24)
    lighting_style: str = Field("", max_length=2000)
    notes: str = Field("", max_length=8000)


class WorldSetting(Shape):
    """Where and when it happens."""

    time_period: str = Field("", max_length=400)
    location: str = Field("", max_length=400)
    atmosphere: str = Field("", max_length=2000)
    rules: list[Line] = Field(default_factory=list, max_length=60)
    notes: str = Field("", max_length=8000)


class NarrativeGuidelines(Shape):
    """How it is told."""

    tone: str = Field("", max_length=400)
    themes: list[Line] = Field(default_factory=list, max_length=60)
    avoid: list[Line] = Field(default_factory=list, max_length=60)
    notes: str = Field("", max_length=8000)


class VisualTraits(Shape):
    """What somebody looks like, in the words of a character's definition, so that one can follow the other. Empty says nothing."""

    proportion_profile: Literal["", "realistic", "semi_caricature", "caricature", "chibi", "stylised"] = ""
    gender: str = Field("", max_length=80)
    appearance: Appearance = Field(default_factory=Appearance)
    visual_description: str = Field("", max_length=4000)
    style_tags: list[str] = Field(default_factory=list, max_length=60)
    negative_prompts: list[str] = Field(default_factory=list, max_length=60)
    color_palette: list[HexColour] = Field(default_factory=list, max_length=12)


class PersonalityTraits(Shape):
    """What somebody is like."""

    summary: str = Field("", max_length=2000)
    traits: list[Line] = Field(default_factory=list, max_length=60)
    voice: str = Field("", max_length=800)


class Relationship(Shape):
    """What somebody is to somebody else, by name."""

    to: Name
    kind: str = Field("", max_length=120)
    notes: str = Field("", max_length=2000)


class Step(Shape):
    """A change over the story; `sequence` is the panel number from which it holds."""

    sequence: int | None = Field(None, ge=0, le=1_000_000)
    change: str = Field(min_length=1, max_length=2000)


class CharacterLore(Shape):
    """One character of a bible."""

    name: Name
    description: str = Field("", max_length=20000)
    visual_traits: VisualTraits = Field(default_factory=VisualTraits)
    personality_traits: PersonalityTraits = Field(default_factory=PersonalityTraits)
    relationships: list[Relationship] = Field(default_factory=list, max_length=100)
    evolution_arc: list[Step] = Field(default_factory=list, max_length=100)


class Lore(Shape):
    """The book itself."""

    title: str = Field("", max_length=200)
    description: str = Field("", max_length=20000)
    visual_style: VisualStyle = Field(default_factory=VisualStyle)
    world_setting: WorldSetting = Field(default_factory=WorldSetting)
    narrative_guidelines: NarrativeGuidelines = Field(default_factory=NarrativeGuidelines)


class Document(Lore):
    """A whole bible as one JSON document."""

    format: Literal["iat.bible/1"] = FORMAT
    characters: list[CharacterLore] = Field(default_factory=list, max_length=MOST)


def checked(shape: type[BaseModel], given: Any, *, base: str = "") -> dict[str, Any]:
    """The given thing in full shape; raises Invalid naming each field that does not fit."""
    try:
        return shape.model_validate(given).model_dump()
    except ValidationError as error:
        wrong = findings_of(error, base)
        raise Invalid("; ".join(f"{f.pointer}: {f.detail}" for f in wrong)[:2000], findings=wrong) from None
