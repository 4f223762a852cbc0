"""The gRPC server's life: its port, its certificate, its services, health and reflection."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from reference_server.yandex import certificates
from reference_server.yandex.certificates import Certificate
from reference_server.yandex.grpc_authorization import GrpcAuthorization
from reference_server.yandex.grpc_services import services

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reference_server.authorization import AcceptedKeys
    from reference_server.settings import Settings
    from reference_server.yandex.operations import Operations
    from reference_server.yandex.service import FoundationModels

logger = logging.getLogger("reference_server")

GRACE_S = 5
_EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104  # compared with, not bound


@contextlib.asynccontextmanager
async def grpc_server(
    settings: Settings,
    models: FoundationModels,
    operations: Operations,
    keys: AcceptedKeys | None,
) -> AsyncIterator[int]:
    """Serve on `settings.grpc_port` while the block runs; gives the port that was taken.

    Raises RuntimeError if the port cannot be had, OSError if a certificate file cannot be read.
    """
    # Two servers on one port would share its callers between them.
    server = grpc.aio.server(
        interceptors=[GrpcAuthorization(keys)] if keys else [], options=[("grpc.so_reuseport", 0)]
    )
    reached_at = "localhost" if settings.host in _EVERY_ADDRESS else settings.host
    port = 0

    def address() -> str:
        return settings.grpc_advertised_address or f"{reached_at}:{port}"

    handlers = services(models, operations, address)
    for service, methods in handlers.items():
        generic = grpc.method_handlers_generic_handler(service, methods)
        server.add_generic_rpc_handlers((generic,))
    statuses = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(statuses, server)
    for service in ("", *handlers):
        await statuses.set(service, health_pb2.HealthCheckResponse.SERVING)
    reflection.enable_server_reflection(
        (*handlers, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    wanted = f"{_bracketed(settings.host)}:{settings.grpc_port}"
    certificate = certificate_of(settings)
    if certificate is None:
        port = server.add_insecure_port(wanted)
    else:
        pair = (certificate.key, certificate.chain)
        port = server.add_secure_port(wanted, grpc.ssl_server_credentials([pair]))
    await server.start()
    logger.info("gRPC on %s:%d, %s", settings.host, port, "TLS" if certificate else "plaintext")
    try:
        yield port
    finally:
        await statuses.enter_graceful_shutdown()
        await server.stop(GRACE_S)


def certificate_of(settings: Settings) -> Certificate | None:
    """The certificate to show; None serves plaintext."""
    if settings.grpc_certificate is not None and settings.grpc_private_key is not None:
        return Certificate(
            settings.grpc_certificate.read_bytes(), settings.grpc_private_key.read_bytes()
        )
    if settings.grpc_self_made_certificate is not None:
        return certificates.self_made(settings.grpc_self_made_certificate)
    return None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
