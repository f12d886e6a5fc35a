"""Thumbnails: three WebP sizes out of one decode."""

import io

from PIL import Image, ImageOps

SIZES = (256, 512, 1024)


def make(image: Image.Image) -> dict[int, bytes]:
    """WebP bytes by longest side, transparency kept, never larger than the picture itself."""
    upright = ImageOps.exif_transpose(image)
    upright = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
    out, source = {}, upright
    for size in sorted(SIZES, reverse=True):
        small = source.copy()
        small.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
        buffer = io.BytesIO()
        small.save(buffer, "WEBP", quality=80, method=0)
        out[size], source = buffer.getvalue(), small
    return out


def from_bytes(data: bytes, *, max_side: int = 2400) -> dict[int, bytes]:
    """The same from an encoded file; JPEG is decoded at reduced size where that is enough."""
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (max_side, max_side))
    return make(image)
