"""Metered site energy of Seattle beside shoeboxes: reported, and held to what archetypes without local data can do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.oracles.seattle_2015 import compare, meters_of, read


def test_units_of_the_table_agree(test_data: Path) -> None:
    """The table gives gas in therms and kBtu, and electricity in kWh and kBtu."""
    table = read(test_data / "data" / "stock" / "2015-building-energy-benchmarking.csv")
    assert len(table) > 1500
    meters = meters_of(table)
    keys = table["OSEBuildingID"].astype(str).tolist()
    for carrier, column in (("gas", "NaturalGas(kBtu)"), ("electricity", "Electricity(kBtu)")):
        known = table[column].to_numpy() > 0
        found, expected = meters.annual(keys, carrier, 2015).kwh[known], 0.293071 * table[column].to_numpy(float)[known]
        # the table has whole therms
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=15.0)


@pytest.mark.slow
@pytest.mark.compiled
@pytest.mark.filterwarnings("ignore::citytwin.errors.CityTwinWarning")
def test_site_energy_by_class(test_data: Path, tmp_path: Path, record_property) -> None:
    found = compare(test_data / "data" / "stock" / "2015-building-energy-benchmarking.csv", tmp_path, every=4)
    for row in found.per_area:
        record_property(f"seattle_{row.group}_nmbe", round(row.nmbe, 3))
        record_property(f"seattle_{row.group}_cv_rmse", round(row.cv_rmse, 3))
    everything = found.per_area["all"]
    assert everything.n > 300
    assert abs(everything.nmbe) < 0.5
    # single buildings are not predicted, which is what is known of archetypes; sums grow with size and are
    assert everything.r2 < 0.5
    assert found.totals["all"].correlation > 0.6
