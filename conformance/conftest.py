"""Gives pytest the plugin, wherever the suite is run from."""

from __future__ import annotations

from conformance.plugin.hooks import (  # noqa: F401 - pytest finds hooks and fixtures by name
    judge,
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_pyfunc_call,
    pytest_runtest_protocol,
    pytest_runtest_setup,
    pytest_sessionfinish,
    pytest_terminal_summary,
    run,
)
