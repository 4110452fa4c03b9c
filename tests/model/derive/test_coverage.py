import pytest

from citytwin.model.derive import derive_buildings, known_shares
from tests.model.derive.boxes import box_city


def test_shares_are_of_todays_volume():
    boxes = [[0, 0, 10, 10, 0, 9], [50, 0, 60, 10, 0, 27], [100, 0, 110, 10, 0, 90]]
    known = {"Valmistunut": "1960-01-01", "C_KAYTTARK": "039", "Kokonaisala": 300.0, "C_POLTAINE": "1"}
    fields = [known, {"C_KAYTTARK": "039"}, {**known, "Rakennuksen_tila": "suunnitelma"}]
    shares = known_shares(derive_buildings(box_city(boxes, fields)))
    assert shares == pytest.approx({"year": 0.25, "use": 1.0, "area": 0.25, "carrier": 0.25, "volume_m3": 3600})
