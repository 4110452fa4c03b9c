"""The one way to JSON: strict numbers, typed errors with a line, and keys that stand twice."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import numpy as np

from citytwin.errors import CityReadError


def decode(data: bytes | msgspec.Raw, name: str, line: int = 1, type: Any = Any) -> Any:
    """Decoded JSON. NaN, infinity, lone surrogates and broken UTF-8 are refused.

    Parameters
    ----------
    data : bytes or Raw
    name : str
        Of the input, for errors.
    line : int
        Line of the input the data begin on.
    type : type
        What the data are checked against.

    Raises
    ------
    CityReadError
    """
    try:
        return msgspec.json.decode(data, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = re.search(r"\(byte (\d+)\)", str(error))
        if place:
            line += bytes(data)[: int(place[1])].count(b"\n")
        raise CityReadError(
            f"not well-formed JSON ({error})", name, line=line, advice="The file is damaged: fetch or export it again"
        ) from error


def repeated_keys(data: bytes | msgspec.Raw, distinct: int) -> bool:
    """Whether a JSON object has more members than the `distinct` keys its decoder kept."""
    text = bytes(data)
    if b"\\" in text:
        text = text.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    members = 0
    depth = 0
    inside = False
    for start in range(0, len(text), 1 << 22):
        piece = np.frombuffer(text, np.uint8, min(1 << 22, len(text) - start), start)
        quotes = np.cumsum(piece == ord('"'), dtype=np.int64) + inside
        structural = (quotes & 1) == 0
        opening = ((piece == ord("{")) | (piece == ord("["))) & structural
        closing = ((piece == ord("}")) | (piece == ord("]"))) & structural
        level = depth + np.cumsum(opening.astype(np.int64) - closing)
        members += int(((piece == ord(":")) & structural & (level == 1)).sum())
        depth, inside = int(level[-1]), bool(quotes[-1] & 1)
    return members > distinct
