"""Aligned text for terminals."""

from __future__ import annotations

from collections.abc import Sequence


def columns(rows: Sequence[Sequence[str]], left: int = 1, indent: str = "  ") -> list[str]:
    """Rows as lines with aligned columns.

    Parameters
    ----------
    rows : sequence of rows of equal length
    left : int
        Columns set flush left; the others are flush right.
    indent : str

    Examples
    --------
    >>> columns([["heat", "1,200"], ["water", "90"]])
    ['  heat   1,200', '  water     90']
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = [
            cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def figure(value: float | None, signed: bool = False) -> str:
    """A number with at least three significant digits and thousands set apart, "-" where missing.

    Examples
    --------
    >>> figure(1234567.8), figure(0.4567), figure(12.3, signed=True), figure(None)
    ('1,234,568', '0.457', '+12.3', '-')
    """
    if value is None or value != value:
        return "-"
    size = abs(value)
    decimals = 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:{'+' if signed else ''},.{decimals}f}"
