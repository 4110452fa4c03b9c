"""Qualified names by a regular expression and a dictionary."""

import re

MALFORMED, STRANGE = -1, -2
_ENDS = rb"[^A-Za-z0-9_.:\-\x80-\xff]"


def find_name(data, start, stop, known, prefixes, longest, room):
    """Row of the name and the place behind it; `known` grows up to `room` names."""
    match = re.compile(_ENDS).search(data, start, stop)
    end = match.start() if match else stop
    name = data[start:end]
    if not re.fullmatch(
        rb"([A-Za-z_\x80-\xff][A-Za-z0-9_.\-\x80-\xff]*:)?[A-Za-z_\x80-\xff][A-Za-z0-9_.\-\x80-\xff]*", name
    ):
        return MALFORMED, None
    prefix, colon, _ = name.rpartition(b":")
    if not name.isascii() or len(name) > longest:
        return STRANGE, end
    if name not in known:
        if (colon and prefix not in prefixes and prefix != b"xml") or len(known) == room:
            return STRANGE, end
        known[name] = len(known)
    return known[name], end
