"""What every provider over a wire speaks: an order goes out, a ticket comes back, and is asked again until it is done.

A connector is one file: it knows one contract, its settings, its secrets' names and its prices. It is handed a `Wire`
(see wire.py), knows no table, never retries and never sleeps: `renders/domain/gateway.py` does that around all of them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from renders.providers.wire import Wire


@dataclass(frozen=True)
class Picture:
    """A picture that goes out: its bytes, MIME type and a file name."""

    data: bytes
    mime: str = "image/png"
    name: str = "reference.png"


@dataclass(frozen=True)
class Ask:
    """One order. `op` is generate, edit, cutout or upscale; `key` is our own id of it, a UUID; sizes in px; `seed` below 2**48.

    `references` are the pictures to keep to (edit); the first one is the picture itself for cutout and upscale.
    """

    op: str
    key: str
    prompt: str = ""
    negative_prompt: str = ""
    references: tuple[Picture, ...] = ()
    width: int = 1024
    height: int = 1024
    seed: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def small_seed(self) -> int:
        """The seed as the many APIs take it: 31 bits."""
        return self.seed & 0x7FFFFFFF


@dataclass(frozen=True)
class Ticket:
    """What a provider said: still at work under `remote_id`, or `done` with a picture or with links to it.

    `data` is what `poll` needs, plain JSON; `cost_usd` is set only where the provider reports it; `share` is 0–1.
    """

    remote_id: str = ""
    done: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    picture: bytes | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    cost_usd: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class Secret:
    """A secret that a connector needs, by name; its value lies encrypted in the project or space."""

    name: str
    label: str
    help: str = ""


@dataclass(frozen=True)
class Prices:
    """A price table as it was read, in USD; operators may correct it per account. `at` is the day it was read."""

    at: str
    unit: str
    table: dict[str, float]


class Settings(BaseModel):
    """The root of a connector's settings: gives the form and the validation. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field("", title="Address", max_length=400, pattern=r"^(https?://[^\s/]+[^\s]*)?$")


class Remote:
    """The root of all connectors over a wire. `does` names capabilities; `free` ones may be asked again without harm.

    `hosts` are the hosts (and their subdomains) that results may be fetched from besides the address itself; they never see the key.
    `wait_s` is how long one order may take before we give it up.
    """

    code = ""
    label = ""
    about = ""
    does: frozenset[str] = frozenset()
    secrets: tuple[Secret, ...] = ()
    hosts: frozenset[str] = frozenset()
    prices = Prices("2026-11-21", "image", {})
    free = False
    needs_address = False
    can_find = False
    can_judge = False
    stages_on_pixels = False
    wait_s = 300.0
    read_s = 60.0
    concurrent, per_minute = 4, 60
    Config: type[Settings] = Settings

    def model(self, config: Any, op: str) -> str:
        """The model that would do this."""
        return str(getattr(config, "model", ""))

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """How we say who we are."""
        return {}

    def price(self, ask: Ask, config: Any, table: dict[str, float]) -> float:
        """The estimate for one order in USD."""
        return table.get(self.model(config, ask.op), table.get("*", 0.0))

    def start(self, wire: "Wire", ask: Ask, config: Any) -> Ticket:
        """Sends the order. Raises a ProviderError; Unknown when it left and no whole answer came."""
        raise NotImplementedError

    def poll(self, wire: "Wire", ticket: Ticket, config: Any) -> Ticket:
        """Asks how far it is."""
        return ticket

    def fetch(self, wire: "Wire", ticket: Ticket, config: Any) -> bytes:
        """The picture of a finished order."""
        return ticket.picture if ticket.picture is not None else wire.download(ticket.links[0])

    def find(self, wire: "Wire", ask: Ask, config: Any, *, since: datetime, taken: frozenset[str]) -> Ticket | None:
        """Looks for an order whose answer was lost; `taken` are remote ids that belong to others. Only where `can_find`."""
        return None

    def cancel(self, wire: "Wire", ticket: Ticket, config: Any) -> None:
        """Stops what can be stopped."""

    def judge(self, wire: "Wire", picture: Picture, config: Any) -> list[str]:
        """Names of unsafe content in a picture; empty where there is none. Only where `can_judge`, and only where it costs nothing."""
        return []

    def check(self, wire: "Wire", config: Any) -> str:
        """A cheap question that costs nothing; a sentence for the Test button."""
        raise NotImplementedError


RATIOS = ((21, 9), (16, 9), (3, 2), (4, 3), (5, 4), (1, 1), (4, 5), (3, 4), (2, 3), (9, 16), (9, 21))


def ratio(width: int, height: int, known: tuple[tuple[int, int], ...] = RATIOS) -> str:
    """The nearest of the known aspect ratios, as `16:9`."""
    best = min(known, key=lambda r: abs(r[0] / r[1] - width / height))
    return f"{best[0]}:{best[1]}"


def megapixels(ask: Ask) -> float:
    """The size asked for."""
    return ask.width * ask.height / 1e6
