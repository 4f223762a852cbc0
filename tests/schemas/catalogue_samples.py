"""What the schema of requirement catalogues must accept, and what it must refuse by a hair."""

from __future__ import annotations

from typing import Any

from edits import GONE, changed, without_each

FOLDER = "."

ROW = {
    "id": "OCR-HEALTH-1",
    "level": "MUST",
    "levels": {"1.0": "SHOULD", "1.1": "MAY"},
    "editions": ["1.0", "1.1"],
    "text": "GET /health answers 200.",
    "text_ru": "GET /health отвечает 200.",
    "source": "OCR service contract, GET /health",
    "excluded": "Nobody can see it.",
}
GROUP = {"id": "HEALTH", "title": "Health", "title_ru": "Состояние", "requirements": [ROW]}
CATALOGUE = {
    "contract": "ocr-service",
    "title": "Service",
    "editions": ["1.0", "1.1"],
    "groups": [GROUP],
}
_ROW = "groups__0__requirements__0"

SAMPLES: dict[str, list[Any]] = {
    "requirements.schema": [
        CATALOGUE,
        *(
            changed(CATALOGUE, **{f"{_ROW}__{name}": GONE})
            for name in ("levels", "editions", "excluded")
        ),
    ]
}


def _row(**edits: Any) -> Any:
    return changed(CATALOGUE, **{f"{_ROW}__{name}": value for name, value in edits.items()})


NEAR_MISSES: dict[str, list[Any]] = {
    "requirements.schema": [
        [],
        *without_each(CATALOGUE),
        changed(CATALOGUE, author="x"),
        changed(CATALOGUE, contract="OCR"),
        changed(CATALOGUE, contract=5),
        changed(CATALOGUE, title=" Service"),
        changed(CATALOGUE, title=5),
        changed(CATALOGUE, editions="1.0"),
        changed(CATALOGUE, editions=[]),
        changed(CATALOGUE, editions=["1.0", "1.0"]),
        changed(CATALOGUE, editions=[1.0]),
        changed(CATALOGUE, editions=[""]),
        changed(CATALOGUE, groups={}),
        changed(CATALOGUE, groups=[]),
        changed(CATALOGUE, groups=["HEALTH"]),
        *(changed(CATALOGUE, groups=[some]) for some in without_each(GROUP)),
        changed(CATALOGUE, groups__0__id="health"),
        changed(CATALOGUE, groups__0__id=5),
        changed(CATALOGUE, groups__0__title=""),
        changed(CATALOGUE, groups__0__title_ru="Health"),
        changed(CATALOGUE, groups__0__title_ru=5),
        changed(CATALOGUE, groups__0__note="x"),
        changed(CATALOGUE, groups__0__requirements={}),
        changed(CATALOGUE, groups__0__requirements=[]),
        changed(CATALOGUE, groups__0__requirements=["GET /health answers 200."]),
        *(
            changed(CATALOGUE, groups__0__requirements=[some])
            for some in without_each(ROW, "levels", "editions", "excluded")
        ),
        _row(id="OCR-HEALTH-01"),
        _row(id=1),
        _row(level="must"),
        _row(levels=["SHOULD"]),
        _row(levels={}),
        _row(levels={"1.0": "NEVER"}),
        _row(editions=[]),
        _row(text=""),
        _row(text="Two\nlines."),
        _row(text_ru="GET /health answers 200."),
        _row(source=""),
        _row(excluded=""),
        _row(checks=["test_health"]),
    ]
}
