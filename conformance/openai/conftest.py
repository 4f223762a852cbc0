"""What the checks of this contract share."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from conformance.openai.service import ChatService

if TYPE_CHECKING:
    from conformance.openai.recognition import OpenaiRecognition
    from conformance.plugin.run import Run


@pytest.fixture(scope="session")
def chat(run: Run) -> ChatService:
    """The chat service under test."""
    recognition = next(one for one in run.recognitions if one.contract == "openai")
    return ChatService(run.target, run.options, cast("OpenaiRecognition", recognition))
