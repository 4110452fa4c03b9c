"""Tables to join to a city: CSV, Parquet, GeoPackage."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from citytwin.errors import CityReadError

if TYPE_CHECKING:
    import pandas as pd

_READERS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".geoparquet": "parquet",
    ".gpkg": "gpkg",
}


def read_table(
    path: str | Path, *, layer: str | None = None, columns: Sequence[str] | None = None, encoding: str = "utf-8"
) -> pd.DataFrame:
    """Read a table whose rows :meth:`CityModel.join` can add to buildings.

    Parameters
    ----------
    path : path-like
        ``.csv``, ``.txt`` or ``.tsv`` with a header line, separated by comma, semicolon or tab; ``.parquet``;
        ``.gpkg``.
        Columns of a CSV stay text where any value begins with a superfluous zero (``039``), so that keys survive.
    layer : str, optional
        Layer of a GeoPackage; needed where there are several.
    columns : sequence of str, optional
        Columns to keep; default all. Geometry is left out.
    encoding : str
        Of a CSV.

    Returns
    -------
    DataFrame

    Raises
    ------
    CityReadError
        The file is missing, damaged, empty, of another format, or lacks a column; or a column stands twice.

    Examples
    --------
    >>> city = city.join(read_table("register.csv"), on="VTJ_PRT", source="register")  # doctest: +SKIP
    """
    path = Path(path)
    kind = _READERS.get(path.suffix.lower())
    if kind is None:
        raise CityReadError(
            f"tables of type {path.suffix!r} are not read", path, advice=f"Known: {', '.join(_READERS)}"
        )
    if not path.is_file():
        raise CityReadError("there is no such file", path, advice="Check the path")
    try:
        if kind == "csv":
            table = _read_csv(path, encoding)
        elif kind == "parquet":
            import pandas as pd

            table = pd.read_parquet(path)
        else:
            table = _read_geopackage(path, layer)
    except CityReadError:
        raise
    except (OSError, ValueError, UnicodeError, RuntimeError) as error:
        raise CityReadError(f"cannot be read as {kind} ({error})", path, advice="Check file and encoding") from error
    for name in ("geometry", "geom"):
        if name in table.columns and (columns is None or name not in columns):
            table = table.drop(columns=name)
    if not len(table):
        raise CityReadError("the table has no rows", path, advice="Export it again")
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise CityReadError(f"column {twice[0]!r} stands twice", path, advice="Rename one of them")
    missing = [name for name in columns or () if name not in table.columns]
    if missing:
        raise CityReadError(
            f"there is no column {missing[0]!r}", path, advice=f"Columns are {', '.join(map(str, table.columns))}"
        )
    return table if columns is None else table[list(columns)]


def _read_csv(path: Path, encoding: str) -> pd.DataFrame:
    import pandas as pd

    with open(path, encoding=encoding) as file:
        header = file.readline().lstrip("\ufeff").rstrip("\r\n")
    separator = max(",;\t", key=header.count)
    names = header.split(separator)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise CityReadError(f"column {twice!r} stands twice", path, line=1, advice="Rename one of them")
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            text = pd.read_csv(
                path,
                sep=separator,
                dtype=str,
                encoding=encoding,
                keep_default_na=False,
                na_values=[""],
                index_col=False,
            )
        except pd.errors.ParserWarning:
            raise ValueError("a line has more values than the header") from None
    return text.apply(_typed)


def _typed(column: pd.Series) -> pd.Series:
    """Numbers where every value is one and none begins with a superfluous zero."""
    import pandas as pd

    values = column.dropna()
    if (
        not len(values)
        or values.str.match(r"[+-]?0\d").any()
        or not values.str.match(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?$").all()
    ):
        return column
    try:
        return pd.to_numeric(column)
    except ValueError:
        return column


def _read_geopackage(path: Path, layer: str | None) -> pd.DataFrame:
    import pyogrio

    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is None and len(layers) > 1:
        raise CityReadError(f"there are {len(layers)} layers", path, advice=f"Pass layer=, one of {', '.join(layers)}")
    if layer is not None and layer not in layers:
        raise CityReadError(f"there is no layer {layer!r}", path, advice=f"Layers are {', '.join(layers)}")
    return pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
