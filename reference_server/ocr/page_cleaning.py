"""A page made easy for tesseract: straightened, and without the rules of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SKEW_DEGREES = 10.0
COARSE_STEP_DEGREES = 1.0
FINE_STEP_DEGREES = 0.1
LEAST_SKEW_DEGREES = 0.3
PROFILE_SIDE = 600
"""The skew is sought on a copy of at most this size, in pixels."""
RULE_LENGTH = 45
"""A straight dark run of so many pixels is a rule, not a letter's stroke."""


def clean(image: Image) -> tuple[Image, float]:
    """The cleaned page of the same size, and the angle in degrees by which it was turned."""
    from PIL.Image import Resampling

    grey = image.convert("L")
    angle = skew(grey)
    if angle:
        grey = grey.rotate(angle, Resampling.BICUBIC, fillcolor=255)
    return _without_rules(grey), angle


def skew(grey: Image) -> float:
    """The turn, in degrees counter-clockwise, that makes the page's lines level; 0 if they are.

    It is the one under which rows of pixels differ most: either full of text or free of it.
    """
    small = grey.copy()
    small.thumbnail((PROFILE_SIDE, PROFILE_SIDE))
    best = _best(small, 0.0, MAX_SKEW_DEGREES, COARSE_STEP_DEGREES)
    best = _best(small, best, COARSE_STEP_DEGREES, FINE_STEP_DEGREES)
    return best if abs(best) >= LEAST_SKEW_DEGREES else 0.0


def _best(grey: Image, centre: float, reach: float, step: float) -> float:
    steps = round(reach / step)
    angles = [centre + number * step for number in range(-steps, steps + 1)]
    # Of equals, as on a blank page, the least turn.
    return max(angles, key=lambda angle: (_contrast(grey, angle), -abs(angle)))


def _contrast(grey: Image, angle: float) -> float:
    import numpy as np
    from PIL.Image import Resampling

    turned = grey.rotate(angle, Resampling.BILINEAR, fillcolor=255)
    rows = (255.0 - np.asarray(turned, dtype=np.float32)).sum(axis=1)
    return float(np.square(np.diff(rows)).sum())


def _without_rules(grey: Image) -> Image:
    import cv2
    import numpy as np
    from PIL.Image import fromarray

    pixels = np.array(grey)
    _, ink = cv2.threshold(pixels, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    for width, height in ((RULE_LENGTH, 1), (1, RULE_LENGTH)):
        pixels[_rules(ink, width, height) > 0] = 255
    return fromarray(pixels)


def _rules(ink: Any, width: int, height: int) -> Any:
    import cv2

    run = cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))
    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, run)
    # A little wider, to take a rule's soft edges along.
    return cv2.dilate(rules, cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3)))
