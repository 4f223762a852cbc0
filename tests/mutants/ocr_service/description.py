"""Mutants of GET / and of the documentation pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.mutant import rewrites

if TYPE_CHECKING:
    from tests.mutants.exchange import Reply


@rewrites("GET /", kills=("OCR-ROOT-1",))
def root_redirects(reply: Reply) -> None:
    """Redirects to /docs."""
    reply.status = 307
    reply.headers["location"] = "/docs"


@rewrites("GET /", kills=("OCR-ROOT-2",))
def root_as_html(reply: Reply) -> None:
    """Is sent as text/html."""
    reply.headers["content-type"] = "text/html"


@rewrites("GET /", kills=("OCR-ROOT-2",), edition="1.0")
def root_in_an_array(reply: Reply) -> None:
    """The object is wrapped in an array."""
    reply.json = [reply.json]


@rewrites("GET /", kills=("OCR-ROOT-3",))
def root_of_another_service(reply: Reply) -> None:
    """`service` is another name."""
    reply.json["service"] = "OCR Service"


@rewrites("GET /", kills=("OCR-ROOT-4",))
def root_version_of_the_image(reply: Reply) -> None:
    """`version` is the version of the image."""
    reply.json["version"] = "1.3.6"


@rewrites("GET /", kills=("OCR-ROOT-5",))
def root_description_empty(reply: Reply) -> None:
    """`description` is empty."""
    reply.json["description"] = ""


@rewrites("GET /", kills=("OCR-ROOT-6",))
def root_without_usage(reply: Reply) -> None:
    """`usage` is missing."""
    del reply.json["usage"]


@rewrites("GET /", kills=("OCR-ROOT-7",))
def root_docs_described_first(reply: Reply) -> None:
    """`endpoints.docs` begins with its description."""
    reply.json["endpoints"]["docs"] = "Swagger UI at /docs"


@rewrites("GET /", kills=("OCR-ROOT-8",))
def root_without_redoc(reply: Reply) -> None:
    """`endpoints.redoc` is missing."""
    del reply.json["endpoints"]["redoc"]


@rewrites("GET /", kills=("OCR-ROOT-9",))
def root_openapi_in_yaml(reply: Reply) -> None:
    """`endpoints.openapi` names another path."""
    reply.json["endpoints"]["openapi"] = "/openapi.yaml"


@rewrites("GET /", kills=("OCR-ROOT-10",))
def root_health_elsewhere(reply: Reply) -> None:
    """`endpoints.health` names another path."""
    reply.json["endpoints"]["health"] = "/status"


@rewrites("GET /", kills=("OCR-ROOT-11",))
def root_ocr_as_object(reply: Reply) -> None:
    """`endpoints.ocr` is an object."""
    reply.json["endpoints"]["ocr"] = {"path": "/ocr", "method": "POST"}


@rewrites("GET /", kills=("OCR-ROOT-12",), outcome="warns")
def root_tells_more(reply: Reply) -> None:
    """Names an endpoint that the contract does not know."""
    reply.json["endpoints"]["metrics"] = "/metrics"


@rewrites("GET /docs", kills=("OCR-DOCS-1",))
def docs_switched_off(reply: Reply) -> None:
    """/docs answers 404."""
    reply.status = 404


@rewrites("GET /docs", kills=("OCR-DOCS-2",))
def docs_as_text(reply: Reply) -> None:
    """/docs is sent as text/plain."""
    reply.headers["content-type"] = "text/plain"


@rewrites("GET /redoc", kills=("OCR-DOCS-3",))
def redoc_switched_off(reply: Reply) -> None:
    """/redoc answers 404."""
    reply.status = 404


@rewrites("GET /redoc", kills=("OCR-DOCS-4",))
def redoc_as_json(reply: Reply) -> None:
    """/redoc is sent as application/json."""
    reply.headers["content-type"] = "application/json"


@rewrites("GET /openapi.json", kills=("OCR-DOCS-5",))
def openapi_fails(reply: Reply) -> None:
    """/openapi.json answers 500."""
    reply.status = 500


@rewrites("GET /openapi.json", kills=("OCR-DOCS-6",))
def openapi_of_version_2(reply: Reply) -> None:
    """/openapi.json is a Swagger 2.0 document."""
    reply.json["swagger"] = "2.0"
    del reply.json["openapi"]


@rewrites("GET /openapi.json", kills=("OCR-DOCS-7",))
def openapi_hides_ocr(reply: Reply) -> None:
    """/openapi.json does not list POST /ocr."""
    del reply.json["paths"]["/ocr"]


@rewrites("GET /openapi.json", kills=("OCR-DOCS-8",))
def openapi_hides_health(reply: Reply) -> None:
    """/openapi.json does not list GET /health."""
    del reply.json["paths"]["/health"]


@rewrites("GET /openapi.json", kills=("OCR-DOCS-9",))
def openapi_lists_another_method(reply: Reply) -> None:
    """/openapi.json lists HEAD / in place of GET /."""
    root = reply.json["paths"]["/"]
    root["head"] = root.pop("get")
