"""All providers, by code. A new connector is one file and one line here."""

from typing import Any

from iat.kernel.errors import Finding, Invalid
from iat.kernel.plugins import Registry
from renders.providers.a1111 import Automatic1111
from renders.providers.base import Provider
from renders.providers.bfl import BlackForestLabs
from renders.providers.comfyui import ComfyUI
from renders.providers.cutouts import PhotoRoom, RemoveBg
from renders.providers.fal import Fal
from renders.providers.gemini import Gemini
from renders.providers.local import Lanczos, Rembg
from renders.providers.openai import OpenAI
from renders.providers.remote import Remote
from renders.providers.replicate import Replicate
from renders.providers.stability import Stability
from renders.providers.storyboard import Storyboard

PROVIDERS: Registry[Any] = Registry("provider")
for _made in (Storyboard(), ComfyUI(), Automatic1111(), Replicate(), BlackForestLabs(), OpenAI(), Gemini(), Stability(), Fal(), Rembg(), RemoveBg(), PhotoRoom(), Lanczos()):
    PROVIDERS.add(_made.code, _made)


def anything(code: str) -> Any:
    """Whatever has this code, or Invalid naming those that exist."""
    found = PROVIDERS.get(code)
    if found is None:
        raise Invalid(f"There is no provider “{code}”. Known: {', '.join(PROVIDERS)}.", findings=[Finding("/provider_code", "unknown provider")])
    return found


def provider(code: str) -> Provider:
    """A provider of whole pictures; Invalid for those that only cut out or enlarge."""
    found: Provider = anything(code)
    if not {"generate", "edit"} & found.does:
        raise Invalid(f"{found.label} draws no pictures. Those that do: {', '.join(p.code for p in PROVIDERS.all() if {'generate', 'edit'} & p.does)}.", findings=[Finding("/provider_code", "draws nothing")])
    return found


def remote(code: str) -> Remote | None:
    """The connector, or None for what works on this machine."""
    found = anything(code)
    return found if isinstance(found, Remote) else None
