"""Mutants of GET /health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.mutant import rewrites

if TYPE_CHECKING:
    from tests.mutants.exchange import Reply


@rewrites("GET /health", kills=("OCR-HEALTH-7",))
def health_storage_in_a_word_of_its_own(reply: Reply) -> None:
    """`s3_storage` says `off`."""
    reply.json["s3_storage"] = "off"
