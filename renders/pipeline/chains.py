"""Cutting out and enlarging by whoever can: this machine first, then the accounts that are set up, by priority. Used by treatments of files and inside runs."""

from dataclasses import dataclass, field
from typing import Any

from iat.kernel.errors import Refused
from projects.domain import costs
from renders.domain import calls, gateway
from renders.providers.base import Declined, ProviderError
from renders.providers.registry import PROVIDERS, anything
from renders.providers.remote import Ask, Picture, Remote

LOCAL = {"cutout": "rembg", "upscale": "lanczos"}


@dataclass(frozen=True)
class Work:
    """What is to be done to which picture, for whom; `provider_code` empty: the chain decides."""

    operation: str
    picture: Picture
    unit: calls.Unit
    parameters: dict[str, Any] = field(default_factory=dict)
    provider_code: str = ""


def done(work: Work, hold: gateway.Hold) -> tuple[bytes, dict[str, Any]]:
    """The new picture, and who made it and who failed before. Raises the last provider's error, or what the gateway raises."""
    tried: list[str] = []
    last: ProviderError = Declined(f"Nobody here does {work.operation}. An owner sets up a provider that does, under Providers.", "key")
    for provider, account in links(work):
        try:
            if isinstance(provider, Remote):
                return _ordered(work, provider, account, hold, tried)
            made, facts = provider.cutout(work.picture.data) if work.operation == "cutout" else provider.upscale(work.picture.data, float(work.parameters["scale"]))
            return made, {"provider": provider.code, **facts, **({"after": tried} if tried else {})}
        except ProviderError as error:
            last = error
            tried.append(f"{provider.label}: {error}")
            if isinstance(provider, Remote) and not gateway.passes_on(error):
                break
    raise last


def links(work: Work) -> list[tuple[Any, Any]]:
    """Who is asked in which order: the one named alone; else this machine, then the accounts by priority."""
    far = gateway.choices(work.unit, work.operation, work.provider_code)
    if work.provider_code:
        named = anything(work.provider_code)
        return [(c, a) for c, a in far if c is named] if isinstance(named, Remote) else [(named, None)]
    return ([(PROVIDERS.get(LOCAL[work.operation]), None)] if work.operation in LOCAL else []) + list(far)


def _ordered(work: Work, connector: Remote, account: Any, hold: gateway.Hold, tried: list[str]) -> tuple[bytes, dict[str, Any]]:
    try:
        got = gateway.perform(connector, account, work.unit, lambda key: Ask(work.operation, key, references=(work.picture,), parameters=work.parameters), work.operation, hold)
    except costs.OverBudget as error:
        raise Refused(error.detail) from None
    return got.data, {"provider": connector.code, "model": got.call.model_name, "call": str(got.call.pk), **({"after": tried} if tried else {})}
