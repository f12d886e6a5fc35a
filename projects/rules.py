"""What a style guide may demand: one typed shape."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from iat.kernel.errors import Invalid
from spaces.attributes import HexColour, findings_of


class GuideRules(BaseModel):
    """CIELAB limits over a picture: chroma and lightness L* (0–100); palette as hex colours with a mean ΔE tolerance; whether letters may stand in a picture."""

    model_config = ConfigDict(extra="forbid")

    chroma_limit: float = Field(60.0, ge=0, le=150)
    luminance_min: float = Field(0.0, ge=0, le=100)
    luminance_max: float = Field(100.0, ge=0, le=100)
    palette: list[HexColour] = Field(default_factory=list, max_length=24)
    palette_tolerance: float = Field(30.0, ge=0, le=100)
    text_allowed: bool = False


def checked(given: dict[str, Any] | None) -> dict[str, Any]:
    """The rules in full; raises Invalid naming each field."""
    try:
        return GuideRules.model_validate(given or {}).model_dump()
    except ValidationError as error:
        wrong = findings_of(error, "/rules")
        raise Invalid("; ".join(f"{f.pointer}: {f.detail}" for f in wrong), findings=wrong) from None
