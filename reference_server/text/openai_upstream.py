"""The openai engine: any server that speaks the OpenAI API, such as vLLM or llama.cpp."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import msgspec

from reference_server.text import tokens
from reference_server.text.classification import classify
from reference_server.text.engine import Embedding, End, Piece, TextEngineUnavailable
from reference_server.text.errors import Code, TextError
from reference_server.text.upstream_errors import broken_off, error_in_stream, failed, refused

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from reference_server.settings import Settings
    from reference_server.text.engine import (
        Classification,
        ClassificationTask,
        Message,
        Options,
        TextEngine,
        Token,
    )

CONNECT_TIMEOUT_S = 5.0
_NO_TOKENS = "the model's server does not give its tokens"
_DATA, _DONE = "data:", "[DONE]"
_ENDS = {"length": End.LENGTH, "content_filter": End.CONTENT_FILTER}

Json = dict[str, Any]


def build(settings: Settings) -> TextEngine:
    lacking = missing(settings)
    if lacking or settings.upstream_url is None:
        raise TextEngineUnavailable("; ".join(lacking))
    key = settings.upstream_api_key
    return OpenAIUpstream(
        settings.upstream_url,
        model=settings.upstream_model,
        embedding_model=settings.upstream_embedding_model,
        api_key=key.get_secret_value() if key else None,
        timeout_s=settings.upstream_timeout,
    )


def missing(settings: Settings) -> list[str]:
    if settings.upstream_url is None:
        return ["--upstream-url: the openai engine needs the base URL of a server to ask"]
    return []


def base_url(given: str) -> str:
    """The URL with `/v1` at its end if it has no path of its own."""
    given = given.rstrip("/")
    return given if urlsplit(given).path else f"{given}/v1"


class OpenAIUpstream:
    """Asks another server, and hands on what it says as it says it."""

    def __init__(
        self,
        url: str,
        *,
        model: str | None = None,
        embedding_model: str | None = None,
        api_key: str | None = None,
        timeout_s: float = 60.0,
    ) -> None:
        self._model = model
        self._embedding_model = embedding_model
        self.version = model or "upstream"
        self._client = httpx.AsyncClient(
            base_url=base_url(url),
            headers={"authorization": f"Bearer {api_key}"} if api_key else {},
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_TIMEOUT_S, timeout_s)),
            # Requests in flight are the caller's business: a queue here would hide itself.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        )

    async def complete(
        self, messages: Sequence[Message], options: Options
    ) -> AsyncGenerator[Piece, None]:
        body = await self._body(messages, options)
        if options.stream:
            async with aclosing(self._streamed(body, options)) as pieces:
                async for piece in pieces:
                    yield piece
            return
        answer = await self._ask("/chat/completions", body)
        try:
            choice, usage = answer["choices"][0], answer["usage"]
            yield Piece(
                choice["message"]["content"] or "",
                usage["prompt_tokens"],
                usage["completion_tokens"],
                _ENDS.get(choice["finish_reason"], End.STOP),
            )
        except (KeyError, IndexError, TypeError) as error:
            raise _not_the_contract("chat completion", error) from None

    async def embed(self, text: str) -> Embedding:
        model = self._embedding_model or await self._chosen_model()
        body = {"model": model, "input": text, "encoding_format": "float"}
        answer = await self._ask("/embeddings", body)
        try:
            vector = tuple(map(float, answer["data"][0]["embedding"]))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise _not_the_contract("embedding", error) from None
        usage = answer.get("usage") or {}
        # Some servers do not count here; the built-in rule is then the best guess there is.
        return Embedding(vector, usage.get("prompt_tokens") or tokens.count(text))

    async def classify(self, task: ClassificationTask) -> Classification:
        return await classify(task, self.embed)

    async def tokenize(self, _text: str) -> tuple[Token, ...]:
        raise TextError(Code.UNIMPLEMENTED, _NO_TOKENS)

    async def tokenize_conversation(self, _messages: Sequence[Message]) -> tuple[Token, ...]:
        raise TextError(Code.UNIMPLEMENTED, _NO_TOKENS)

    async def close(self) -> None:
        await self._client.aclose()

    async def _streamed(self, body: Json, options: Options) -> AsyncGenerator[Piece, None]:
        """Pieces as they come. `completion_tokens` between them is the upstream's where it
        counts along, and the number of its chunks (one token each) where it does not.
        """
        prompt_tokens = chunks = completion_tokens = 0
        finish: str | None = None
        async with self._events(body) as events:
            async for event in events:
                usage = event.get("usage") or {}
                prompt_tokens = usage.get("prompt_tokens") or prompt_tokens
                completion_tokens = usage.get("completion_tokens") or completion_tokens
                text, finish = _read_choice(event, finish)
                if not text:
                    continue
                chunks += 1
                if not prompt_tokens and options.usage_while_streaming:
                    prompt_tokens = await self._count_prompt(body)
                so_far = completion_tokens or min(chunks, options.max_tokens or chunks)
                yield Piece(text, prompt_tokens, so_far)
        if finish is None:
            raise broken_off()
        if not prompt_tokens:
            prompt_tokens = await self._count_prompt(body)
        end = _ENDS.get(finish, End.STOP)
        yield Piece("", prompt_tokens, completion_tokens or chunks, end)

    @asynccontextmanager
    async def _events(self, body: Json) -> AsyncIterator[AsyncIterator[Json]]:
        with failed():
            async with self._client.stream("POST", "/chat/completions", json=body) as response:
                if not response.is_success:
                    await response.aread()
                    raise refused(response)
                yield _server_sent(response.aiter_lines())

    async def _count_prompt(self, body: Json) -> int:
        """Prompt tokens, by asking for one token more: the stream itself does not say."""
        asked = {**body, "stream": False, "max_tokens": 1}
        asked.pop("stream_options", None)
        answer = await self._ask("/chat/completions", asked)
        try:
            return int(answer["usage"]["prompt_tokens"])
        except (KeyError, TypeError, ValueError) as error:
            raise _not_the_contract("chat completion", error) from None

    async def _body(self, messages: Sequence[Message], options: Options) -> Json:
        body: Json = {
            "model": await self._chosen_model(),
            "messages": [{"role": one.role, "content": one.text} for one in messages],
            "temperature": options.temperature,
            "max_tokens": options.max_tokens,
            "top_p": options.top_p,
            "stop": list(options.stop) or None,
            "seed": options.seed,
        }
        if options.stream:
            # The second is vLLM's own: usage with every chunk, and not just with the last.
            counting = {"continuous_usage_stats": True} if options.usage_while_streaming else {}
            body |= {"stream": True, "stream_options": {"include_usage": True, **counting}}
        return {name: value for name, value in body.items() if value is not None}

    async def _chosen_model(self) -> str:
        if self._model is None:
            answer = await self._ask("/models")
            try:
                self._model = str(answer["data"][0]["id"])
            except (KeyError, IndexError, TypeError) as error:
                raise _not_the_contract("model list", error) from None
        return self._model

    async def _ask(self, path: str, body: Json | None = None) -> Json:
        with failed():
            method = "GET" if body is None else "POST"
            response = await self._client.request(method, path, json=body)
        if not response.is_success:
            raise refused(response)
        answer = _decoded(response.content)
        if not isinstance(answer, dict):
            raise _not_the_contract("answer", TypeError("not an object"))
        return answer


async def _server_sent(lines: AsyncIterator[str]) -> AsyncIterator[Json]:
    """The JSON objects of an event stream, up to `[DONE]` or its end."""
    async for line in lines:
        if not line.startswith(_DATA):
            continue
        data = line.removeprefix(_DATA).strip()
        if data == _DONE:
            return
        event = _decoded(data.encode())
        if not isinstance(event, dict):
            raise _not_the_contract("event", TypeError("not an object"))
        if event.get("error"):
            raise error_in_stream(event["error"])
        yield event


def _read_choice(event: Json, finish: str | None) -> tuple[str, str | None]:
    """The text of a chunk, and the finish reason so far."""
    choices = event.get("choices")
    if not choices:
        return "", finish
    try:
        choice = choices[0]
        text = (choice.get("delta") or {}).get("content") or ""
        return text, choice.get("finish_reason") or finish
    except (KeyError, AttributeError) as error:
        raise _not_the_contract("chunk", error) from None


def _decoded(content: bytes) -> object:
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_the_contract("JSON", error) from None


def _not_the_contract(what: str, error: Exception) -> TextError:
    return TextError(
        Code.INTERNAL, f"the upstream's {what} is not as its contract says: {error!r}"[:300]
    )
