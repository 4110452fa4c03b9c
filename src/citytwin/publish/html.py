"""HTML fragments of a report: tables and cards with everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.publish.text_table import figure

if TYPE_CHECKING:
    import pandas as pd


def number(value: Any) -> str:
    """A number as :func:`~citytwin.publish.text_table.figure` writes it, "" where missing; yes or no."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return "" if value is None or value != value else figure(value)


def table(frame: pd.DataFrame, names: Mapping[str, str] | None = None, plain: Iterable[str] = ()) -> str:
    """HTML table of a frame.

    Parameters
    ----------
    frame : DataFrame
    names : mapping, optional
        Headings by column; default the column's name.
    plain : iterable of str
        Whole numbers written without thousands separators: years, codes.
    """
    whole = set(plain)
    numeric = [column for column in frame.columns if frame[column].dtype.kind in "iuf" and column not in whole]
    right = set(numeric) | whole

    def heading(column: str) -> str:
        kind = ' class="number"' if column in right else ""
        return f"<th{kind}>{escape(str((names or {}).get(column, column)))}</th>"

    def cell(column: str, value: Any) -> str:
        if column in whole:
            return f'<td class="number">{"" if value != value else f"{value:.0f}"}</td>'
        if column in numeric:
            return f'<td class="number">{number(value)}</td>'
        return f"<td>{'' if value is None or value != value else escape(str(value))}</td>"

    head = "".join(heading(column) for column in frame.columns)
    records = zip(*(frame[column].tolist() for column in frame.columns), strict=True)
    body = "".join(
        "<tr>" + "".join(cell(c, v) for c, v in zip(frame.columns, record, strict=True)) + "</tr>" for record in records
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def card(name: str, value: str, band: str) -> str:
    """One headline figure."""
    return (
        f'<div class="card"><div class="name">{escape(name)}</div><div class="value">{escape(value)}</div>'
        f'<div class="band">{escape(band)}</div></div>'
    )


def flag(text: str) -> str:
    """A sentence the reader must not miss."""
    return f'<div class="flag">{escape(text)}</div>'
