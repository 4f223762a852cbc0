"""POST /v1/embeddings: one vector for each input."""

from __future__ import annotations

import struct
from base64 import b64encode
from typing import TYPE_CHECKING, Any

from reference_server.openai_api.errors import Refusal

if TYPE_CHECKING:
    from reference_server.openai_api.requests import EmbeddingsRequest
    from reference_server.text.engine import TextEngine


async def embeddings_answer(engine: TextEngine, request: EmbeddingsRequest) -> dict[str, Any]:
    """The vectors in the order of the inputs; raises TextError or Refusal."""
    found = [await engine.embed(text) for text in request.inputs]
    length = len(found[0].vector)
    if request.dimensions not in {None, length}:
        raise Refusal(f"dimensions must be {length} for this model", param="dimensions")
    tokens = sum(one.tokens for one in found)
    data = [
        {
            "object": "embedding",
            "index": index,
            "embedding": _packed(one.vector) if request.base64 else one.vector,
        }
        for index, one in enumerate(found)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": request.model, "usage": usage}


def _packed(vector: tuple[float, ...]) -> str:
    """Little-endian 32-bit floats in base64, as SDKs ask for by default."""
    return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")
