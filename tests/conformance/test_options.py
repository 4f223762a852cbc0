"""A wrong option is one line that names it and says what would do; and nothing else happens."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.plugin.options import WrongOption, add_options, parse
from tests.conformance.tiny_targets import run_suite

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no scheme": ({"base_url": "host:8081"}, "--base-url"),
    "another scheme": ({"base_url": "ftp://host"}, "--base-url"),
    "bad port": ({"base_url": "http://host:notaport"}, "--base-url"),
    "bad bracket": ({"base_url": "http://[::1"}, "--base-url"),
    "grpc without a port": ({"grpc_target": "host"}, "--grpc-target"),
    "unset key variable": ({"api_key_env": "NO_SUCH_VARIABLE_HERE"}, "--api-key-env"),
    "absent key file": ({"api_key_file": "/no/such/file"}, "--api-key-file"),
    "two keys": ({"api_key_env": "HOME", "api_key_file": "/dev/null"}, "--api-key-env"),
    "unknown contract": ({"contract": ["ocr"]}, "--contract"),
    "unknown edition": ({"edition": ["2.0"]}, "--edition"),
    "name with a slash": ({"service_name": "a/b"}, "--service-name"),
    "version with dots": ({"service_version": ".."}, "--service-version"),
    "unknown language": ({"ocr_languages": "en,xx"}, "--ocr-languages"),
    "unknown depth": ({"depth": "deep"}, "--depth"),
    "no requests": ({"max_requests": "0"}, "--max-requests"),
    "requests in words": ({"max_requests": "many"}, "--max-requests"),
    "no time": ({"time_budget": "0"}, "--time-budget"),
    "endless time": ({"time_budget": "inf"}, "--time-budget"),
    "time that is no number": ({"time_budget": "nan"}, "--time-budget"),
    "no concurrency": ({"concurrency": "0"}, "--concurrency"),
    "bad timeout": ({"request_timeout": "-1"}, "--request-timeout"),
    "absent deviations": ({"deviations": "/no/such/file"}, "--deviations"),
    "unknown requirement": ({"accept_untested": ["OCR-NO-1"]}, "--accept-untested"),
    "model of no method": ({"model_uri": ["chatt=tiny"]}, "'chatt'"),
    "model without a name": ({"model_uri": ["chat="]}, "--model-uri"),
    "bare model": ({"model_uri": ["tiny"]}, "METHOD=URI"),
    "no context": ({"context_length": "0"}, "--context-length"),
    "negative seed": ({"seed": "-1"}, "--seed"),
    "bad public URL": ({"public_url": "localhost"}, "--public-url"),
}


@pytest.fixture
def given() -> dict[str, Any]:
    """What pytest knows of the options when none is given."""
    defaults: dict[str, Any] = {}

    def addoption(name: str, **about: Any) -> None:
        defaults[name.removeprefix("--").replace("-", "_")] = about.get("default")

    parser = SimpleNamespace(getgroup=lambda *_: SimpleNamespace(addoption=addoption))
    manager = SimpleNamespace(hasplugin=lambda _: False)
    add_options(cast("Any", parser), cast("Any", manager))
    return defaults


def _parse(given: dict[str, Any]) -> Any:
    return parse(cast("Any", SimpleNamespace(getoption=given.__getitem__)))


def test_no_options_are_options(given: dict[str, Any]) -> None:
    options = _parse(given)
    assert (options.base_url, options.depth, options.ocr_languages) == (None, "standard", ("en",))


@pytest.mark.parametrize(("values", "named"), WRONG.values(), ids=WRONG)
def test_wrong_option_is_named_in_one_line(
    values: dict[str, Any], named: str, given: dict[str, Any]
) -> None:
    with pytest.raises(WrongOption) as error:
        _parse(given | values)
    assert named in str(error.value)
    assert "\n" not in str(error.value)


def test_key_that_no_header_can_carry(given: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("ключ-секрет\n", encoding="utf-8")
    with pytest.raises(WrongOption) as error:
        _parse(given | {"api_key_file": str(tmp_path / "key")})
    assert "секрет" not in str(error.value)


def test_key_in_a_file(given: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a-key-of-mine\n", encoding="utf-8")
    assert _parse(given | {"api_key_file": str(tmp_path / "key")}).api_key == "a-key-of-mine"


def test_wrong_option_ends_the_command(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "--base-url", "http://user:planted-password@", "--depth", "quick")
    assert run.exit_code == 2
    assert "--base-url" in run.last_words
    assert "planted-password" not in run.said
    assert "Traceback" not in run.said


def test_xdist_is_refused_with_a_remedy(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "-n", "2")
    assert run.exit_code == 2
    assert "--concurrency" in run.said


def test_every_option_is_documented(given: dict[str, Any]) -> None:
    page = (Path(__file__).parents[2] / "docs/conformance.md").read_text()
    table = page.partition("## Options")[2].partition("## What")[0]
    documented = set(re.findall(r"`(--[a-z-]+)`", table)) - {"--junit-xml"}
    assert documented == {f"--{name.replace('_', '-')}" for name in given}
