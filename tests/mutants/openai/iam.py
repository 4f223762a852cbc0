"""Mutants of the exchange of keys for a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.authorization import TOKEN_PATH
from reference_server.openai_api.issued_tokens import IssuedTokens
from tests.mutants.exchange import Reply
from tests.mutants.mutant import answers, patches, rewrites
from tests.mutants.openai.stage import KEY_ID, SECRET

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange

TOKEN = f"POST {TOKEN_PATH}"


def _given(reply: Reply) -> bool:
    return reply.status == 200


@rewrites(TOKEN, kills=("OAI-IAM-1",))
def a_token_is_created(reply: Reply) -> None:
    """The token comes with status 201."""
    reply.status = 201 if _given(reply) else reply.status


@rewrites(TOKEN, kills=("OAI-IAM-2",))
def the_token_has_another_name(reply: Reply) -> None:
    """The token is under `token`."""
    if _given(reply):
        reply.json["token"] = reply.json.pop("access_token")


@rewrites(TOKEN, kills=("OAI-IAM-3",))
def the_token_is_of_another_type(reply: Reply) -> None:
    """`token_type` is `MAC`."""
    if _given(reply):
        reply.json["token_type"] = "MAC"


@rewrites(TOKEN, kills=("OAI-IAM-4",))
def the_lifetime_is_a_text(reply: Reply) -> None:
    """`expires_in` is the text `3600`."""
    if _given(reply):
        reply.json["expires_in"] = "3600"


@rewrites(TOKEN, kills=("OAI-IAM-5",), outcome="warns")
def the_lifetime_is_a_minute(reply: Reply) -> None:
    """`expires_in` is 60."""
    if _given(reply):
        reply.json["expires_in"] = 60


@rewrites(TOKEN, kills=("OAI-IAM-6",))
def the_id_token_is_empty(reply: Reply) -> None:
    """`id_token` is empty."""
    if _given(reply):
        reply.json["id_token"] = ""


@rewrites(TOKEN, kills=("OAI-IAM-7",))
def the_scope_is_a_list(reply: Reply) -> None:
    """`scope` is a list."""
    if _given(reply):
        reply.json["scope"] = ["openid"]


@rewrites(TOKEN, kills=("OAI-IAM-8",))
def the_policy_is_a_date(reply: Reply) -> None:
    """`not-before-policy` is a date."""
    if _given(reply):
        reply.json["not-before-policy"] = "2025-11-25"


def _accepting(wrong: Any) -> None:
    issue = IssuedTokens.issue

    def careless(self: IssuedTokens, key_id: str, secret: str) -> str | None:
        if wrong(key_id, secret):
            key_id, secret = KEY_ID, SECRET
        return issue(self, key_id, secret)

    IssuedTokens.issue = careless  # type: ignore[method-assign]


@patches(kills=("OAI-IAM-9",))
def a_longer_secret_does() -> None:
    """A secret is compared only as far as the true one goes."""
    _accepting(lambda key_id, secret: key_id == KEY_ID and secret.startswith(SECRET))


@patches(kills=("OAI-IAM-10",))
def any_key_id_does() -> None:
    """The key id is not looked at."""
    _accepting(lambda key_id, secret: secret == SECRET)


@rewrites(TOKEN, kills=("OAI-IAM-11",), outcome="warns")
def the_refusal_is_a_code(reply: Reply) -> None:
    """`error` of a refusal is 401."""
    if reply.status == 401:
        reply.json["error"] = 401


@rewrites(TOKEN, kills=("OAI-IAM-12",), outcome="warns")
def the_refusal_is_not_described(reply: Reply) -> None:
    """A refusal has no `error_description`."""
    if reply.status == 401:
        del reply.json["error_description"]


@answers(TOKEN, kills=("OAI-IAM-13",))
async def a_missing_key_is_a_fault(exchange: Exchange) -> Reply:
    """A request without a secret ends in a 500."""
    if "secret" not in exchange.json:
        return Reply(500, body={"error": "internal"})
    return await exchange.reply()


@patches(kills=("OAI-IAM-14",))
def a_token_takes_time_to_work() -> None:
    """A token is refused the first time that it is used."""
    accepts, seen = IssuedTokens.accepts, set[str]()

    def late(self: IssuedTokens, token: str) -> bool:
        known = token in seen
        seen.add(token)
        return known and accepts(self, token)

    IssuedTokens.accepts = late  # type: ignore[method-assign]


@patches(kills=("OAI-IAM-15",), settings={"iam_token_ttl": 1})
def a_token_never_expires() -> None:
    """A token is good for ever."""
    issued: set[str] = set()
    issue = IssuedTokens.issue

    def remembered(self: IssuedTokens, key_id: str, secret: str) -> str | None:
        token = issue(self, key_id, secret)
        issued.add(token or "")
        return token

    IssuedTokens.issue = remembered  # type: ignore[method-assign]
    IssuedTokens.accepts = lambda self, token: token in issued  # type: ignore[method-assign]


@answers(TOKEN, kills=("OAI-IAM-16",))
async def the_secret_comes_back(exchange: Exchange) -> Reply:
    """A refusal repeats the secret that was sent."""
    reply = await exchange.reply()
    if reply.status >= 400 and isinstance(exchange.json, dict):
        reply.json["error_description"] = f"wrong keys: {exchange.json}"
    return reply
