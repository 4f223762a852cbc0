"""What the probes of the connection check saw, as data: the input of the diagnosis."""

from __future__ import annotations

from typing import Literal

import msgspec

from conformance.exchange import Failure  # noqa: TC001 - the models read their annotations

FORMAT_VERSION = 1

IamState = Literal["not_used", "exchanged", "refused", "failed"]
KeyKind = Literal["none", "api_key", "iam"]


class SeenModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every type here: immutable, and strict when it is read back."""


class Probe(SeenModel, frozen=True, kw_only=True):
    """One request and what became of it: a status, or the way in which there was no answer.

    `with_key` says whether credentials were sent. `body` is the beginning of the answer's body.
    """

    method: str
    path: str
    with_key: bool
    status: int | None = None
    failure: Failure | None = None
    detail: str = ""
    media_type: str = ""
    location: str = ""
    body: str = ""
    elapsed_s: float


class Credentials(SeenModel, frozen=True, kw_only=True):
    """What was there to authorise with; `missing` names the variables that are not set.

    `error` is what the IAM service said, or why it said nothing.
    """

    kind: KeyKind = "none"
    missing: tuple[str, ...] = ()
    iam: IamState = "not_used"
    iam_url: str = ""
    expires_in_s: float | None = None
    error: str = ""


class ChatAnswer(SeenModel, frozen=True, kw_only=True):
    """The one chat completion: its text and cost, or what came instead of it."""

    model: str
    ok: bool
    text: str = ""
    finish_reason: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    elapsed_s: float
    problem: str = ""
    status: int | None = None


class Seen(SeenModel, frozen=True, kw_only=True):
    """Everything that was seen of one address.

    `root` is the address without /v1, under which the paths were probed; `elsewhere` is another
    root under which a contract was found, or empty. `contracts` are those that were recognised,
    at `root` or else `elsewhere`.
    """

    url: str
    root: str
    v1_given: bool
    probes: tuple[Probe, ...]
    credentials: Credentials
    contracts: tuple[str, ...] = ()
    elsewhere: str = ""
    models: tuple[str, ...] = ()
    chat: ChatAnswer | None = None
