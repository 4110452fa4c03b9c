"""How much of a city is known rather than assumed."""

from __future__ import annotations

import numpy as np

from citytwin.model.buildings import Buildings
from citytwin.model.enums import Source

KNOWN = (Source.REGISTER, Source.MEASURED, Source.SCENARIO)
COLUMNS = {"year": "year_built", "use": "use", "area": "heated_floor_area", "carrier": "carrier"}


def known_shares(buildings: Buildings) -> dict[str, float]:
    """Share of today's volume whose year, use, floor area and heat source a register or a scenario gives.

    Parameters
    ----------
    buildings : Buildings

    Returns
    -------
    dict
        ``year``, ``use``, ``area``, ``carrier``: 0-1, NaN without volume; ``volume_m3``: today's volume.

    Examples
    --------
    >>> import citytwin as ct
    >>> round(known_shares(ct.synthetic.city(20, seed=1).buildings())["year"], 2)
    1.0
    """
    volume = np.where(buildings.today, np.nan_to_num(buildings.volume), 0.0)
    total = float(volume.sum())
    shares = {
        name: float(volume[np.isin(buildings.source[column], KNOWN)].sum()) / total if total > 0 else float("nan")
        for name, column in COLUMNS.items()
    }
    return {**shares, "volume_m3": total}
