import numpy as np

from citytwin.model.pv_sites import SiteKind
from tests.pv_tables import sites_of


def test_a_part_keeps_all_columns():
    sites = sites_of((1, 2), kinds=[SiteKind.ROOF, SiteKind.FACADE, SiteKind.FLAT_ROOF])
    part = sites.take(np.array([1, 2]))
    assert part.building_id.tolist() == ["b1", "b1"]
    assert part.kwp.tolist() == [2.0, 3.0]
    assert part.module == sites.module
    assert len(sites.take(sites.kwp > 2.5)) == 1
    assert "3 faces of 2 buildings, 6 kWp" in repr(sites)


def test_frame_has_words_and_units():
    frame = sites_of((1,), kinds=[SiteKind.FACADE]).to_pandas()
    assert frame.loc[10, "kind"] == "facade"
    assert frame.loc[10, "pv_area_m2"] == 5.0
    assert frame.attrs["confidence"] == 40
