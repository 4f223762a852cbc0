"""What is wrong before a run begins: one clear line, the right exit code, nothing half-written."""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from load_runs import LENIENT, ROOT, command, environment, free_port
from planted import always, fixed, serving

from load.call import Operation
from load.errors import UsageError
from load.options import Settings, add_options, read_settings
from load.replay import read_replay
from reports.load_result import FORMAT_VERSION, LoadResult, ResultFileError, decode, encode

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.alone

Load = Callable[..., Any]
SHORT = ("--arrivals", "constant", "--rate", "10", "--duration", "1")


def complaint(out: str) -> list[str]:
    """The lines that are the harness's or Locust's own complaint."""
    return [
        row
        for row in out.splitlines()
        if row.startswith(("inference-gate:", "__main__.py:", "locust:"))
    ]


def settings(*options: str) -> Settings:
    """What these options mean to a scenario with the operation `ask`."""
    parser = argparse.ArgumentParser()
    add_options(parser)
    parser.set_defaults(num_users=None, run_time=None)
    parser.add_argument("--users", dest="num_users", type=int)
    return read_settings(
        parser.parse_args([*SHORT, *options]), [Operation("ask", 1, lambda _: None)]
    )  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--arrivals", "sine"], "sine is unknown: use constant, poisson"),
        (["--arrivals", "replay:none.jsonl"], "cannot read the replay file none.jsonl"),
        (["--slo", "none.toml"], "cannot read the SLO file none.toml"),
        (["--mix", "asks=1"], "'asks'"),
        (["--mix", "ask=0"], "nothing to send"),
        (["--mix", "ask=-1"], "'-1' is not a weight for ask"),
        (["--users", "3"], "closed loop"),
        (["--find-capacity"], "--slo FILE"),
        (["--overload"], "--arrivals spike"),
        (["--request-log", "no/such/folder/log"], "does not exist"),
    ],
)
def test_options_that_contradict_each_other_are_one_line(options: list[str], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(*options)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rate", "0"], "--rate: 0 is not more than 0"),
        (["--duration", "0"], "--duration: 0 is not more than 0"),
        (["--rate", "nan"], "--rate: nan is not a finite number"),
        (["--warmup", "-1"], "--warmup"),
        (["--request-timeout", "601"], "600 s"),
        (["--max-in-flight", "0"], "--max-in-flight: 0 is less than 1"),
        (["--validate-share", "1.5"], "--validate-share"),
    ],
)
def test_a_number_out_of_range_is_said(
    capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        settings(*options)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--rate", "0"], 2, "--rate: 0 is not more than 0"),
        (["--users", "3"], 2, "closed loop"),
        (["--api-key-env", "NO_SUCH_KEY"], 2, "NO_SUCH_KEY, which is not set"),
        (["--host", ""], 2, "--host is missing"),
        (["--host", "http://user:hidden@127.0.0.1:9"], 2, "--api-key-env NAME"),
        (["--host", "http://127.0.0.1:9"], 6, "connection_refused"),
        (["--host", "http://no-such-host.invalid"], 6, "name_not_resolved"),
    ],
)
def test_the_command_says_it_in_one_line_and_writes_nothing(
    run_load: Load, tmp_path: Path, options: list[str], code: int, said: str
) -> None:
    host = [] if "--host" in options else ["--host", "http://127.0.0.1:9"]
    run = run_load(*host, *SHORT, *options)
    assert run.code == code, run.out
    lines = complaint(run.out)
    assert len(lines) == 1, run.out
    assert said in lines[0]
    assert "hidden" not in run.out
    assert "Traceback" not in run.out
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_wants_a_key_is_said_to(run_load: Load) -> None:
    async def refusing(exchange: Any) -> None:
        await exchange.answer(401, {"message": "Missing authorization in request"})

    with serving(refusing, probe=refusing) as target:
        run = run_load("--host", target.url, *SHORT)
    assert run.code == 2, run.out
    assert "answers 401" in run.out
    assert "--api-key-env NAME" in run.out


