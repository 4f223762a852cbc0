"""Headless Chromium with one page open, driven by its debugging protocol."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)
_PATIENCE_S = 60


class Page:
    """An open page."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.violations: list[str] = []

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; reports of a violated policy are kept."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            said = json.loads(self._socket.recv(timeout=_PATIENCE_S))
            if said.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.violations.append(json.dumps(said["params"]))
            if said.get("id") == self._number:
                result: dict[str, Any] = said["result"]
                return result

    def run(self, script: str) -> Any:
        """Return the value of an expression."""
        result = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")


@contextlib.contextmanager
def opened(file: Path, profile: Path, width: int = 1000) -> Iterator[Page]:
    """Open a local file in a browser of its own."""
    command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={profile}", f"--window-size={width},900"]
    with subprocess.Popen([*command, "about:blank"], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = next(one for one in process.stderr if "DevTools listening on" in one)
            address = line.split(" on ")[1].strip()
            with connect(address, max_size=None) as browser:
                browser.send(json.dumps({"id": 0, "method": "Target.getTargets"}))
                targets = json.loads(browser.recv(timeout=_PATIENCE_S))["result"]["targetInfos"]
            target = next(one["targetId"] for one in targets if one["type"] == "page")
            root = address.partition("/devtools/")[0]
            with connect(f"{root}/devtools/page/{target}", max_size=None) as socket:
                page = Page(socket)
                for domain in ("Log", "Page", "Runtime"):
                    page.send(f"{domain}.enable")
                page.send("Page.navigate", url=file.as_uri())
                page.send(
                    "Runtime.evaluate",
                    expression="new Promise(r => document.readyState === 'complete' && "
                    "location.protocol === 'file:' ? r() : addEventListener('load', r))",
                    awaitPromise=True,
                )
                yield page
        finally:
            process.terminate()
