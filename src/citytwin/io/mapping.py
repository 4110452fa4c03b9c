"""What attributes of a city mean, read from TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from citytwin.errors import CityReadError


def read_mapping(path: str | Path) -> dict[str, Any]:
    """Mapping for :meth:`CityModel.with_mapping`, by meaning its names and rules.

    Parameters
    ----------
    path : path-like
        TOML in the form of ``citytwin/model/derive/attributes_fi.toml``.

    Raises
    ------
    CityReadError
        The file is missing or not TOML, or a meaning is no table.

    Examples
    --------
    >>> city = city.with_mapping(read_mapping("attributes_de.toml"))  # doctest: +SKIP
    """
    try:
        mapping = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise CityReadError(error.strerror or "cannot be read", path, advice="Check the path") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CityReadError(f"not a TOML file: {error}", path) from error
    loose = [name for name, fields in mapping.items() if not isinstance(fields, dict)]
    if loose:
        raise CityReadError(f"{loose[0]!r} is no table", path, advice=f"Begin it with [{loose[0]}]")
    return mapping