def certificate(folder: Path) -> Path:
    """A self-signed certificate for another name, with its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elsewhere.invalid")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "server.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + pem)
    return file


def test_a_certificate_that_does_not_hold_is_refused(
    run_load: Load, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with serving(fixed(0.01), certificate(tmp_path_factory.mktemp("tls"))) as target:
        run = run_load("--host", target.url, *SHORT)
    assert run.code == 6, run.out
    assert "tls" in complaint(run.out)[0]
    assert target.exchanges == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('{"at": 0}\n{"at": 1, "user": 3}\n', ["line 2", "user"]),
        ('{"at": 1}\n\n{"at": 0.5}\n', ["line 3", "0.5 comes after 1.0"]),
        ('{"at": -1}\n', ["line 1", "-1"]),
        ('{"at": 0, "operation": "b"}\n', ["line 1", "'b'", "it has a"]),
        ("at\n", ["line 1"]),
        ('{"operation": "a"}\n', ["line 1", "at"]),
        ("\n", ["no arrivals"]),
    ],
)
def test_a_faulty_replay_file_is_one_clear_line(
    tmp_path: Path, lines: str, said: list[str]
) -> None:
    file = tmp_path / "arrivals.jsonl"
    file.write_text(lines, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_replay(file, ["a"])
    message = str(caught.value)
    assert str(file) in message
    assert "\n" not in message
    assert all(part in message for part in said), message


def test_a_replay_sends_what_it_says_when_it_says(run_load: Load, tmp_path: Path) -> None:
    rows = [{"at": 0.2 * n, "operation": "other" if n % 3 == 0 else "ask"} for n in range(9)]
    file = tmp_path / "arrivals.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with serving(fixed(0.01)) as target:
        run = run_load("--host", target.url, "--arrivals", f"replay:{file}", *LENIENT,
                       "--request-log", "log.jsonl.gz")  # fmt: skip
    assert run.ended(0), run.out
    assert [row.path for row in target.exchanges] == [f"/{row['operation']}" for row in rows]
    first = target.exchanges[0].received_at
    assert [row.received_at - first for row in target.exchanges] == pytest.approx(
        [row["at"] for row in rows], abs=0.1
    )
    with gzip.open(tmp_path / "log.jsonl.gz", "rt") as log:
        logged = sorted((json.loads(line) for line in log), key=lambda row: row["number"])
    assert [row["operation"] for row in logged] == [row["operation"] for row in rows]
    assert {row["outcome"] for row in logged} == {"ok"}
    for row in logged:
        assert row["lag_ms"] > 0
        assert row["latency_ms"] == pytest.approx(
            row["latency_from_send_ms"] + row["lag_ms"], abs=0.01
        )


def test_the_web_interface_offers_the_same_scenario(tmp_path: Path) -> None:
    port = free_port()
    with serving(always(200, {})) as target:
        run = subprocess.run(
            command("--host", target.url, "--autostart", "--autoquit", "0", "-u", "1", "-t", "2",
                    "--web-port", str(port), "--web-host", "127.0.0.1"),
            cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert "closed loop of 1 user(s)" in run.stdout, run.stdout + run.stderr
    assert "cross_talk" in run.stdout


def test_a_schedule_started_from_the_web_interface_leaves_its_result(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    with serving(fixed(0.01)) as target:
        run = subprocess.Popen(
            command("--host", target.url, *SHORT, *LENIENT, "--headful", "--autostart",
                    "--web-port", str(free_port()), "--web-host", "127.0.0.1",
                    "--result", str(file)),
            cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        try:
            assert run.stdout is not None
            assert any(line.startswith("PASS") for line in run.stdout)
        finally:
            run.kill()
            run.wait()
    assert decode(file.read_bytes()).operations[0].success == 10


def sample() -> LoadResult:
    file = ROOT / "tests" / "load" / "load_sample.json"
    return decode(file.read_bytes(), str(file))


def test_a_result_is_read_back_as_it_was_written() -> None:
    assert decode(encode(sample())) == sample()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format_version": FORMAT_VERSION + 1}, "format version"),
        ({"verdict": "GREEN"}, "verdict"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_a_result_of_another_shape_is_refused(change: dict[str, Any], said: str) -> None:
    data = json.loads(encode(sample())) | change
    with pytest.raises(ResultFileError, match=said) as caught:
        decode(json.dumps(data).encode(), "other.json")
    assert "other.json" in str(caught.value)


def test_the_published_schema_is_the_model() -> None:
    published = json.loads((ROOT / "schemas/results/load.schema.json").read_text("utf-8"))
    own = {"$schema", "$id", "title"}
    model = json.loads(json.dumps(msgspec.json.schema(LoadResult)))
    assert {key: value for key, value in published.items() if key not in own} == {
        key: value for key, value in model.items() if key not in own
    }
