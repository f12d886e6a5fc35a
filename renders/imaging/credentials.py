"""Content Credentials (C2PA): a signed statement of what a picture is, put into our own finished files where an installation has a certificate.

Signing needs the package c2pa-python (requirements-signing.txt). Nothing may be changed in a file once it is signed, so this comes last.
Standard: https://spec.c2pa.org, claim generator and actions as in version 2.
"""

import io
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from renders.imaging.png import DIGITAL_SOURCE


@dataclass(frozen=True)
class Key:
    """Paths of the certificate chain and the private key, both PEM; the algorithm; a time-stamping service or ''."""

    certificate: str
    private_key: str
    algorithm: str = "es256"
    timestamps: str = ""


class CannotSign(RuntimeError):
    """The package is not there, or certificate and key do not fit."""


@lru_cache(maxsize=2)
def _signer(key: Key) -> Any:
    try:
        import c2pa  # optional and large: only installations that sign load it
    except ImportError:
        raise CannotSign("Signing needs c2pa-python: pip install --require-hashes -r requirements-signing.txt") from None
    try:
        return c2pa.Signer.from_info(c2pa.C2paSignerInfo(key.algorithm.encode(), Path(key.certificate).read_bytes(), Path(key.private_key).read_bytes(), key.timestamps.encode() or None))
    except (OSError, c2pa.C2paError) as error:
        raise CannotSign(f"The signing certificate or its key cannot be used: {error}") from None


def manifest(*, title: str, version: str, source_type: str, lineage: dict[str, Any]) -> dict[str, Any]:
    """What is signed: made by IAT, of which digital source type (IPTC), and our ids."""
    created = {"action": "c2pa.created", "digitalSourceType": DIGITAL_SOURCE + source_type, "softwareAgent": {"name": "IAT", "version": version}}
    return {"claim_generator_info": [{"name": "IAT", "version": version}], "title": title, "format": "image/png",
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}, {"label": "org.iat.lineage", "data": lineage}]}


def sign(png: bytes, key: Key, told: dict[str, Any]) -> bytes:
    """The same PNG with a signed manifest. Raises CannotSign."""
    signer = _signer(key)
    import c2pa

    out = io.BytesIO()
    try:
        with c2pa.Builder(orjson.dumps(told).decode()) as builder:
            builder.sign(signer, "image/png", io.BytesIO(png), out)
    except c2pa.C2paError as error:
        raise CannotSign(f"The picture cannot be signed: {error}") from None
    return out.getvalue()
