"""A completion server that costs as little as Python can: what the load benchmarks send to.

python benchmarks/load_server.py      prints its port; GET /count says how many POSTs came
"""

from __future__ import annotations

import asyncio
import json
import re

import uvloop

CODE = re.compile(rb"nothing else: (\w+)")
PLACE = b"CODECODE"
ANSWER = json.dumps(
    {
        "result": {
            "alternatives": [
                {
                    "message": {"role": "assistant", "text": PLACE.decode()},
                    "status": "ALTERNATIVE_STATUS_FINAL",
                }
            ],
            "usage": {"inputTextTokens": "26", "completionTokens": "3", "totalTokens": "29"},
            "modelVersion": "07.03.2024",
        }
    }
).encode()


class Connection(asyncio.Protocol):
    """One kept-alive connection; a request is a head and Content-Length bytes."""

    posts = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.pending = b""

    def data_received(self, data: bytes) -> None:
        self.pending += data
        while (end := self.pending.find(b"\r\n\r\n")) >= 0:
            head = self.pending[:end].lower()
            mark = head.find(b"content-length:")
            length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
            if len(self.pending) < end + 4 + length:
                return
            body, self.pending = (
                self.pending[end + 4 : end + 4 + length],
                self.pending[end + 4 + length :],
            )
            self.answer(head, body)

    def answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"get"):
            content = str(Connection.posts).encode()
        else:
            Connection.posts += 1
            found = CODE.search(body)
            content = ANSWER.replace(PLACE, found[1] if found else PLACE)
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(content), content)
        )


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
