"""The OpenAI-compatible part of the bundled server over its built-in text engine, with IAM."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from reference_server.app import create_app
from reference_server.authorization import TOKEN_PATH
from reference_server.running import serve_in_thread
from reference_server.settings import Settings
from reference_server.text.engine import TEXT_ENGINES
from tests.mutants.stage import API_KEY, planted, planted_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.mutants.mutant import Mutant

KEY_ID, SECRET = "mutants-key-id-8Kd", "mutants-secret-3Xw-longer-than-the-id"
KEY_ID_VARIABLE, SECRET_VARIABLE = "MUTANTS_IAM_KEY_ID", "MUTANTS_IAM_SECRET"


class NoEngine:
    """An OCR engine that is never asked."""


@contextmanager
def playing(
    mutant: Mutant | None,
    edition: str | None,
    folder: Path,
    *,
    guarded: bool = True,
    path: str = "",
    **settings: Any,
) -> Iterator[list[str]]:
    """Serve the contract, guarded by a key and by IAM tokens; `path` ends the address given."""
    logging.disable(logging.CRITICAL)
    os.environ |= {KEY_ID_VARIABLE: KEY_ID, SECRET_VARIABLE: SECRET}
    chosen = Settings(
        **{
            "state_dir": folder / "state",
            "workers": 1,
            "start_scale": 0,
            **({"api_key": API_KEY, "iam_key_id": KEY_ID, "iam_secret": SECRET} if guarded else {}),
            **settings,
        }
    )
    text_engine = planted_engine(TEXT_ENGINES["builtin"].build(chosen), mutant)
    app = create_app(chosen, ocr_engine=NoEngine(), text_engine=text_engine)  # type: ignore[arg-type]  # never asked
    with serve_in_thread(planted(app, mutant), grace_s=1) as url:
        iam = [
            "--iam-url", url + TOKEN_PATH,
            "--iam-key-id-env", KEY_ID_VARIABLE, "--iam-secret-env", SECRET_VARIABLE,
        ]  # fmt: skip
        yield ["--base-url", url + path, *(iam if guarded else [])]
