"""Sun on the windows, walls and roofs of each building: what its thermal network is driven by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.glazing import PANES, angular_loss, panes_of
from citytwin.energy.lanes import Lanes
from citytwin.energy.network import SUNS
from citytwin.energy.stock import Stock
from citytwin.energy.sun_streams import Part, SunStreams, streams_of
from citytwin.model.buildings import Buildings
from citytwin.model.enums import GroupKind
from citytwin.model.ragged import row_of

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation

WINDOWS, WALLS, ROOFS = range(len(SUNS))


def network_sun(buildings: Buildings, irradiation: Irradiation, stock: Stock, mode: str) -> SunStreams:
    """Mean irradiance on windows, walls and roofs of each building, W/m2, in the order of ``SUNS``.

    Walls and roofs count by area, windows are spread over the exposed walls by area. That on windows is what is left of
    it behind the glass, relative to normal incidence (:func:`citytwin.energy.glazing.angular_loss`).

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated (n); their `surface_group` refers to the surfaces of the city.
    irradiation : Irradiation
        Of that city.
    stock : Stock
    mode : {"standard", "operated"}
    """
    n = len(buildings)
    owner = row_of(buildings.group_offsets)

    def per_area(kind: GroupKind) -> NDArray[np.float64]:
        of_kind = buildings.group_kind == kind
        area = np.bincount(owner[of_kind], buildings.group_area[of_kind], minlength=n)
        return np.divide(1.0, area, out=np.zeros(n), where=area > 0)

    walls, roofs, none = per_area(GroupKind.WALL), per_area(GroupKind.ROOF), np.zeros(n, np.int64)
    panes = panes_of(Lanes(buildings, stock, mode).chosen("u_window"))
    covers = np.array([(0.0, 0.0), *(angular_loss(k) for k in PANES)])
    parts = [
        Part(GroupKind.WALL, WINDOWS, walls, 1 + np.searchsorted(PANES, panes)),
        Part(GroupKind.WALL, WALLS, walls, none),
        Part(GroupKind.ROOF, ROOFS, roofs, none),
    ]
    return streams_of(buildings, irradiation, parts, covers, len(SUNS))
