"""Text of others' making put into HTML: escaped, code spans kept, nothing invisible left in."""

from __future__ import annotations

from markupsafe import Markup, escape

from reports.rendering.markdown_text import CODE_SPAN, visible
from reports.rendering.release_view import Tally  # noqa: TC001 - part of a public signature
from reports.rendering.vocabulary import OUTCOME_MARKS


def shown(value: object) -> object:
    """Return what a template prints: markup as it is, text with the unprintable spelled out."""
    return value if isinstance(value, Markup) else visible(str(value))


def prose(value: object) -> Markup:
    """Return a sentence whose `code spans` are code and whose rest is text."""
    if isinstance(value, Markup):
        return value
    text, pieces, end = visible(str(value)), [], 0
    for span in CODE_SPAN.finditer(text):
        pieces += [escape(text[end : span.start()]), Markup("<code>%s</code>") % span.group(2)]
        end = span.end()
    return Markup("").join([*pieces, escape(text[end:])])


def tally_bar(tally: Tally) -> Markup:
    """Return a bar that shows the outcomes of a group by their shares, conforming first."""
    pieces, at = [], 0.0
    order = ("conforms", *(outcome for outcome in OUTCOME_MARKS if outcome != "conforms"))
    for outcome in order:
        width = 100 * tally.counts[outcome] / tally.total  # type: ignore[index]
        if width:
            pieces.append(
                Markup('<rect x="%s" width="%s" height="10" class="b-%s"/>')
                % (f"{at:.2f}", f"{width:.2f}", outcome)
            )
        at += width
    bar = Markup('<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">%s</svg>')
    return bar % Markup("").join(pieces)
