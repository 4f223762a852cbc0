"""Real clients are met with the bundled server, started as the server's own tests start it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "reference_server"))
