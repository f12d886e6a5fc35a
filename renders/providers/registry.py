"""All providers, by code. A new connector is one file and one line here."""

from iat.kernel.errors import Finding, Invalid
from iat.kernel.plugins import Registry
from renders.providers.base import Provider
from renders.providers.storyboard import Storyboard

PROVIDERS: Registry[Provider] = Registry("provider")
PROVIDERS.add("storyboard", Storyboard())


def provider(code: str) -> Provider:
    """The provider, or Invalid naming those that exist."""
    found = PROVIDERS.get(code)
    if found is None:
        raise Invalid(f"There is no provider “{code}”. Known: {', '.join(PROVIDERS)}.", findings=[Finding("/provider_code", "unknown provider")])
    return found
