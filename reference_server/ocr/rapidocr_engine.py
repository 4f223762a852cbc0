"""The default engine: rapidocr's PP-OCR models on onnxruntime; Latin and Chinese, no Cyrillic."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from reference_server.ocr.engine import EngineUnavailable, Page
from reference_server.ocr.reading_order import Line, group_lines
from reference_server.settings import default_workers

if TYPE_CHECKING:
    from PIL.Image import Image

    from reference_server.settings import Settings

REMEDY = "pip install 'inference-gate[server]'"
# rapidocr shrinks to 2000 pixels first; a side that is then under a few pixels makes it fail.
MIN_SIDE = 64
MAX_ASPECT = 20
# Type of 16 px is read better when it is doubled; a page of this size needs no enlargement.
ENOUGH_SIDE = 960
MAX_ENLARGEMENT = 2.0


class RapidOcrEngine:
    """One onnxruntime session set; `read` is for one thread at a time."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._read: Any = None

    def load(self) -> None:
        try:
            from rapidocr import RapidOCR
        except ImportError as error:
            raise EngineUnavailable(f"rapidocr cannot be imported ({error}); {REMEDY}") from error
        engine = RapidOCR(
            params={
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                # The default scales a narrow strip up until its short side has 736 pixels.
                "Det.limit_type": "max",
                "Det.limit_side_len": 2000,
            }
        )
        engine(_as_bgr(_blank()))
        self._read = engine

    def read(self, image: Image) -> Page:
        scale = _enlargement(image)
        result = self._read(_as_bgr(_padded(_scaled(image, scale))))
        lines: list[Line] = []
        if result.boxes is not None and result.txts:
            for corners, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
                points = [(float(x) / scale, float(y) / scale) for x, y in corners]
                lines.append(Line(text=text, corners=points, score=float(score)))
        return Page(image.width, image.height, group_lines(lines, image.width, image.height))


def _blank() -> Image:
    from PIL import Image

    return Image.new("RGB", (MIN_SIDE, MIN_SIDE), "white")


def _enlargement(image: Image) -> float:
    return max(1.0, min(MAX_ENLARGEMENT, ENOUGH_SIDE / max(image.size)))


def _scaled(image: Image, scale: float) -> Image:
    from PIL.Image import Resampling

    if scale == 1.0:
        return image
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Resampling.BICUBIC)


def _padded(image: Image) -> Image:
    """The image on a white ground large enough for the detector; pixels keep their places."""
    from PIL import Image

    width, height = image.size
    least = max(MIN_SIDE, max(width, height) // MAX_ASPECT)
    if width >= least and height >= least:
        return image
    ground = Image.new("RGB", (max(width, least), max(height, least)), "white")
    ground.paste(image, (0, 0))
    return ground


def _as_bgr(image: Image) -> Any:
    import numpy as np

    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def build(settings: Settings) -> RapidOcrEngine:
    """One engine of as many threads as its share of the cores."""
    return RapidOcrEngine(threads=max(1, default_workers() // settings.workers))


def missing(settings: Settings) -> list[str]:
    del settings
    packages = ("rapidocr", "onnxruntime", "cv2")
    return [f"package {name}: {REMEDY}" for name in packages if find_spec(name) is None]
