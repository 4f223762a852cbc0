"""`python -m reference_server.health`: exit code 0 if the server of this container is healthy."""

from __future__ import annotations

import sys

import httpx

from reference_server.settings import WrongSettings, read_settings

HEALTHY, UNHEALTHY = 0, 1
TIMEOUT_S = 4.0


def main() -> int:
    """Ask /health as the server's own settings in the environment say; returns the exit code."""
    try:
        settings, _ = read_settings([])
    except WrongSettings as error:
        sys.stderr.write(f"{error}\n")
        return UNHEALTHY
    key = settings.api_key
    headers = {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}
    url = f"http://127.0.0.1:{settings.port}/health"
    try:
        answer = httpx.get(url, headers=headers, timeout=TIMEOUT_S, trust_env=False)
    except httpx.HTTPError as error:
        sys.stderr.write(f"{url}: {error or type(error).__name__}\n")
        return UNHEALTHY
    if answer.is_success:
        return HEALTHY
    sys.stderr.write(f"{url}: {answer.status_code}\n")
    return UNHEALTHY


if __name__ == "__main__":
    sys.exit(main())
