"""Hostile files made by code: what each tries, and what has to come of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citytwin.io import ReadLimits
from citytwin.model.city import CityModel
from tests.io import gml

CANARY = "canary.txt"
"""A file beside the input that hostile files refer to; whoever opens it has lost."""
PORT = os.environ.get("CITYTWIN_TEST_PORT", "9")
"""A port of this machine that hostile files refer to; whoever connects to it has lost."""


@dataclass(frozen=True)
class Case:
    """One hostile input.

    Parameters
    ----------
    name : str
    make : callable
        Writes the input into an empty folder and returns what is to be read.
    refused : str or None
        Pattern found in the message of the one typed error; None where the input is read for what it is.
    holds : callable, optional
        Whether the city that was read is right.
    line : int or True, optional
        Line the error names; True for any.
    gml_id : str, optional
        Identifier the error names.
    options : dict
        Keywords of ``read_city``.
    megabytes, seconds : float
        Growth of memory and processor time at most.
    """

    name: str
    make: Callable[[Path], Path]
    refused: str | None = None
    holds: Callable[[CityModel], Any] = lambda city: city.n_buildings
    line: int | bool | None = None
    gml_id: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    megabytes: float = 64.0
    seconds: float = 2.0


def written(data: str | bytes, name: str = "city.gml") -> Callable[[Path], Path]:
    """Maker of one file with the given content."""
    return lambda folder: gml.write(folder, data, name)


def generated(pieces: Callable[[Path], Any], name: str = "city.gml") -> Callable[[Path], Path]:
    """Maker of one file from pieces of text or bytes that know the folder."""

    def make(folder: Path) -> Path:
        path = folder / name
        with open(path, "wb") as file:
            for piece in pieces(folder):
                file.write(piece.encode() if isinstance(piece, str) else piece)
        return path

    return make


def referring(text: str, name: str = "city.gml") -> Callable[[Path], Path]:
    """Maker of a text in which ``{canary}`` is a file beside it and ``{port}`` a port where somebody listens."""
    return generated(lambda folder: [text.replace("{canary}", str(folder / CANARY)).replace("{port}", PORT)], name)


def limited(**limits: Any) -> dict[str, Any]:
    """Keywords of ``read_city`` with limits of the caller's own."""
    return {"limits": ReadLimits(**limits)}


def cases() -> list[Case]:
    """All of them."""
    from tests.hostile import corpus_archives, corpus_geojson, corpus_json, corpus_numbers, corpus_text, corpus_xml

    parts = (corpus_xml, corpus_text, corpus_numbers, corpus_json, corpus_geojson, corpus_archives)
    return [case for part in parts for case in part.CASES]
