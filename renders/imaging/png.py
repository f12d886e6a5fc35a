"""Writing our own pictures: fast PNG, and provenance spliced in as text chunks. Originals of others are never touched."""

import io
import struct
import zlib
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
Z_RLE = 3
DIGITAL_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


def encode(pixels: np.ndarray | Image.Image) -> bytes:
    """PNG at zlib level 1 with run-length strategy: a sixth of the time of level 6 at about the same size."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1, compress_type=Z_RLE)
    return out.getvalue()


def encode_stage(pixels: np.ndarray, *, packet: str = "") -> bytes:
    """Lossless WebP for intermediate stages, with an XMP packet: half the time of PNG again."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", lossless=True, quality=0, method=0, xmp=packet.encode())
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def splice(png: bytes, texts: dict[str, str]) -> bytes:
    """The same PNG with iTXt chunks behind its header; pixels are not touched. Raises ValueError for anything but a PNG."""
    if not png.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    head = 8 + 8 + 13 + 4
    chunks = b"".join(_chunk(b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + value.encode()) for key, value in texts.items())
    return png[:head] + chunks + png[head:]


def xmp(*, source_type: str, description: str, tool: str) -> str:
    """A small XMP packet with the IPTC digital source type."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmp:CreatorTool="{escape(tool)}" Iptc4xmpExt:DigitalSourceType="{DIGITAL_SOURCE}{source_type}">'
        f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(description)}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>')


def read_texts(png: bytes) -> dict[str, str]:
    """The text chunks of a PNG."""
    image = Image.open(io.BytesIO(png))
    image.load()
    return {k: str(v) for k, v in getattr(image, "text", {}).items()}
