"""Forms of POST /ocr drawn from the contract's schema: valid combinations, and classes of bad ones.

What is drawn is small and can be read; `FormWriter` turns it into a request.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from conformance.exchange import Part, Request
from schemas import load_contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

    from schemas.ocr_service.pages import DrawnPage

Format = Literal["PNG", "JPEG"]
Encoding = Literal["multipart", "urlencoded"]
FIELDS = ("image_base64", "image_url", "file")
"""The images of a form in the order in which they count."""
INPUT_TYPES = {"image_base64": "base64", "image_url": "url", "file": "multipart"}


@dataclass(frozen=True, slots=True)
class ValidForm:
    """Which images a form holds, how they are written, and the flag."""

    images: tuple[str, ...]
    image_format: Format
    data_prefix: str
    encoding: Encoding
    return_content: bool | None

    @property
    def input_type(self) -> str:
        """The `input_type` that the answer has to name."""
        return next(INPUT_TYPES[name] for name in FIELDS if name in self.images)


@dataclass(frozen=True, slots=True)
class InvalidForm:
    """A form that has to be refused: the requirement that says so, the field and its value."""

    requirement: str
    field: str
    value: str
    encoding: Encoding


def valid_forms(*, with_urls: bool) -> SearchStrategy[ValidForm]:
    """Every combination that the schema of the form allows; `with_urls` if a URL may be read."""
    from hypothesis import strategies as st

    def sendable(form: ValidForm) -> bool:
        return (form.encoding == "multipart" or "file" not in form.images) and (
            with_urls or form.input_type != "url"
        )

    prefixes = ("", "data:image/png;base64,", "data:image/jpeg;base64,", "data:;base64,")
    return st.builds(
        ValidForm,
        images=st.sets(st.sampled_from(FIELDS), min_size=1).map(lambda names: tuple(sorted(names))),
        image_format=st.sampled_from(("PNG", "JPEG")),
        data_prefix=st.sampled_from(prefixes),
        encoding=st.sampled_from(("multipart", "urlencoded")),
        return_content=st.sampled_from((None, False, True)),
    ).filter(sendable)


def invalid_forms() -> tuple[SearchStrategy[InvalidForm], ...]:
    """Forms the contract refuses by name, a kind for each refusal."""
    from hypothesis import strategies as st

    words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1)
    not_base64 = words.filter(lambda text: not _might_be_base64(text))
    no_image = st.binary(min_size=1, max_size=40).map(lambda data: base64.b64encode(data).decode())
    not_a_flag = words.filter(lambda text: text.lower() not in _FLAGS)
    encodings = st.sampled_from(("multipart", "urlencoded"))
    return (
        st.builds(
            InvalidForm, st.just("OCR-ERR-1"), st.just("return_content"),
            st.sampled_from(("true", "false")), encodings,
        ),
        st.builds(
            InvalidForm, st.just("OCR-ERR-4"), st.just("image_base64"), not_base64, encodings
        ),
        st.builds(
            InvalidForm, st.just("OCR-ERR-10"), st.just("image_base64"), no_image, encodings
        ),
        st.builds(InvalidForm, st.just("OCR-ERR-14"), st.just("file"), words, encodings),
        st.builds(
            InvalidForm, st.just("OCR-ERR-15"), st.just("return_content"), not_a_flag, encodings
        ),
    )  # fmt: skip


_FLAGS = frozenset({"true", "false", "1", "0", "on", "off", "t", "f", "y", "n", "yes", "no"})


def _might_be_base64(text: str) -> bool:
    """Whether the schema takes it, or a lenient decoder might: letters are all it needs."""
    schema = load_contract("ocr-service").validator("ocr_request")
    return schema.is_valid({"image_base64": text}) or all(
        one.isascii() and (one.isalnum() or one in "+/=-_") for one in text
    )


@dataclass(frozen=True)
class FormWriter:
    """Writes drawn forms about one page, which stands at `urls` in each format."""

    page: DrawnPage
    urls: Mapping[Format, str]

    def valid(self, form: ValidForm) -> Request:
        """The request of a valid form. Raises ValueError if the schema does not take it."""
        image = self.image(form.image_format)
        texts: dict[str, str] = {}
        if "image_base64" in form.images:
            texts["image_base64"] = form.data_prefix + base64.b64encode(image).decode()
        if "image_url" in form.images:
            texts["image_url"] = self.urls[form.image_format]
        if form.return_content is not None:
            texts["return_content"] = "true" if form.return_content else "false"
        as_json = dict(texts) | ({"file": "…"} if "file" in form.images else {})
        if form.return_content is not None:
            as_json["return_content"] = form.return_content  # type: ignore[assignment]  # a JSON value
        if not load_contract("ocr-service").validator("ocr_request").is_valid(as_json):
            raise ValueError(f"not a form of the contract: {form}")
        files: tuple[Part, ...] = ()
        if "file" in form.images:
            name = f"page.{form.image_format.lower()}"
            files = (Part("file", image, name, f"image/{form.image_format.lower()}"),)
        return _request(texts, files, form.encoding)

    def invalid(self, form: InvalidForm) -> Request:
        """The request of an invalid form; a bad flag comes with a good image."""
        texts = {form.field: form.value}
        if form.requirement == "OCR-ERR-15":
            texts["image_base64"] = base64.b64encode(self.page.image).decode()
        return _request(texts, (), form.encoding)

    def image(self, image_format: Format) -> bytes:
        """The page as an image of this format."""
        if image_format == "PNG":
            return self.page.image
        from PIL import Image

        buffer = io.BytesIO()
        Image.open(io.BytesIO(self.page.image)).save(buffer, "JPEG", quality=92)
        return buffer.getvalue()


def _request(texts: Mapping[str, str], files: tuple[Part, ...], encoding: Encoding) -> Request:
    if encoding == "urlencoded":
        return Request("POST", "/ocr", form=texts)
    parts = tuple(Part(name, value.encode()) for name, value in texts.items())
    return Request("POST", "/ocr", parts=parts + files)
