"""Mutants of the authorization in front of /v1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import authorization
from reference_server.authorization import AcceptedKeys, Authorization
from tests.mutants.mutant import answers, patches, rewrites
from tests.mutants.stage import API_KEY

if TYPE_CHECKING:
    from typing import Any

    from tests.mutants.exchange import Exchange, Reply


def _lets_through(path: str, *, without_key: bool) -> None:
    may_pass = Authorization._may_pass

    def careless(self: Authorization, scope: Any) -> bool:
        given = any(name == b"authorization" for name, _ in scope["headers"])
        return may_pass(self, scope) or (scope["path"] == path and given != without_key)

    Authorization._may_pass = careless  # type: ignore[method-assign]


@patches(kills=("OAI-AUTH-1",))
def models_are_open() -> None:
    """/v1/models answers whoever sends no key."""
    _lets_through("/v1/models", without_key=True)


@patches(kills=("OAI-AUTH-2",))
def chat_is_open() -> None:
    """/v1/chat/completions answers whoever sends no key."""
    _lets_through("/v1/chat/completions", without_key=True)


@patches(kills=("OAI-AUTH-3",))
def any_scheme_does() -> None:
    """A header that names no known scheme is taken for one that holds the key."""
    accepts = AcceptedKeys.accepts

    def careless(self: AcceptedKeys, value: bytes) -> bool:
        return accepts(self, value) or value.startswith(b"Token ")

    AcceptedKeys.accepts = careless  # type: ignore[method-assign]


@patches(kills=("OAI-AUTH-4",))
def the_beginning_of_a_key_does() -> None:
    """A key is compared only as far as the one that was sent goes."""
    accepts = AcceptedKeys.accepts

    def careless(self: AcceptedKeys, value: bytes) -> bool:
        key = value.partition(b" ")[2]
        return accepts(self, value) or (len(key) > 4 and API_KEY.encode().startswith(key))

    AcceptedKeys.accepts = careless  # type: ignore[method-assign]


@answers("GET /v1/models", kills=("OAI-AUTH-5",))
async def the_right_key_is_forbidden(exchange: Exchange) -> Reply:
    """A request with the right key gets 403 every second time."""
    reply = await exchange.reply()
    if reply.status == 200 and next(_TURNS) % 2:
        reply.status = 403
    return reply


_TURNS = iter(range(10**9))


@rewrites("* /v1/*", kills=("OAI-AUTH-6",))
def the_key_comes_back(reply: Reply) -> None:
    """Every answer repeats the key in a header."""
    reply.headers["x-debug"] = f"key={API_KEY}"


@patches(kills=("OAI-AUTH-7",))
def the_refusal_is_of_another_shape() -> None:
    """A 401 says `detail`."""
    authorization.refusal = lambda path: {"detail": "Not authenticated"}
