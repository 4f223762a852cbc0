"""Mutants of GET /v1/models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mutants.mutant import rewrites

if TYPE_CHECKING:
    from tests.mutants.exchange import Reply

MODELS = "GET /v1/models"


@rewrites(MODELS, kills=("OAI-MODELS-1",))
def models_are_partial(reply: Reply) -> None:
    """The list comes with status 206."""
    reply.status = 206


@rewrites(MODELS, kills=("OAI-MODELS-2",))
def models_are_sent_as_text(reply: Reply) -> None:
    """The list is sent as text/plain."""
    reply.headers["content-type"] = "text/plain"


@rewrites(MODELS, kills=("OAI-MODELS-3",))
def models_are_no_list(reply: Reply) -> None:
    """`object` is `models`."""
    reply.json["object"] = "models"


@rewrites(MODELS, kills=("OAI-MODELS-4",))
def no_model_is_listed(reply: Reply) -> None:
    """`data` is empty."""
    reply.json["data"] = []


@rewrites(MODELS, kills=("OAI-MODELS-5",))
def a_model_has_no_id(reply: Reply) -> None:
    """A second model has an empty `id`."""
    reply.json["data"].append(reply.json["data"][0] | {"id": ""})


@rewrites(MODELS, kills=("OAI-MODELS-6",))
def a_model_is_an_engine(reply: Reply) -> None:
    """`object` of a model is `engine`, as it was long ago."""
    reply.json["data"][0]["object"] = "engine"


@rewrites(MODELS, kills=("OAI-MODELS-7",))
def a_model_is_dated_in_words(reply: Reply) -> None:
    """`created` of a model is an ISO date."""
    reply.json["data"][0]["created"] = "2025-11-25"


@rewrites(MODELS, kills=("OAI-MODELS-8",))
def a_model_has_no_owner(reply: Reply) -> None:
    """`owned_by` of a model is missing."""
    del reply.json["data"][0]["owned_by"]


@rewrites(MODELS, kills=("OAI-MODELS-9",))
def a_model_is_listed_twice(reply: Reply) -> None:
    """The list names its model twice."""
    reply.json["data"] *= 2


@rewrites(MODELS, kills=("OAI-MODELS-10",), arguments=("--model-uri", "chat=model-run-local-among"))
def the_model_goes_by_another_name(reply: Reply) -> None:
    """The list names the model as its folder on the disk."""
    reply.json["data"][0]["id"] = "/models/main"


@rewrites(MODELS, kills=("OAI-MODELS-11",), outcome="warns")
def a_model_is_dated_in_milliseconds(reply: Reply) -> None:
    """`created` of a model counts milliseconds."""
    reply.json["data"][0]["created"] *= 1000
