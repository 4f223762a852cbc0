"""What POST /ocr takes, what it prefers, and how it refuses the rest."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

NO_IMAGE = "No image provided. Use one of: image_base64, image_url, or file"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def read(client: httpx.Client, data: bytes) -> str:
    """The text of an upload, by the answer of edition 1.3."""
    answer = client.post("/ocr", files={"file": ("a", data)}, data={"return_content": "true"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["markdown_text"])


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,", "data:;base64,", " \n"])
def test_base64_with_and_without_prefix(serve, image_of: Callable[..., bytes], prefix: str) -> None:
    answer = serve().post("/ocr", data={"image_base64": prefix + b64(image_of())})
    assert answer.status_code == 200
    assert answer.json()["input_type"] == "base64"


def test_base64_may_be_broken_into_lines(serve, image_of) -> None:
    lines = base64.encodebytes(image_of(90, 70, "BMP")).decode()
    assert lines.count("\n") > 50
    assert serve().post("/ocr", data={"image_base64": lines}).status_code == 200


def test_a_large_base64_field_of_a_multipart_form_is_taken(serve, image_of) -> None:
    large = image_of(900, 900, "BMP")  # beyond the one megabyte that form parsers stop at
    answer = serve().post("/ocr", data={"image_base64": b64(large)}, files={"x": b""})
    assert answer.status_code == 200, answer.text


def test_base64_counts_before_url_and_url_before_file(serve, engine, image_of) -> None:
    client = serve()
    upload = {"file": ("a.png", image_of(50, 50))}
    answer = client.post(
        "/ocr", data={"image_base64": b64(image_of(10, 10)), "image_url": "x:"}, files=upload
    )
    assert answer.json()["input_type"] == "base64"
    assert engine.sizes == [(10, 10)]
    answer = client.post("/ocr", data={"image_url": "x:"}, files=upload)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Failed to download image: ")


@pytest.mark.parametrize(
    "request_of",
    [
        lambda client: client.post("/ocr"),
        lambda client: client.post("/ocr", json={"image_base64": "aGVsbG8="}),
        lambda client: client.post("/ocr", data={"image_base64": ""}),
        lambda client: client.post("/ocr", data={"other": "1"}),
        lambda client: client.post("/ocr", files={"file": ("", b"")}),
    ],
    ids=["empty", "json", "blank", "other field", "file field left alone"],
)
def test_no_image_is_a_400_that_names_the_fields(serve, request_of) -> None:
    answer = request_of(serve())
    assert (answer.status_code, answer.json()) == (400, {"detail": NO_IMAGE})


@pytest.mark.parametrize("text", ["%%%", "abc", "====", "Zm9v!", "ключ", "data:image/png;base64,"])
def test_what_is_not_base64_is_a_400(serve, text: str) -> None:
    answer = serve().post("/ocr", data={"image_base64": text})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("Invalid base64 image: ")


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"data": {"file": "text"}}, "file"),
        ({"files": {"image_base64": ("a.png", b"x")}}, "image_base64"),
        ({"data": {"return_content": "maybe", "image_url": "x:"}}, "return_content"),
    ],
)
def test_a_field_of_the_wrong_kind_is_a_422(serve, parts, field: str) -> None:
    answer = serve().post("/ocr", **parts)
    assert answer.status_code == 422
    (problem,) = answer.json()["detail"]
    assert problem["loc"] == ["body", field]
    assert problem.keys() >= {"type", "loc", "msg", "input"}


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size and carries no pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    declared = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", declared) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    )


def test_damaged_images_are_a_400_and_the_next_good_one_is_read(serve, image_of) -> None:
    client = serve()
    good = image_of(300, 200, "JPEG")
    damaged = {
        "empty": b"",
        "text": b"hello",
        "cut": good[: len(good) // 2],
        "cut TIFF": image_of(300, 200, "TIFF")[:2000],
        "cut PNG": image_of(300, 200, "PNG")[:60],
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "no pixels": png_header(5, 5),
        "bomb": png_header(60_000, 60_000),
    }
    for name, data in damaged.items():
        answer = client.post("/ocr", files={"file": ("a.png", data)})
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["detail"].startswith("Invalid image format: "), name
    assert client.post("/ocr", files={"file": ("a.jpg", good)}).status_code == 200


def test_pixels_are_limited_before_they_are_decoded(serve, engine) -> None:
    answer = serve(max_pixels=1000).post("/ocr", files={"file": ("a.png", png_header(40, 26))})
    assert answer.json() == {
        "detail": "Invalid image format: 40 x 26 pixels; at most 1000 pixels are read"
    }
    assert engine.sizes == []


def test_too_many_bytes_are_a_413_by_every_way(serve, image_of) -> None:
    client = serve(max_upload_bytes=10_000)
    data = image_of(100, 100, "BMP")
    assert len(data) > 10_000
    for form in (
        {"files": {"file": ("a.bmp", data)}},
        {"data": {"image_base64": b64(data)}},
        {"files": {"file": ("a.bmp", data * 20)}},  # refused by its declared length
        {
            "content": iter([b"image_base64=" + b"A" * 200_000]),
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
    ):
        answer = client.post("/ocr", **form)
        assert answer.status_code == 413
        assert answer.json()["detail"] == "Image is too large: at most 10000 bytes are accepted"


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "I;16", {}),
        ("PNG", "1", {}),
        ("WEBP", "RGB", {}),
        ("TIFF", "F", {}),
        ("TIFF", "RGB", {"compression": "tiff_lzw"}),
        ("BMP", "RGB", {}),
        ("GIF", "P", {}),
    ],
)
def test_every_documented_format_is_read(serve, image_of, kind, mode, options) -> None:
    data = image_of(31, 17, kind, mode=mode, **options)
    assert read(serve(release="1.3.6"), data) == "31 by 17"


def test_a_photograph_is_turned_upright(serve, image_of) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    assert read(serve(release="1.3.6"), image_of(40, 20, "JPEG", exif=turned)) == "20 by 40"


def test_an_animation_is_one_page_and_a_paged_tiff_several(serve) -> None:
    client = serve(release="1.3.6", max_pages=3)
    frames = [Image.new("RGB", (20 + n, 10), (n * 60, 0, 0)) for n in range(4)]

    def paged(kind: str, count: int) -> bytes:
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:count])
        return buffer.getvalue()

    assert read(client, paged("GIF", 3)) == "20 by 10"
    assert read(client, paged("TIFF", 3)) == "20 by 10\n\n21 by 10\n\n22 by 10"
    answer = client.post("/ocr", files={"file": ("a.tif", paged("TIFF", 4))})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "Invalid image format: more than 3 pages"


def test_json_data_of_several_pages_is_an_array(serve) -> None:
    buffer = io.BytesIO()
    frame = Image.new("RGB", (20, 10))
    frame.save(buffer, "TIFF", save_all=True, append_images=[frame])
    form = {"files": {"file": ("a.tif", buffer.getvalue())}, "data": {"return_content": "1"}}
    pages = serve(release="1.3.6").post("/ocr", **form).json()["json_data"]
    assert [(page["page_index"], page["page_count"]) for page in pages] == [(0, 2), (1, 2)]
