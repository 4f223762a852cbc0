"""Forms drawn at random: every valid combination is read, every class of invalid ones refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drawing import counterexample
from conformance.exchange import Answer, NoAnswer, Unexpected
from conformance.judging import Judge, decides
from conformance.ocr_service.forms import (
    FormWriter,
    InvalidForm,
    ValidForm,
    invalid_forms,
    valid_forms,
)
from conformance.shape import at
from schemas import load_contract
from schemas.ocr_service.pages import draw_marker

if TYPE_CHECKING:
    from conformance.ocr_service.forms import Format
    from conformance.ocr_service.service import Service

COUNT = {"quick": 0, "standard": 30, "thorough": 250}
REFUSED_WITH = {
    "OCR-ERR-1": 400,
    "OCR-ERR-4": 400,
    "OCR-ERR-10": 400,
    "OCR-ERR-14": 422,
    "OCR-ERR-15": 422,
}


def _writer(service: Service) -> FormWriter:
    page = draw_marker(service.options.seed + 90)[0]
    writer = FormWriter(page, {})
    formats: tuple[Format, ...] = ("PNG", "JPEG")
    urls = {
        one: service.images.offer(
            f"/drawn.{one.lower()}", writer.image(one), f"image/{one.lower()}"
        )
        for one in formats
    }
    return FormWriter(page, urls)


@decides("OCR-ROBUST-16")
def test_valid_forms(service: Service, judge: Judge) -> None:
    validator = load_contract("ocr-service").validator("ocr_answer", service.edition)

    def fault_of(form: ValidForm, got: Answer | NoAnswer) -> str | None:
        if not isinstance(got, Answer) or got.status != 200:
            return got.summary
        try:
            body = got.json
        except Unexpected as error:
            return error.got
        faults = [error.message for error in validator.iter_errors(body)]
        kind = at(body, "input_type")
        if kind != form.input_type:
            faults.append(f"input_type {kind!r} in place of {form.input_type!r}")
        return "; ".join(faults) or None

    found = counterexample(
        service.target,
        [valid_forms(with_urls=not service.reaches_us)],
        _writer(service).valid,
        fault_of,
        count=COUNT[service.options.depth],
        seed=service.options.seed,
    )
    judge(
        "OCR-ROBUST-16",
        found is None,
        expected=f"200 in the documented shape for {found.example if found else 'valid forms'}",
        got=found.fault if found else "",
        by=found.got if found else None,
    )


@decides(*REFUSED_WITH, "OCR-ROBUST-9", "OCR-ROBUST-10")
def test_invalid_forms(service: Service, judge: Judge) -> None:
    contract = load_contract("ocr-service")
    shapes = [contract.validator(name) for name in ("error", "validation_error")]
    no_flag = service.edition == "1.0"

    def fault_of(form: InvalidForm, got: Answer | NoAnswer) -> str | None:
        """A fault, with the requirement it counts for in front."""
        if not isinstance(got, Answer) or got.status >= 500:
            return f"OCR-ROBUST-9 {got.summary}"
        if got.status != REFUSED_WITH[form.requirement]:
            return None if _flag_unknown(form, got) else f"{form.requirement} {got.summary}"
        try:
            shaped = any(one.is_valid(got.json) for one in shapes)
        except Unexpected:
            shaped = False
        return None if shaped else f"OCR-ROBUST-10 {got.summary}"

    def _flag_unknown(form: InvalidForm, got: Answer) -> bool:
        return no_flag and form.requirement == "OCR-ERR-15" and got.status == 200

    found = counterexample(
        service.target,
        invalid_forms(),
        _writer(service).invalid,
        fault_of,
        count=COUNT[service.options.depth],
        seed=service.options.seed,
    )
    blamed, _, what = (found.fault if found else "").partition(" ")
    for requirement in (*REFUSED_WITH, "OCR-ROBUST-9", "OCR-ROBUST-10"):
        status = REFUSED_WITH.get(requirement)
        judge(
            requirement,
            requirement != blamed,
            expected=f"{f'status {status}' if status else 'a refusal as documented'} for "
            f"{found.example if found else 'invalid forms'}",
            got=what,
            by=found.got if found else None,
        )
