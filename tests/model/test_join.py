from __future__ import annotations

import pandas as pd
import pytest

from citytwin.errors import CityReadError
from tests.model.small_city import small_city


def test_columns_become_attributes_with_their_source() -> None:
    table = pd.DataFrame(
        {"key": ["039", "040", "999", None], "year": [1974, 2001, 1, 2], "use": ["office", None, "x", "y"]}
    )
    city = small_city().join(table, on="key", source="register")
    year, use = city.objects.attributes["year"], city.objects.attributes["use"]
    assert year.values.tolist() == [1974, 0, 2001]
    assert year.place == "join:register"
    assert use.mask.tolist() == [False, True, True]
    [unused] = city.findings.message[city.findings.name == "JOIN_ROWS_UNUSED"]
    assert unused == "register: 1 of 3 keys have no building, 2 buildings joined"
    assert city.provenance.parameters["join:register"] == {"on": "key", "matched": 2}


@pytest.mark.parametrize(
    ("table", "on", "message"),
    [
        ({"key": ["039", "039"], "a": [1, 2]}, "key", "occurs 2 times"),
        ({"key": ["1", "2"], "a": [1, 2]}, "key", "none of the 2 keys"),
        ({"other": ["039"]}, "key", "no column 'key'"),
        ({"id": ["039"]}, "id", "no attribute 'id'"),
    ],
)
def test_refusals(table: dict[str, list[object]], on: str, message: str) -> None:
    with pytest.raises(CityReadError, match=message):
        small_city().join(pd.DataFrame(table), on=on, source="t")


def test_joins_on_the_citys_own_identifiers() -> None:
    city = small_city()
    first = city.objects.id[0]
    joined = city.join(pd.DataFrame({"building_id": [first], "year": [1974]}), on="building_id", source="t")
    assert joined.objects.attributes["year"].values[0] == 1974


def test_columns_that_no_analysis_reads_are_a_finding() -> None:
    table = pd.DataFrame({"key": ["039"], "Valmistunut": [1974], "owner": ["city"]})
    city = small_city().join(table, on="key", source="register")
    [message] = city.findings.message[city.findings.name == "JOIN_COLUMNS_WITHOUT_MEANING"]
    assert "reads owner;" in message
