"""Mutants of refusals: bad fields that are taken, statuses and shapes of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.text.builtin import MAX_INPUT_TOKENS
from tests.mutants.exchange import Reply
from tests.mutants.mutant import answers
from tests.mutants.openai.wire import edits_refusals, edits_requests

if TYPE_CHECKING:
    from tests.mutants.exchange import Exchange
    from tests.mutants.openai.wire import Json

CHAT = "POST /v1/chat/completions"


@edits_refusals(kills=("OAI-ERR-1",))
def an_error_is_a_detail(reply: Reply) -> None:
    """An error is under `detail`."""
    reply.json = {"detail": reply.json["error"]["message"]}


@edits_refusals(kills=("OAI-ERR-2",))
def an_error_is_sent_as_text(reply: Reply) -> None:
    """An error is sent as text/plain."""
    reply.headers["content-type"] = "text/plain"


@edits_refusals(kills=("OAI-ERR-3",))
def an_error_says_nothing(reply: Reply) -> None:
    """`message` of an error is empty."""
    reply.json["error"]["message"] = ""


@edits_refusals(kills=("OAI-ERR-4",))
def an_error_has_no_type(reply: Reply) -> None:
    """`type` of an error is missing."""
    del reply.json["error"]["type"]


@edits_refusals(kills=("OAI-ERR-5",))
def an_error_has_a_path_in_param(reply: Reply) -> None:
    """`param` of an error is a list."""
    reply.json["error"]["param"] = ["body", "messages"]


@edits_refusals(kills=("OAI-ERR-6",))
def an_error_has_an_object_in_code(reply: Reply) -> None:
    """`code` of an error is an object."""
    reply.json["error"]["code"] = {"status": reply.status}


@answers(CHAT, kills=("OAI-ERR-7",))
async def no_json_is_unprocessable(exchange: Exchange) -> Reply:
    """A body that is not JSON gets 422."""
    reply = await exchange.reply()
    try:
        _ = exchange.json
    except ValueError:
        reply.status = 422
    return reply


def _mended(requirement: str, name: str, wrong: Any, mended: Any, defect: str) -> None:
    """A mutant that takes one bad field for a good one."""

    def edit(body: Json) -> None:
        if wrong(body):
            body[name] = mended

    edit.__name__ = f"takes_{requirement.replace('-', '_').lower()}"
    edit.__doc__ = defect
    edits_requests(kills=(requirement,))(edit)


_HELLO = [{"role": "user", "content": "hello"}]
_mended("OAI-ERR-8", "messages", lambda body: "messages" not in body, _HELLO,
        "A request without `messages` is answered.")  # fmt: skip
_mended("OAI-ERR-9", "model", lambda body: "model" not in body, "model-run-local-among",
        "A request without `model` is answered by the model that there is.")  # fmt: skip
_mended("OAI-ERR-10", "messages", lambda body: body.get("messages") == [], _HELLO,
        "Empty `messages` are answered.")  # fmt: skip
_mended("OAI-ERR-11", "messages", lambda body: isinstance(body.get("messages"), str), _HELLO,
        "`messages` may be a text.")  # fmt: skip
_mended("OAI-ERR-12", "messages", lambda body: _first(body).get("role") == "robot", _HELLO,
        "Any role is taken for the user.")  # fmt: skip
_mended("OAI-ERR-13", "messages", lambda body: _first(body).keys() == {"content"}, _HELLO,
        "A message without a role is taken for the user's.")  # fmt: skip
_mended("OAI-ERR-14", "messages", lambda body: _first(body).get("content") == 17, _HELLO,
        "A number is taken for a text.")  # fmt: skip
_mended("OAI-ERR-15", "temperature", lambda body: body.get("temperature") == -1, 0,
        "A `temperature` below 0 is taken for 0.")  # fmt: skip
_mended("OAI-ERR-17", "top_p", lambda body: body.get("top_p") == 1.5, 1,
        "A `top_p` above 1 is taken for 1.")  # fmt: skip
_mended("OAI-ERR-18", "max_tokens", lambda body: body.get("max_tokens") == 0, 16,
        "A `max_tokens` of 0 is taken for none.")  # fmt: skip
_mended("OAI-ERR-19", "max_tokens", lambda body: body.get("max_tokens") == "many", 16,
        "A `max_tokens` that is a word is passed over.")  # fmt: skip
_mended("OAI-ERR-20", "n", lambda body: body.get("n") == 0, 1,
        "An `n` of 0 is taken for 1.")  # fmt: skip
_mended("OAI-ERR-21", "stream", lambda body: body.get("stream") == "perhaps", False,  # noqa: FBT003 - a value
        "A `stream` that is a word is taken for false.")  # fmt: skip
_mended("OAI-ERR-22", "stop", lambda body: body.get("stop") == 17, [],
        "A `stop` that is a number is passed over.")  # fmt: skip


def _first(body: Json) -> Json:
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else {}
    return first if isinstance(first, dict) else {}


@edits_requests(kills=("OAI-ERR-16",), outcome="warns")
def any_heat_will_do(body: Json) -> None:
    """A `temperature` above 2 is taken for 2."""
    if body.get("temperature") == 2.5:
        body["temperature"] = 2


@edits_requests(kills=("OAI-ERR-23",))
def any_model_will_do(body: Json) -> None:
    """An unknown model is answered by the one that there is."""
    body["model"] = "model-run-local-among"


@edits_refusals(kills=("OAI-ERR-24",), outcome="warns")
def the_unknown_model_is_not_named(reply: Reply) -> None:
    """The error about an unknown model does not name it."""
    reply.json["error"]["message"] = "There is no such model."


@edits_requests(kills=("OAI-ERR-25",))
def too_long_is_unprocessable(body: Json) -> None:
    """Messages too long are refused as if their model were unknown."""
    if len(str(body["messages"])) > 20_000:
        body["model"] = "none"


@edits_requests(kills=("OAI-ERR-25",), arguments=("--context-length", str(MAX_INPUT_TOKENS)))
def what_does_not_fit_is_cut(body: Json) -> None:
    """The end of a message that is too long is cut off, and the rest answered."""
    for message in body["messages"]:
        message["content"] = str(message["content"])[:MAX_INPUT_TOKENS]


@answers("GET /v1/models", kills=("OAI-ERR-26",))
async def a_limit_without_a_time(exchange: Exchange) -> Reply:
    """The first request gets 429 without `Retry-After`."""
    if not _ASKED:
        _ASKED.append(1)
        fields = {"message": "slow down", "type": "rate_limit_error", "param": None, "code": None}
        return Reply(429, body={"error": fields})
    return await exchange.reply()


_ASKED: list[int] = []


@answers(CHAT, kills=("OAI-ERR-27",), check="test_bad_fields")
async def a_wrong_type_is_a_fault(exchange: Exchange) -> Reply:
    """A `max_tokens` that is a word ends in a 500."""
    reply = await exchange.reply()
    reply.status = 500 if b'"many"' in exchange.body else reply.status
    return reply


@answers(CHAT, kills=("OAI-ERR-27",), check="test_hostile_input")
async def deep_nesting_is_a_fault(exchange: Exchange) -> Reply:
    """A body nested too deeply ends in a 500."""
    reply = await exchange.reply()
    reply.status = 500 if exchange.body.startswith(b"[[") else reply.status
    return reply


@answers("GET /v1/no-such-path", kills=("OAI-ERR-28",), outcome="warns", whole=True)
async def a_fault_is_a_page(exchange: Exchange) -> Reply:
    """An unknown path gets 500 with an HTML page."""
    reply = Reply(500)
    reply.text("<html>Internal Server Error</html>", "text/html")
    return reply


@answers("GET /v1/no-such-path", kills=("OAI-ERR-29",), outcome="warns")
async def an_unknown_path_is_forbidden(exchange: Exchange) -> Reply:
    """An unknown path gets 403."""
    return Reply(403, body={"message": "forbidden"})


@answers("GET /v1/chat/completions", kills=("OAI-ERR-30",), outcome="warns")
async def another_method_is_not_found(exchange: Exchange) -> Reply:
    """GET of the chat path gets 404."""
    return Reply(404, body={"message": "not found"})


@answers(CHAT, kills=("OAI-ERR-31",))
async def a_bad_request_is_fatal(exchange: Exchange) -> Reply:
    """After a body that is no object the server answers nothing but 503."""
    if _BROKEN or exchange.body.startswith(b"[["):
        _BROKEN.append(1)
        return Reply(503, body={"error": "dead"})
    return await exchange.reply()


_BROKEN: list[int] = []
