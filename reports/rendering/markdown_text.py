"""Text of others' making put into Markdown so that it can neither break nor bend the document.

Everything that a template prints is escaped as inline text unless it is already `Markdown`: what
an endpoint answered may hold pipes, backticks, newlines, HTML, links or text-direction marks.
Every function here is safe in a paragraph, a list item and a table cell alike.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SPECIAL = re.compile(r"([\\`*_\[\]|~])")
_LINE_START = re.compile(r"^(?:[-+=]+(?=\s|$|[-+=])|#+|\d+(?=[.)](?:\s|$)))")
_BREAKS = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+\s*")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_BACKTICKS = re.compile(r"`+")
_BECOMES_A_LINK = re.compile(r"\S*(?:://|@\w)\S*|(?<!\S)www\.\S+", re.IGNORECASE)
_LINK_SIGN = re.compile(r":(?=//)|/(?=/)|(?<=www)(?=\.)|@", re.IGNORECASE)
_PARTED = r"\g<0><!-- -->"
"""GitHub makes links of bare addresses even in HTML; a comment parts them and shows nothing."""
_SHOWN = frozenset("\n\r\t")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Markdown(str):
    """Text that is Markdown already and is printed as it stands."""

    __slots__ = ()


def inline(value: object) -> Markdown:
    """Return the value as ordinary words on one line; addresses become code, never links."""
    if isinstance(value, Markdown):
        return value
    return _from_line_start(_pieces(_one_line(value), _BECOMES_A_LINK, 0, _words))


def prose(value: object) -> Markdown:
    """Return a sentence whose `code spans` stay code and whose rest is as in `inline`."""
    if isinstance(value, Markdown):
        return value
    return _from_line_start(_pieces(_one_line(value), CODE_SPAN, 2, _words_and_links))


def code(value: object) -> Markdown:
    """Return the value as a code span on one line."""
    text = _one_line(value)
    if not text:
        return Markdown("—")
    if "|" in text:  # it would end a table cell even here; HTML can write it otherwise
        plain = _SPECIAL.sub(_entity, html.escape(text, quote=False))
        return Markdown(f"<code>{_LINK_SIGN.sub(_PARTED, plain)}</code>")
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return Markdown(f"{fence}{pad}{text}{pad}{fence}")


def block(value: object, language: str = "") -> Markdown:
    """Return the value as a fenced block that keeps its lines."""
    text = "\n".join(visible(line) for line in re.split(r"\r\n|\r|\n", str(value).strip("\r\n")))
    fence = "`" * max(3, _longest_run(text) + 1)
    return Markdown(f"{fence}{language}\n{text}\n{fence}")


def html_text(value: object) -> Markdown:
    """Return the value for a line that Markdown takes for HTML, such as a `<summary>`."""
    return Markdown(html.escape(_one_line(value), quote=False))


def visible(text: str) -> str:
    """Return the text with what prints nothing, or turns text around, spelled out by its code."""
    return "".join(
        char
        if char in _SHOWN or unicodedata.category(char) not in _INVISIBLE
        else f"\\u{ord(char):04x}"
        for char in text
    )


def _one_line(value: object) -> str:
    return visible(_BREAKS.sub(" ", str(value))).strip()


def _pieces(text: str, pattern: re.Pattern[str], group: int, between: Callable[[str], str]) -> str:
    parts, end = [], 0
    for found in pattern.finditer(text):
        parts += [between(text[end : found.start()]), code(found.group(group))]
        end = found.end()
    return "".join([*parts, between(text[end:])])


def _words_and_links(text: str) -> str:
    return _pieces(text, _BECOMES_A_LINK, 0, _words)


def _words(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", html.escape(text, quote=False))


def _from_line_start(text: str) -> Markdown:
    """No list, heading or rule may begin with a text that a template puts at a line's start."""
    return Markdown(_LINE_START.sub(lambda m: m[0] + "\\" if m[0].isdigit() else "\\" + m[0], text))


def _entity(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};"


def _longest_run(text: str) -> int:
    return max((len(run.group()) for run in _BACKTICKS.finditer(text)), default=0)
