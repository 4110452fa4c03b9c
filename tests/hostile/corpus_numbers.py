"""Hostile numbers: spellings that some parser somewhere takes for a coordinate, and counts that do not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.hostile.corpus import Case, written
from tests.hostile.corpus_text import SQUARE, X, Y, is_square, ring
from tests.io import gml

WRONG = {
    "underscore": "1_000",
    "full width": "\uff11\uff12",
    "Arabic digits": "\u0661\u0662",
    "Devanagari digits": "\u0967",
    "not a number": "nan",
    "not a number of the schema": "NaN",
    "infinity": "inf",
    "infinity of the schema": "INF",
    "minus infinity": "-Infinity",
    "too large for a float": "1e400",
    "too large for a city": "1e9",
    "just too large": "100000000.1",
    "decimal comma": "1,5",
    "thousands": "1.234,5",
    "hexadecimal": "0x10",
    "hexadecimal float": "0x1p3",
    "two signs": "--1",
    "two points": "1.2.3",
    "half an exponent": "1e",
    "half an exponent with a sign": "1e+",
    "exponent with a point": "1e1.5",
    "sign alone": "-",
    "point alone": ".",
    "a word": "abc",
    "letter behind": "1f",
    "Fortran": "1d3",
    "fraction": "1/2",
    "complex": "1j",
    "quoted": "'1'",
    "Unicode minus": "\u22121",
    "no-break space": "1\u00a02",
    "thin space": "1\u20092",
    "zero-width space": "1\u200b",
    "byte order mark": "\ufeff1",
    "circled": "\u2460",
    "percent": "5%",
    "escape": "\\u0031",
    "long word": "x" * 100_000,
}

RIGHT = {
    "plus": "+5",
    "point at the end": "5.",
    "zeros before": "0005",
    "exponent": "5e0",
    "exponent with a sign": "50E-1",
    "exponent with zeros": "0.5e+0001",
    "four hundred digits": "5." + "0" * 400,
    "four hundred zeros": "0" * 400 + "5",
    "huge exponent of zero": "5e-0",
    "digits and exponent": "5" + "0" * 30 + "e-30",
}


def with_number(number: str) -> Callable[[Path], Path]:
    """A sound building, and one with a number of a ring replaced, on the second line of the coordinates."""
    inner = f"<gml:posList>{X} {Y} 1\n{X + 1} {Y} {number} {X} {Y + 1} 1 {X} {Y} 1</gml:posList>"
    return written(gml.city(gml.box("a"), gml.building("b", gml.multi_surface(gml.raw_polygon(inner, "bad")))))


CASES = [
    *(Case(f"number: {name}", with_number(number), "coordinate", line=5, gml_id="bad")
      for name, number in WRONG.items()),
    *(Case(f"sound number: {name}", ring(f"<gml:posList>{SQUARE.replace(' 5', f' {number}')}</gml:posList>"),
           holds=is_square) for name, number in RIGHT.items()),
    Case("sound number: point first", ring(f"<gml:posList>{SQUARE.replace(' 5', ' .5')}</gml:posList>"),
         holds=is_square),
    Case("sound number: smaller than a float", ring(f"<gml:posList>{SQUARE.replace(' 5', ' 1e-400')}</gml:posList>"),
         holds=is_square),
    Case("eight numbers", ring("<gml:posList>1 2 3 4 5 6 7 8</gml:posList>"), "8 numbers", gml_id="p", line=4),
    Case("numbers without blanks", ring(f"<gml:posList>{SQUARE.replace(' ', ',')}</gml:posList>"), "coordinate"),
    Case("four dimensions", ring(f'<gml:posList srsDimension="4">{SQUARE} 1</gml:posList>'), "srsDimension", line=4),
    Case("no dimension", ring(f'<gml:posList srsDimension="">{SQUARE}</gml:posList>'), "srsDimension"),
    Case("a dimension by word", ring(f'<gml:posList srsDimension="three">{SQUARE}</gml:posList>'), "srsDimension"),
    Case("an Arabic dimension", ring(f'<gml:posList srsDimension="\u0663">{SQUARE}</gml:posList>'), "srsDimension"),
    Case("a huge dimension", ring(f'<gml:posList srsDimension="{9 * 10**30}">{SQUARE}</gml:posList>'), "srsDimension"),
    Case("no coordinates", ring("<gml:posList/>"), holds=lambda c: c.counts["degraded"] == 1),
    Case("no coordinate list", ring(""), holds=lambda c: c.counts["degraded"] == 1),
    Case("blanks as coordinates", ring("<gml:posList> \n </gml:posList>"), holds=lambda c: c.counts["degraded"] == 1),
    Case("one point", ring(f"<gml:posList>{X} {Y} 5</gml:posList>"), holds=lambda c: c.counts["degraded"] == 1),
    Case("two points", ring(f"<gml:posList>{X} {Y} 5 {X + 1} {Y} 5 {X} {Y} 5</gml:posList>"),
         holds=lambda c: c.counts["degraded"] == 1),
    Case("one point many times", ring(f"<gml:posList>{f'{X} {Y} 5 ' * 10_000}</gml:posList>"),
         holds=lambda c: c.counts["degraded"] == 1),
    Case("count beyond its text", ring(f'<gml:posList count="99999999999">{SQUARE}</gml:posList>'), holds=is_square),
]  # fmt: skip
