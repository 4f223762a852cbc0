"""What nobody foresaw is answered in the shape of the contract that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from text_serving import CHAT, COMPLETION, EMBEDDING, chat, completion, serving

from reference_server.text.builtin import BuiltinEngine

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from reference_server.text.engine import Embedding, Message, Options, Piece


class BrokenEngine(BuiltinEngine):
    async def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        raise ZeroDivisionError("unforeseen")
        yield

    async def embed(self, text: str) -> Embedding:
        raise ZeroDivisionError("unforeseen")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (COMPLETION, completion("hi")),
        (COMPLETION, completion("hi", stream=True)),
        (EMBEDDING, {"modelUri": "emb://0/general", "text": "x"}),
        (CHAT, chat("hi")),
        (CHAT, chat("hi", stream=True)),
    ],
)
def test_it_is_a_500_of_the_contract(path: str, body: dict[str, object]) -> None:
    with serving(BrokenEngine()) as server:
        answer = server.http.post(path, json=body)
    assert answer.status_code == 500
    if path == CHAT:
        assert answer.json()["error"]["type"] == "server_error"
        assert "unforeseen" in answer.json()["error"]["message"]
    else:
        assert answer.json()["code"] == 13
        assert "unforeseen" in answer.json()["message"]
