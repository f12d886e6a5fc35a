"""What every provider of pictures speaks: frozen briefs in, pictures out, one family of errors.

A connector knows the wire (or the maths) and no table; it never retries and never sleeps.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from pydantic import BaseModel


@dataclass(frozen=True)
class Figure:
    """One member of the cast. `seed` names the identity; `art` holds the bytes of the kit picture that fits, or None."""

    name: str
    seed: str
    attributes: dict[str, Any]
    expression: str = "neutral"
    outfit: str = ""
    pose: str = "standing"
    art: bytes | None = None


@dataclass(frozen=True)
class Place:
    """Where it happens. `plate` holds the bytes of a background picture, or None."""

    name: str
    seed: str
    attributes: dict[str, Any]
    plate: bytes | None = None


@dataclass(frozen=True)
class Brief:
    """Everything one candidate is made from. Sizes in px; `seed` and `index` alone differ between the candidates of a job."""

    prompt: str
    negative_prompt: str
    figures: tuple[Figure, ...]
    place: Place | None
    width: int
    height: int
    seed: int
    index: int
    camera: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A provider's picture: RGB uint8 pixels (height, width, 3), its original bytes where it came over a wire, facts for the record; `labels` (height, width) say who stands where, where it is known: 0 nobody, n the n-th of the cast."""

    pixels: np.ndarray
    data: bytes | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    labels: np.ndarray | None = None


class ProviderError(Exception):
    """The root of what a connector may raise; `kind` says how the caller goes on, `status` is the HTTP status where there was one."""

    kind = "broken"
    status: int | None = None


class Busy(ProviderError):
    """Try later: `retry_after` seconds."""

    kind = "busy"

    def __init__(self, text: str, retry_after: float = 5.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Declined(ProviderError):
    """The provider says no to this request: repeating it unchanged changes nothing. `why` is one of key, credit, model, input."""

    kind = "declined"

    def __init__(self, text: str, why: str = "input") -> None:
        super().__init__(text)
        self.why = why


class Moderated(Declined):
    """The provider's safety check said no. `stage` is input, output or unknown."""

    kind = "moderated"

    def __init__(self, text: str, stage: str = "unknown") -> None:
        super().__init__(text, "moderated")
        self.stage = stage


class Broken(ProviderError):
    """The provider answered with something unusable."""


class Unreachable(ProviderError):
    """Nobody answers at the address; nothing was sent."""

    kind = "unreachable"


class Unknown(ProviderError):
    """A paid request left, and no whole answer came: nobody here knows whether it was done and billed. Never repeated blindly."""

    kind = "unknown"


class Provider(Protocol):
    """A source of pictures. `does` names its capabilities: generate, edit, cutout, upscale."""

    code: str
    label: str
    does: frozenset[str]
    model: str

    @property
    def Config(self) -> type[BaseModel]:  # noqa: N802 - a class by its place in the protocol
        """The connector's settings: gives the form and the validation."""
        ...

    stages_on_pixels: bool
    price_usd: float


@runtime_checkable
class Generates(Protocol):
    """Makes a picture from words and figures."""

    def generate(self, brief: Brief) -> Drawn:
        """One picture, or a ProviderError."""
        ...


@runtime_checkable
class Edits(Protocol):
    """Makes a picture that keeps to the reference pictures in the brief."""

    def edit(self, brief: Brief) -> Drawn:
        """One picture, or a ProviderError."""
        ...
