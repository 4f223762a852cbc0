"""From bytes to upright RGB pages, with every limit checked before a pixel is decoded."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
PAGED_FORMATS = frozenset({"TIFF"})
"""Formats whose frames are pages; the frames of the others are an animation."""

WHITE_8_BIT = 255.0
WHITE_16_BIT = 65535.0

# What Pillow's decoders raise on damaged data, found by mutating files of every format.
DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    AttributeError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


class InvalidImage(ValueError):
    """The bytes are no image that can be read; the text says why."""


def check_image(data: bytes, *, max_pixels: int) -> None:
    """Look at the header alone; raises InvalidImage for what is no image, or too many pixels."""
    if not data:
        raise InvalidImage("the image is empty")
    with _opened(data) as image:
        _check_pixels(image.size, max_pixels)


def count_pages(data: bytes, *, max_pages: int) -> int:
    """How many pages there are; raises InvalidImage if more than `max_pages`."""
    with _opened(data) as image:
        number = 1
        while image.format in PAGED_FORMATS and _next_frame(image, number):
            if number == max_pages:
                raise InvalidImage(f"more than {max_pages} pages")
            number += 1
        return number


def decode_pages(data: bytes, *, max_pixels: int) -> Iterator[Image.Image]:
    """The pages in order, upright and RGB, transparency on white; decoded one at a time.

    `max_pixels` counts all pages together. Raises InvalidImage.
    """
    with _opened(data) as image:
        pixels = 0
        number = 0
        while True:
            pixels += image.width * image.height
            _check_pixels(image.size, max_pixels, so_far=pixels)
            yield _page(image)
            number += 1
            if image.format not in PAGED_FORMATS or not _next_frame(image, number):
                return


def _opened(data: bytes) -> ImageFile.ImageFile | Image.Image:
    try:
        return Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise InvalidImage("cannot identify image file") from None
    except DAMAGED as error:
        raise InvalidImage(_reason(error)) from None


def _next_frame(image: Image.Image, number: int) -> bool:
    try:
        image.seek(number)
    except EOFError:
        return False
    except DAMAGED as error:
        raise InvalidImage(_reason(error)) from None
    return True


def _check_pixels(size: tuple[int, int], max_pixels: int, so_far: int | None = None) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise InvalidImage(f"{width} x {height} pixels")
    total = width * height if so_far is None else so_far
    if total > max_pixels:
        raise InvalidImage(f"{width} x {height} pixels; at most {max_pixels} pixels are read")


def _page(image: Image.Image) -> Image.Image:
    try:
        image.load()
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
        return _as_rgb(ImageOps.exif_transpose(image) if turned else image)
    except DAMAGED as error:
        raise InvalidImage(_reason(error)) from None


def _as_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        return _from_deep_grey(image).convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    if image.mode != "RGB":
        return image.convert("RGB")
    # A copy only where the file object goes on to its next frame.
    return image.copy() if image.format in PAGED_FORMATS else image


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float grey scaled to 8 bits; Pillow's own conversion would clip."""
    import numpy as np

    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16") or (low >= 0 and WHITE_8_BIT < high <= WHITE_16_BIT):
        low, high = 0.0, WHITE_16_BIT
    elif low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= WHITE_8_BIT:
        low, high = 0.0, WHITE_8_BIT
    scaled = (values - low) * (WHITE_8_BIT / max(high - low, 1e-12))
    return Image.fromarray(scaled.clip(0, WHITE_8_BIT).astype(np.uint8), "L")


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
