"""The Yandex catalogue says all that the contract says, and of both transports the same."""

from __future__ import annotations

import pytest

import schemas

LITERALS = [
    *("`modelUri`", "`completionOptions`", "`stream`", "`temperature`", "`maxTokens`"),
    *("`assistant`", "`modelVersion`", "`inputTextTokens`", "`completionTokens`", "`totalTokens`"),
    *("`ALTERNATIVE_STATUS_PARTIAL`", "`ALTERNATIVE_STATUS_TRUNCATED_FINAL`"),
    *("`ALTERNATIVE_STATUS_FINAL`", "`result`", "`embedding`", "`numTokens`"),
    *("`predictions`", "`confidence`", "`labels`", "`samples`", "20 labels", "port 8080"),
    *("HTTP/1.0", "snake_case", "lowerCamelCase", "int64", "Trailing garbage", "256"),
    *("`invalid model_uri`", "100000", "`httpCode`", "`httpStatus`", "`x-request-id`"),
    *("`x-server-trace-id`", "`x-client-request-id`", "Bearer", "Api-Key"),
    *("TextGenerationService/Completion`", "EmbeddingsService/TextEmbedding`"),
    "text_classification.TextClassificationService/FewShotClassify`",
    *("tokenizeCompletion", "completionAsync", "textClassification", "0.3"),
]


@pytest.mark.parametrize("literal", LITERALS)
def test_every_literal_of_the_contract_has_a_row(literal: str) -> None:
    rows = schemas.load_contract("yandex").requirements
    assert [row.id for row in rows if literal in row.text]


def test_what_both_transports_share_is_said_alike_of_both() -> None:
    contract = schemas.load_contract("yandex")
    rows = {row.id: row for row in contract.requirements}
    twins = [row for row in contract.requirements if row.text.startswith("Over gRPC, ")]
    assert len(twins) > 100
    for twin in twins:
        rest = rows[twin.id.replace("YC-G", "YC-", 1)]
        assert twin.text.removeprefix("Over gRPC, ").lower() == rest.text.lower()
        assert twin.text_ru.removeprefix("По gRPC: ").lower() == rest.text_ru.lower()
        assert (twin.level, twin.editions) == (rest.level, rest.editions)
        assert twin.excluded == rest.excluded


def test_texts_where_numbers_belong_are_a_failure_on_the_hosted_service_only() -> None:
    contract = schemas.load_contract("yandex")
    strict = [row for row in contract.requirements if "JSON number" in row.text]
    levels = {
        (row.editions, row.level, "texts" in row.text or "text." in row.text) for row in strict
    }
    assert (("hosted",), "MUST", False) in levels
    assert (("hybrid",), "SHOULD", False) in levels
    assert (("hybrid",), "MUST", True) in levels
    assert (("hybrid",), "MUST", False) not in levels


def test_what_the_document_does_not_name_stands_in_groups_of_its_own() -> None:
    titles = {group.id: group.title for group in schemas.load_contract("yandex").groups}
    ext = {name for name, title in titles.items() if "(ext)" in title}
    assert ext == {"TOKENIZE", "ASYNC", "TUNED", "GTOKENIZE", "GASYNC", "GTUNED"}
