"""langchain-community's Yandex classes over TLS.

They trust only the file that an environment variable of gRPC names, which is read when the first
channel opens: each test therefore runs in a process of its own. Their asynchronous methods always
ask the hosted operation service for the answer, so they cannot be pointed at another server.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from client_package import client_package
from text_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

client_package("langchain_community")

TIMEOUT_S = 60


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Evaluates an expression in a process that trusts the server's certificate."""
    folder = tmp_path_factory.mktemp("tls")
    with serving(grpc_port=0, grpc_self_made_certificate=folder) as server:
        trusting = {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(folder / "certificate.pem")}

        def evaluate(expression: str) -> Any:
            program = (
                "from langchain_community.chat_models import ChatYandexGPT\n"
                "from langchain_community.embeddings.yandex import YandexGPTEmbeddings\n"
                "from langchain_community.llms import YandexGPT\n"
                "from langchain_core.messages import HumanMessage, SystemMessage\n"
                f"there = dict(url='localhost:{server.grpc_port}', api_key='0', folder_id='0')\n"
                f"print(repr({expression}))\n"
            )
            ran = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", program],
                env={**os.environ, **trusting}, capture_output=True, text=True,
                check=False, timeout=TIMEOUT_S,
            )  # fmt: skip
            assert ran.returncode == 0, ran.stderr[-2_000:]
            return ran.stdout.strip()

        yield evaluate


def test_completion_uses_every_message(run: Callable[[str], Any]) -> None:
    messages = "[SystemMessage('The code is QX-17.'), HumanMessage('What is the code?')]"
    assert run(f"ChatYandexGPT(**there).invoke({messages}).content") == "'QX-17'"


def test_streaming_ends_in_the_whole_text(run: Callable[[str], Any]) -> None:
    messages = "[HumanMessage('Say: one two three')]"
    got = run(f"''.join(part.content for part in ChatYandexGPT(**there).stream({messages}))")
    assert got == "'one two three'"


def test_the_plain_language_model_class(run: Callable[[str], Any]) -> None:
    assert run("YandexGPT(**there).invoke('Say: one two')") == "'one two'"


def test_embedding(run: Callable[[str], Any]) -> None:
    embeddings = "YandexGPTEmbeddings(**there, sleep_interval=0)"
    assert run(f"[len(v) for v in {embeddings}.embed_documents(['a', 'b'])]") == "[256, 256]"
    assert run(f"len({embeddings}.embed_query('a'))") == "256"
