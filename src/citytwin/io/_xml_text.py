"""Text as it may stand in an XML document."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from citytwin.io._losses import Losses

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legal(text: str, losses: Losses) -> str:
    """Text without the characters XML 1.0 does not allow, for which U+FFFD stands in."""
    changed = _ILLEGAL.sub("\ufffd", text)
    if changed != text:
        losses.add("TEXT_CHANGED", repr(text[:40]))
    return changed


def content(text: str) -> str:
    """Text as the content of an element; a carriage return, which readers take for a line feed, as a reference.

    Examples
    --------
    >>> content("R&D <1>")
    'R&amp;D &lt;1&gt;'
    """
    return escape(text, {"\r": "&#13;"})
