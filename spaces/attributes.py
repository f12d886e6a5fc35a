"""What a character, a scene and a style may say about themselves: one typed shape per type.

Unknown keys are refused by name, so that a typing error never becomes silent canon.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from iat.kernel.errors import Finding, Invalid

HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Shape(BaseModel):
    """Strict: no unknown keys."""

    model_config = ConfigDict(extra="forbid")


class Appearance(Shape):
    """Free words; the storyboard engine reads hair, skin, outfit, marks, accessories and accent."""

    hair: str = Field("", max_length=200)
    eyes: str = Field("", max_length=200)
    skin: str = Field("", max_length=80)
    build: str = Field("", max_length=200)
    outfit: str = Field("", max_length=300)
    marks: str = Field("", max_length=300)
    accessories: str = Field("", max_length=300)
    accent: str = Field("", max_length=80)
    age: str = Field("", max_length=80)


class GenerationPrompts(Shape):
    """What generators are told."""

    visual_description: str = Field("", max_length=4000)
    style_tags: list[str] = Field(default_factory=list, max_length=60)
    negative_prompts: list[str] = Field(default_factory=list, max_length=60)
    comfyui_workflow: str = Field("", max_length=200)


class CharacterAttributes(Shape):
    """Who somebody is, as far as pictures go."""

    proportion_profile: Literal["realistic", "semi_caricature", "caricature", "chibi", "stylised"] = "semi_caricature"
    gender: str = Field("", max_length=80)
    appearance: Appearance = Field(default_factory=Appearance)
    personality: str = Field("", max_length=4000)
    generation_prompts: GenerationPrompts = Field(default_factory=GenerationPrompts)


class SceneAttributes(Shape):
    """A place."""

    location_type: str = Field("", max_length=80)
    base_layout: str = Field("", max_length=4000)
    time_of_day: Literal["", "dawn", "morning", "day", "evening", "dusk", "night"] = ""
    weather: Literal["", "clear", "cloudy", "rain", "storm", "snow", "fog"] = ""
    lighting: str = Field("", max_length=200)


class StyleParameters(Shape):
    """Knobs of the style lock. Saturation and contrast 0–2 (1 leaves as is); line, grain and paper 0–1; palette as hex colours."""

    saturation: float = Field(1.0, ge=0, le=2)
    contrast: float = Field(1.0, ge=0, le=2)
    line_weight: float = Field(0.0, ge=0, le=1)
    grain: float = Field(0.0, ge=0, le=1)
    halftone: float = Field(0.0, ge=0, le=1)
    posterise: int = Field(0, ge=0, le=16)
    palette: list[HexColour] = Field(default_factory=list, max_length=16)
    palette_strength: float = Field(0.6, ge=0, le=1)
    tint: str = Field("", max_length=7, pattern=r"^(#[0-9a-fA-F]{6})?$")


class StyleAttributes(Shape):
    """A visual language."""

    categories: dict[str, str] = Field(default_factory=dict)
    parameters: StyleParameters = Field(default_factory=StyleParameters)
    prompt: str = Field("", max_length=4000)
    negative_prompt: str = Field("", max_length=4000)


class Modifiers(Shape):
    """What a variant changes about its parent."""

    expression_profile: str = Field("", max_length=80)
    outfit: str = Field("", max_length=300)
    hairstyle: str = Field("", max_length=200)
    pose: str = Field("", max_length=80)
    time_of_day: Literal["", "dawn", "morning", "day", "evening", "dusk", "night"] = ""
    weather: Literal["", "clear", "cloudy", "rain", "storm", "snow", "fog"] = ""
    lighting: str = Field("", max_length=200)
    micro_adjustments: dict[str, Any] = Field(default_factory=dict)


SHAPES: dict[str, type[Shape]] = {"character": CharacterAttributes, "scene": SceneAttributes, "style": StyleAttributes}


def findings_of(error: ValidationError, base: str) -> list[Finding]:
    """Pydantic's complaints as JSON pointers and sentences."""
    return [Finding(base + "".join(f"/{step}" for step in e["loc"]), e["msg"]) for e in error.errors()]


def checked(kind: str, given: dict[str, Any] | None, *, base: str = "/attributes") -> dict[str, Any]:
    """The attributes in full shape; raises Invalid naming each field that does not fit."""
    return _fit(SHAPES[kind], given, base)


def checked_modifiers(given: dict[str, Any] | None) -> dict[str, Any]:
    """A variant's modifiers, without the empty ones."""
    return {k: v for k, v in _fit(Modifiers, given, "/modifiers").items() if v}


def checked_parameters(given: dict[str, Any] | None, *, base: str = "/overrides") -> dict[str, Any]:
    """A project's overrides of a style: only the knobs that were given."""
    _fit(StyleParameters, given, base)
    return dict(given or {})


def _fit(shape: type[Shape], given: dict[str, Any] | None, base: str) -> dict[str, Any]:
    try:
        return shape.model_validate(given or {}).model_dump()
    except ValidationError as error:
        wrong = findings_of(error, base)
        raise Invalid("; ".join(f"{f.pointer}: {f.detail}" for f in wrong), findings=wrong) from None
