"""A service of a few lines, run by tests as a process: `tiny_service.py PORT [key=value…]`.

Keys: silent (seconds before it listens), starting (seconds of 503 on /health after that), still
(seconds for which the first page keeps everything else waiting), lazy (1: the engine is ready after the first page),
broken_pages (1: /ocr answers 500), exit (code to leave with at once), stubborn (1: ignores
SIGTERM), grandchild (file that gets the pid of a child that outlives it), key (Bearer key asked).
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

PORT = int(sys.argv[1])
SETTINGS = dict(word.split("=", 1) for word in sys.argv[2:])
BEGAN = time.monotonic()


def number(name: str) -> float:
    return float(SETTINGS.get(name, "0"))


class Handler(BaseHTTPRequestHandler):
    pages = 0

    def do_GET(self) -> None:
        age = time.monotonic() - BEGAN - number("silent")
        if age < number("starting"):
            self.answer(503, {"status": "starting"})
            return
        if "key" in SETTINGS and self.headers.get("Authorization") != f"Bearer {SETTINGS['key']}":
            self.answer(401, {"message": "Missing authorization in request"})
            return
        engine = "not_initialized" if number("lazy") and not Handler.pages else "ready"
        self.answer(200, {"status": "healthy", "paddleocr": engine})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if not Handler.pages:
            time.sleep(number("still"))
        Handler.pages += 1
        self.answer(500 if number("broken_pages") else 200, {"detail": "token=plantedsecretvalue"})

    def answer(self, status: int, body: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


def main() -> None:
    if "exit" in SETTINGS:
        sys.stdout.write("cannot start: password=plantedsecretvalue\n")
        sys.exit(int(SETTINGS["exit"]))
    if number("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "grandchild" in SETTINGS:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path(SETTINGS["grandchild"]).write_text(str(child.pid))
    time.sleep(number("silent"))
    HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()


if __name__ == "__main__":
    main()
