"""The probes of the connection check: sent, and put down as data. Everything here is I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from conformance.base_address import V1, without_v1
from conformance.exchange import Answer, NoAnswer, Request, shorten
from conformance.target import Target, TargetLost
from gate.connection.contracts import (
    MODELS,
    PROBES,
    by_path,
    json_object,
    model_ids,
    recognised,
)
from gate.connection.credentials import Given, token_of
from gate.connection.seen import ChatAnswer, Probe, Seen

if TYPE_CHECKING:
    import ssl

    from conformance.redaction import Redactor

SYSTEM = "Вы очень полезный ассистент."
QUESTION = "Что такое искусственный интеллект?"
MAX_TOKENS = 5000
TEMPERATURE = 0.5
KNOWN_PREFIXES = ("/api", "/openai", "/inference")
_SHOWN = 300


class Connection:
    """One address under check; close it at the end."""

    def __init__(
        self,
        url: str,
        credentials: Given,
        *,
        timeout_s: float,
        chat_timeout_s: float,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        self._url, self._given, self._verify = url, credentials, verify
        self._timeout_s, self._chat_timeout_s = timeout_s, chat_timeout_s
        self._root = without_v1(url)
        self._key: str | None = None
        self._targets: list[Target] = []
        self._target = self._open(self._root)

    @property
    def redact(self) -> Redactor:
        """Replaces whatever must not be shown."""
        return self._target.redact

    def close(self) -> None:
        """Close every connection."""
        for target in self._targets:
            target.close()

    def look(self, model: str | None = None, *, with_chat: bool = True) -> Seen:
        """Probe without and with credentials, list models, ask for one completion."""
        bare = self._probe(self._target, with_key=False)
        probes, answers = self._probes(bare, with_key=False), by_path(bare)
        seen = Seen(
            url=self._target.public_url if self._url == self._root else _public(self._url),
            root=self._target.public_url,
            v1_given=self._url != self._root,
            probes=probes,
            credentials=token_of(Given(None, None, self._given.missing))[1],
        )
        if answers:
            self._key, credentials = token_of(self._given, self._verify)
            seen = replace_seen(seen, credentials=credentials)
        if self._key is not None:
            self._learn(self._key)
            keyed = self._probe(self._target, with_key=True)
            seen = replace_seen(seen, probes=probes + self._probes(keyed, with_key=True))
            answers = by_path(keyed)
        contracts = recognised(answers)
        if answers and not contracts:
            return self._look_elsewhere(seen)
        models = model_ids(answers[MODELS.path]) if MODELS.path in answers else ()
        seen = replace_seen(seen, contracts=contracts, models=models)
        asked = model or next(iter(models), None)
        if with_chat and asked and "openai" in contracts:
            seen = replace_seen(seen, chat=self._chat(asked))
        return seen

    def _look_elsewhere(self, seen: Seen) -> Seen:
        """Look for the contracts under other paths of the same host."""
        for root in other_roots(self._root):
            answers = by_path(self._probe(self._open(root), with_key=self._key is not None))
            if contracts := recognised(answers):
                models = model_ids(answers[MODELS.path]) if MODELS.path in answers else ()
                elsewhere = _public(root)
                return replace_seen(seen, contracts=contracts, models=models, elsewhere=elsewhere)
        return seen

    def _open(self, root: str) -> Target:
        target = Target(
            base_url=root,
            key=lambda: self._key,
            timeout_s=self._timeout_s,
            verify=self._verify,
            secrets=self._given.secrets,
        )
        self._targets.append(target)
        return target

    def _learn(self, key: str) -> None:
        for target in self._targets:
            target.redact.learn(key)

    def _probe(self, target: Target, *, with_key: bool) -> list[Answer | NoAnswer]:
        authorization = "key" if with_key else None
        requests = [replace(probe, authorization=authorization) for probe in PROBES]
        try:
            return target.together(requests)
        except TargetLost as lost:
            return [replace(lost.last, request=request) for request in requests]

    def _probes(self, got: list[Answer | NoAnswer], *, with_key: bool) -> tuple[Probe, ...]:
        return tuple(_put_down(one, with_key=with_key) for one in got)

    def _chat(self, model: str) -> ChatAnswer:
        request = Request(
            "POST",
            "/v1/chat/completions",
            json={
                "model": model,
                "messages": [
                    {"role": "system", "content": SYSTEM},
                    {"role": "user", "content": QUESTION},
                ],
                "max_tokens": MAX_TOKENS,
                "temperature": TEMPERATURE,
            },
            authorization="key" if self._key is not None else None,
            timeout_s=self._chat_timeout_s,
        )
        try:
            got = self._target.send(request)
        except TargetLost as lost:
            got = lost.last
        return chat_answer(model, got)


def other_roots(root: str) -> tuple[str, ...]:
    """Where else a service of the same host may be: nearer to the root, or under a known prefix."""
    parts = urlsplit(root)
    path = parts.path.rstrip("/").removesuffix(V1)
    steps = path.split("/")
    nearer = ["/".join(steps[:count]) for count in range(len(steps) - 1, 0, -1)]
    paths = [one for one in (*nearer, *KNOWN_PREFIXES) if one != parts.path.rstrip("/")]
    return tuple(urlunsplit(parts._replace(path=one)) for one in dict.fromkeys(paths))


def chat_answer(model: str, got: Answer | NoAnswer) -> ChatAnswer:
    """What the completion says, or what is wrong with it."""
    status = got.status if isinstance(got, Answer) else None
    body = json_object(got) if isinstance(got, Answer) else {}
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    message = choice.get("message") if isinstance(choice, dict) else None
    text = message.get("content") if isinstance(message, dict) else None
    if status != 200 or not isinstance(text, str):  # noqa: PLR2004 - HTTP's own number
        return ChatAnswer(
            model=model, ok=False, elapsed_s=got.elapsed_s, problem=got.summary, status=status
        )
    usage = body.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return ChatAnswer(
        model=model,
        ok=True,
        text=text,
        finish_reason=str(choice.get("finish_reason")),
        prompt_tokens=_count(counts.get("prompt_tokens")),
        completion_tokens=_count(counts.get("completion_tokens")),
        elapsed_s=got.elapsed_s,
        status=status,
    )


def replace_seen(seen: Seen, **changes: object) -> Seen:
    """The same with some fields changed."""
    import msgspec

    return msgspec.structs.replace(seen, **changes)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _put_down(got: Answer | NoAnswer, *, with_key: bool) -> Probe:
    asked = {
        "method": got.request.method,
        "path": got.request.path,
        "with_key": with_key,
        "elapsed_s": round(got.elapsed_s, 3),
    }
    if isinstance(got, NoAnswer):
        return Probe(**asked, failure=got.failure, detail=got.detail)  # type: ignore[arg-type]  # as named above
    return Probe(
        **asked,  # type: ignore[arg-type]  # as named above
        status=got.status,
        media_type=got.headers.get("content-type", "").partition(";")[0].strip().lower(),
        location=got.headers.get("location", ""),
        body=shorten(got.text, _SHOWN),
    )


def _public(url: str) -> str:
    from conformance.redaction import public_url

    return public_url(url).rstrip("/")
