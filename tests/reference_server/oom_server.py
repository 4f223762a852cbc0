"""A server process whose engine has memory for 100 pixels a page; what it does beyond is chosen.

python oom_server.py FOLDER raises|dies
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from reference_server.app import create_app
from reference_server.ocr.engine import OutOfMemory, Page
from reference_server.running import serve_in_thread
from reference_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

LIFETIME_S = 120


class SmallMemory:
    """Reads pages of at most 100 pixels."""

    at_once = 2

    def __init__(self, *, dies: bool) -> None:
        self.dies = dies

    def load(self) -> None:
        """Be ready at once."""

    def read_batch(self, images: Sequence[Image]) -> list[Page]:
        if any(image.width * image.height > 100 for image in images):
            if self.dies:
                os._exit(137)
            raise OutOfMemory("out of memory with 1 page(s) at once")
        return [Page(image.width, image.height, ()) for image in images]


if __name__ == "__main__":
    folder, on_shortage = sys.argv[1:]
    engine = SmallMemory(dies=on_shortage == "dies")
    with serve_in_thread(create_app(Settings(state_dir=Path(folder)), ocr_engine=engine)) as url:
        print(url, flush=True)  # noqa: T201  # the one line that the test reads
        time.sleep(LIFETIME_S)
