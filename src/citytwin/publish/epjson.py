"""Buildings as epJSON files, one a building, for EnergyPlus."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citytwin.energy.energyplus_model import energyplus_model
from citytwin.energy.stock import Stock, load_stock
from citytwin.io import _atomic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from citytwin.model.buildings import Buildings
    from citytwin.model.weather import Weather


def write_epjson(
    buildings: Buildings,
    weather: Weather,
    folder: str | Path,
    ids: Iterable[str],
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    use: str = "operated",
) -> list[Path]:
    """Write one ``<id>.epJSON`` for each of some buildings; see :func:`~citytwin.energy.energyplus_model`.

    Parameters
    ----------
    buildings : Buildings
    weather : Weather
        That of the EPW file the simulation will be run with.
    folder : path-like
        Made where it is missing.
    ids : iterable of str
        Of simulated buildings.
    stock, use : as in :func:`~citytwin.energy.simulate`

    Returns
    -------
    list of Path
        In the order of `ids`; characters that file names may not hold are replaced by ``_``.

    Raises
    ------
    ValueError
        No building has an id, it is not simulated, or two ids give the same file name.
    OutputError
        The folder cannot be written.

    Examples
    --------
    ``write_epjson(buildings, weather, "energyplus", demand.building[:3])``, then
    ``energyplus -w weather.epw -d out <id>.epJSON``.
    """
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    wanted = [str(name) for name in ids]
    paths = [Path(folder) / f"{re.sub(r'[^A-Za-z0-9._-]', '_', name)}.epJSON" for name in wanted]
    if len(set(paths)) < len(paths):
        raise ValueError("two of the ids give the same file name: write them to folders of their own")
    models = [energyplus_model(buildings, int(row), weather, tables, use) for row in buildings.rows_of(wanted)]
    return [
        _atomic.write_bytes(path, json.dumps(model, indent=1, allow_nan=False).encode())
        for path, model in zip(paths, models, strict=True)
    ]
