"""Results on the map: every table finds the footprint of its building, every surface its polygon."""

from __future__ import annotations

import numpy as np
import pytest

from tests.publish.district import assessment, district

pytestmark = pytest.mark.compiled


def test_tables_find_their_footprints() -> None:
    result = district().assessments[1]
    buildings = result.buildings
    area = dict(zip(buildings.id, buildings.footprint_area, strict=True))
    for table in (result.demand, result.emissions, result.pv):
        frame = table.to_geopandas(buildings)
        assert len(frame) == len(table.to_pandas())
        np.testing.assert_allclose(frame.area, [area[name] for name in table.building], rtol=1e-6)
        assert frame.crs == "EPSG:3879"


def test_surfaces_find_their_polygons() -> None:
    result = assessment()
    frame = result.irradiation.to_geopandas(result.twin.city)
    roofs = np.isclose(result.twin.city.surfaces.tilt[result.irradiation.surface], 0)
    np.testing.assert_allclose(
        frame.area[roofs], result.twin.city.surfaces.area[result.irradiation.surface][roofs], rtol=1e-6
    )
    assert frame.has_z.all()
