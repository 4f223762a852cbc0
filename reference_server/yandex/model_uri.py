"""Model URIs: `scheme://folder/model[/version]`, and which of them name a served model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reference_server.text.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Collection

GENERATION, EMBEDDING, CLASSIFICATION = "gpt", "emb", "cls"

# What the hosted service serves under each scheme, and `general`, as a Hybrid installation does.
SERVED: dict[str, frozenset[str]] = {
    GENERATION: frozenset({"general", "yandexgpt", "yandexgpt-lite", "yandexgpt-32k"}),
    EMBEDDING: frozenset({"general", "text-search-doc", "text-search-query"}),
    CLASSIFICATION: frozenset({"general", "yandexgpt", "yandexgpt-lite"}),
}
# Whatever the scheme calls it, a tuned classifier knows its own labels.
TUNED_CLASSIFIER = "sentiment"
_VERSIONS = frozenset({"", "latest", "rc", "deprecated"})
_MODEL_URI = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<folder>[\w.-]+)/(?P<model>[\w.-]+)(?:/(?P<version>[\w.-]+))?",
    re.ASCII,
)


def model_of(uri: str, scheme: str, also_served: Collection[str] = ()) -> str:
    """The model's name; raises InvalidArgument unless `uri` names one that `scheme` serves."""
    parts = _MODEL_URI.fullmatch(uri)
    if not uri or not parts:
        raise InvalidArgument(
            f"invalid model_uri {uri[:200]!r}: expected {scheme}://<folder>/<model>[/<version>]"
        )
    if parts["scheme"] != scheme:
        raise InvalidArgument(
            f"invalid model_uri {uri[:200]!r}: this method takes {scheme}:// models"
        )
    if parts["model"] not in SERVED[scheme] and parts["model"] not in also_served:
        raise InvalidArgument(f"invalid model_uri {uri[:200]!r}: unknown model")
    if (parts["version"] or "") not in _VERSIONS:
        raise InvalidArgument(f"invalid model_uri {uri[:200]!r}: unknown version of the model")
    return parts["model"]
