"""openai, litellm and evolution-openai against /v1, the last with its token exchange."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from client_package import client_package
from text_serving import MODEL, Served, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

# Otherwise its import asks the internet for prices.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

openai = client_package("openai")
litellm = client_package("litellm")
evolution_openai = client_package("evolution_openai")

KEY = "k-1"
ASKED = [{"role": "user", "content": "Say: one two three"}]


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(api_key=KEY, iam_key_id="id-1", iam_secret="secret-1") as served:
        yield served


def openai_client(server: Served, key: str = KEY) -> Any:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0)


@pytest.fixture
def evolution(server: Served, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Builds a client whose IAM is the server too; no setting of its own points it there."""
    from evolution_openai.token_manager import EvolutionTokenManager

    address = f"{server.url}/api/v1/auth/token"
    monkeypatch.setattr(EvolutionTokenManager.__init__, "__defaults__", (address, 30))

    def build(secret: str = "secret-1") -> Any:
        return evolution_openai.EvolutionOpenAI(
            key_id="id-1", secret=secret, base_url=f"{server.url}/v1"
        )

    return build


def test_openai_completion(server: Served) -> None:
    client = openai_client(server)
    assert [model.id for model in client.models.list()] == [MODEL]
    answer = client.chat.completions.create(model=MODEL, messages=ASKED, max_tokens=2)
    assert answer.choices[0].message.content == "one two"
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 2


def test_openai_streaming(server: Served) -> None:
    stream = openai_client(server).chat.completions.create(
        model=MODEL, messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = stream
    parts = [chunk.choices[0].delta.content for chunk in chunks]
    assert parts == ["", "one", " two", " three", None]
    assert last.usage.completion_tokens == 4


def test_openai_embedding(server: Served) -> None:
    answer = openai_client(server).embeddings.create(model=MODEL, input=["one", "two"])
    assert [len(one.embedding) for one in answer.data] == [256, 256]


def test_openai_names_each_refusal(server: Served) -> None:
    client = openai_client(server)
    create = client.chat.completions.create
    with pytest.raises(openai.NotFoundError) as missing:
        create(model="none", messages=ASKED)
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as wrong:
        create(model=MODEL, messages=ASKED, temperature=3)
    assert wrong.value.param == "temperature"
    with pytest.raises(openai.AuthenticationError):
        openai_client(server, "other").models.list()


def test_litellm(server: Served) -> None:
    there: dict[str, Any] = {
        "model": f"openai/{MODEL}", "api_base": f"{server.url}/v1", "api_key": KEY,
        "num_retries": 0,
    }  # fmt: skip
    whole = litellm.completion(messages=ASKED, **there)
    assert whole.choices[0].message.content == "one two three"
    assert whole.usage.completion_tokens == 4
    parts = [
        chunk.choices[0].delta.content or ""
        for chunk in litellm.completion(messages=ASKED, stream=True, **there)
    ]
    assert "".join(parts) == "one two three"
    embedded = litellm.embedding(input=["one"], **there)
    assert len(embedded.data[0]["embedding"]) == 256
    with pytest.raises(litellm.AuthenticationError):
        litellm.completion(messages=ASKED, **{**there, "api_key": "other"})


def test_evolution_openai_exchanges_its_keys_for_a_token(evolution: Any) -> None:
    client = evolution()
    assert [model.id for model in client.models.list()] == [MODEL]
    create = client.chat.completions.create
    assert create(model=MODEL, messages=ASKED).choices[0].message.content == "one two three"
    chunks = create(model=MODEL, messages=ASKED, stream=True)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "one two three"


def test_evolution_openai_asks_the_question_of_the_connection_test(evolution: Any) -> None:
    answer = evolution().chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Вы очень полезный ассистент."},
            {"role": "user", "content": "Что такое искусственный интеллект?"},
        ],
        max_tokens=5000,
        temperature=0.5,
    )
    assert answer.choices[0].finish_reason == "stop"
    assert len(answer.choices[0].message.content) > 100


def test_evolution_openai_says_that_its_keys_are_wrong(evolution: Any) -> None:
    from evolution_openai.exceptions import EvolutionAuthError

    with pytest.raises(EvolutionAuthError, match="401"):
        evolution("wrong").models.list()
