"""Paid cut-out services: one multipart POST, the finished picture in the answer.

Contracts: https://www.remove.bg/api and https://docs.photoroom.com (read 2026-11-21).
"""

from typing import Any

from pydantic import Field

from renders.providers.base import Broken, Declined
from renders.providers.remote import Ask, Prices, Remote, Secret, Settings, Ticket
from renders.providers.wire import Answer, Wire

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


def _picture(wire: Wire, answer: Answer) -> bytes:
    if not answer.ok:
        raise wire.refusal(answer, paid=True)
    if not answer.body.startswith(PICTURES):
        raise Broken("The answer is not a picture.")
    return answer.body


class RemoveBg(Remote):
    """remove.bg. Tells the credits it charged."""

    code, label = "removebg", "remove.bg"
    about = "Cut-outs of people, animals and things."
    does = frozenset({"cutout"})
    secrets = (Secret("key", "API key", "Made at remove.bg/dashboard#api-key."),)
    per_minute = 400
    prices = Prices("2026-11-21", "picture", {"*": 0.20})

    class Config(Settings):
        """Size and what is shown."""

        base_url: str = Field("https://api.remove.bg/v1.0", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        size: str = Field("auto", title="Size", pattern=r"^(preview|auto|full)$")
        credit_usd: float = Field(0.20, title="What a credit costs you in USD", ge=0, le=10)

    def model(self, config: Any, op: str) -> str:
        """It has one."""
        return "removebg"

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """X-Api-Key."""
        return {"X-Api-Key": secrets["key"]}

    def price(self, ask: Ask, config: Any, table: dict[str, float]) -> float:
        """A credit, a quarter for previews."""
        return float(config.credit_usd) * (0.25 if config.size == "preview" else 1)

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """One picture in, one out."""
        picture = ask.references[0]
        answer = wire.send("POST", "/removebg", paid=True, data={"size": config.size, "format": "png"}, files={"image_file": (picture.name, picture.data, picture.mime)})
        charged = answer.headers.get("x-credits-charged")
        return Ticket("", True, picture=_picture(wire, answer), facts={"credits": charged, "type": answer.headers.get("x-type")}, cost_usd=float(charged) * config.credit_usd if charged else None)

    def check(self, wire: Wire, config: Any) -> str:
        """The balance."""
        left = wire.call("GET", "/account").get("data", {}).get("attributes", {}).get("credits", {}).get("total", 0)
        return f"The key works; {left} credits are left."


class PhotoRoom(Remote):
    """PhotoRoom's segmentation. Keys that start with sandbox_ are free and leave a watermark."""

    code, label = "photoroom", "PhotoRoom"
    about = "Cut-outs with clean hair and edges."
    does = frozenset({"cutout"})
    secrets = (Secret("key", "API key", "Made at app.photoroom.com/api-dashboard."),)
    hosts = frozenset({"photoroom.com"})
    prices = Prices("2026-11-21", "picture", {"*": 0.02})

    class Config(Settings):
        """Size."""

        base_url: str = Field("https://sdk.photoroom.com", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        size: str = Field("full", title="Size", pattern=r"^(preview|medium|hd|full)$")

    def model(self, config: Any, op: str) -> str:
        """It has one."""
        return "segment"

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """x-api-key."""
        return {"x-api-key": secrets["key"]}

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """One picture in, one out."""
        picture = ask.references[0]
        answer = wire.send("POST", "/v1/segment", paid=True, data={"format": "png", "channels": "rgba", "size": config.size}, files={"image_file": (picture.name, picture.data, picture.mime)},
                           headers={"Accept": "image/png"})
        return Ticket("", True, picture=_picture(wire, answer), facts={"uncertainty": answer.headers.get("x-uncertainty-score")})

    def check(self, wire: Wire, config: Any) -> str:
        """The balance."""
        left = wire.call("GET", "/v1/account").get("credits", {}).get("available")
        if left is None:
            raise Declined("The account tells no credits.", "key")
        return f"The key works; {left} credits are left."
