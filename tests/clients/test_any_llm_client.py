"""any-llm-client over REST: the Yandex contract, which it sends maxTokens as a number, and /v1."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from client_package import client_package
from text_serving import CHAT, COMPLETION, MODEL, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

any_llm_client = client_package("any_llm_client")


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(api_key="0") as served:
        yield served


@pytest.fixture(params=["yandex", "openai"])
def config(server: Served, request: pytest.FixtureRequest) -> Any:
    if request.param == "yandex":
        return any_llm_client.YandexGPTConfig(
            url=f"{server.url}{COMPLETION}",
            auth_header="Bearer 0",
            folder_id="0",
            model_name="general",
        )
    return any_llm_client.OpenAIConfig(url=f"{server.url}{CHAT}", auth_token="0", model_name=MODEL)


def test_completion(config: Any) -> None:
    async def ask() -> str:
        async with any_llm_client.get_client(config) as client:
            return str((await client.request_llm_message("Say: one two three")).content)

    assert asyncio.run(ask()) == "one two three"


def test_streaming(config: Any) -> None:
    async def ask() -> list[str]:
        async with (
            any_llm_client.get_client(config) as client,
            client.stream_llm_message_chunks("Say: one two three") as chunks,
        ):
            return [chunk.content async for chunk in chunks]

    parts = asyncio.run(ask())
    assert "".join(parts) == "one two three"
    assert len(parts) >= 3
