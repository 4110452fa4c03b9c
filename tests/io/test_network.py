import pytest

from citytwin.errors import CityReadError
from citytwin.io.network import read_network


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent.osm.pbf", "there is no such file or folder"),
        ("roads.shp", "this is no street network that is known"),
        ("node.csv", "a GMNS network is a folder"),
    ],
)
def test_what_is_no_network_says_so(tmp_path, name, reason):
    if not name.startswith("absent"):
        (tmp_path / name).write_text("x")
    with pytest.raises(CityReadError, match=reason) as caught:
        read_network(tmp_path / name)
    assert caught.value.advice
