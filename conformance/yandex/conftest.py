"""What the checks of this contract share: the service over each transport, and its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import pytest

from conformance.yandex.rest import Rest
from conformance.yandex.rpc import Rpc
from conformance.yandex.samples import Samples
from conformance.yandex.service import Service
from conformance.yandex.transports import Claims

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.judging import Judge
    from conformance.plugin.run import Run
    from conformance.yandex.recognition import YandexRecognition


@pytest.fixture(scope="session")
def recognition(run: Run) -> YandexRecognition:
    """What was found out about the target before anything was judged."""
    found = next(one for one in run.recognitions if one.contract == "yandex")
    return cast("YandexRecognition", found)


@pytest.fixture(scope="session")
def rpc(run: Run) -> Iterator[Rpc]:
    """The channel; it is opened by its first call."""
    tls = urlsplit(run.target.public_url).scheme == "https"
    channel = Rpc(run.target, run.grpc_target, tls=tls)
    yield channel
    channel.close()


@pytest.fixture(scope="session")
def every_samples(run: Run, recognition: YandexRecognition, rpc: Rpc) -> dict[str, Samples]:
    """The samples of each transport, by its name."""
    found: dict[str, Samples] = {}
    for transport in (Rest(run.target), rpc):
        service = Service(transport, recognition.models, run.options, recognition.edition)
        first = recognition.first if transport.name == "rest" else {}
        for outcome in first.values():
            service.note(outcome)
        found[transport.name] = Samples(service, first)
    return found


@pytest.fixture
def service(request: pytest.FixtureRequest, every_samples: dict[str, Samples]) -> Service:
    """The service over the transport that the check is run over; REST where it names none."""
    return every_samples[getattr(request, "param", "rest")].service


@pytest.fixture
def samples(service: Service, every_samples: dict[str, Samples]) -> Samples:
    """The samples of the transport that the check is run over."""
    return every_samples[service.name]


@pytest.fixture
def claim(service: Service, judge: Judge) -> Claims:
    """The judge, for rows of the transport that the check is run over."""
    return Claims(judge, service.name)
