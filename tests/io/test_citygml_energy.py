"""The Energy ADE 1.0: zones, constructions, set-points and demands as attributes, the rest as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from citytwin.model.city import CityModel
from citytwin.model.reference import read_reference
from tests.io import gml
from tests.io.both_readers import attributes, codes, kinds, read, read_file

SCHEDULE = (
    "<energy:DailyPatternSchedule><energy:periodOfYear><energy:PeriodOfYear><energy:dailySchedule>"
    "<energy:DailySchedule><energy:dayType>weekDay</energy:dayType><energy:schedule><energy:RegularTimeSeries>"
    '<energy:timeInterval unit="hour">1</energy:timeInterval><energy:values uom="C">20 21\n 20</energy:values>'
    "</energy:RegularTimeSeries></energy:schedule></energy:DailySchedule></energy:dailySchedule>"
    "</energy:PeriodOfYear></energy:periodOfYear></energy:DailyPatternSchedule>"
)


def energy(name: str, *content: str) -> str:
    return gml.element(f"energy:{name}", *content)


def of_energy(city: CityModel, row: int = 0) -> list[tuple[str, str, str, str, str]]:
    return [entry for entry in attributes(city, row) if entry[4].startswith("energy")]


def test_zone_with_boundaries(tmp_path: Path) -> None:
    boundary = energy(
        "ThermalBoundary",
        energy("thermalBoundaryType", "roof"),
        '<energy:area uom="m2">12.5</energy:area><energy:construction xlink:href="#roof"/>',
    )
    zone = gml.element(
        "energy:ThermalZone",
        "<gml:name>Zone</gml:name>",
        energy(
            "floorArea", energy("FloorArea", energy("type", "netFloorArea"), '<energy:value uom="m2">99</energy:value>')
        ),
        '<energy:infiltrationRate uom="1/h">0.5</energy:infiltrationRate>',
        energy("isHeated", "true"),
        *(energy("boundedBy", boundary) for _ in range(2)),
        identifier="z",
    )
    city = read(tmp_path, gml.box("b", *(energy("thermalZone", zone) for _ in range(2))))
    rows = of_energy(city)
    assert rows[: len(rows) // 2] == [
        ("ThermalZone.id", "z", "string", "", "energy:thermalZone[0]"),
        ("ThermalZone.name", "Zone", "string", "", "energy:thermalZone[0]"),
        ("ThermalZone.floorArea.type", "netFloorArea", "string", "", "energy:thermalZone[0]/floorArea[0]"),
        ("ThermalZone.floorArea", "99", "measure", "m2", "energy:thermalZone[0]/floorArea[0]"),
        ("ThermalZone.infiltrationRate", "0.5", "measure", "1/h", "energy:thermalZone[0]"),
        ("ThermalZone.isHeated", "true", "bool", "", "energy:thermalZone[0]"),
        *(
            entry
            for i in range(2)
            for entry in (
                ("ThermalBoundary.thermalBoundaryType", "roof", "string", "", f"energy:thermalZone[0]/boundedBy[{i}]"),
                ("ThermalBoundary.area", "12.5", "measure", "m2", f"energy:thermalZone[0]/boundedBy[{i}]"),
                ("ThermalBoundary.construction", "#roof", "uri", "", f"energy:thermalZone[0]/boundedBy[{i}]"),
            )
        ),
    ]
    assert {place.partition("/")[0] for *_, place in rows} == {"energy:thermalZone[0]", "energy:thermalZone[1]"}
    assert city.objects.attributes["ThermalZone.infiltrationRate"].values[0] == 0.5
    assert city.objects.attributes["ThermalZone.isHeated"].values.tolist() == [True]
    assert len(city.extras) == 0
    assert codes(city) == {}


def test_set_points(tmp_path: Path) -> None:
    zone = energy("UsageZone", energy("usageZoneType", "office"), energy("heatingSchedule", SCHEDULE))
    path = "energy:usageZone[0]/heatingSchedule[0]/periodOfYear[0]/dailySchedule[0]"
    assert of_energy(read(tmp_path, gml.box("b", energy("usageZone", zone)))) == [
        ("UsageZone.usageZoneType", "office", "code", "", "energy:usageZone[0]"),
        ("UsageZone.heatingSchedule.dayType", "weekDay", "string", "", path),
        ("UsageZone.heatingSchedule.timeInterval", "1", "measure", "hour", f"{path}/schedule[0]"),
        ("UsageZone.heatingSchedule", "20 21 20", "string", "C", f"{path}/schedule[0]"),
    ]


def test_constructions_are_objects(tmp_path: Path) -> None:
    layer = energy(
        "layer",
        energy(
            "Layer",
            energy(
                "layerComponent",
                energy(
                    "LayerComponent",
                    '<energy:thickness uom="m">0.1</energy:thickness><energy:material xlink:href="#m"/>',
                ),
            ),
        ),
    )
    glass = energy(
        "transmittance", energy("Transmittance", energy("fraction", "0.6"), energy("wavelengthRange", "solar"))
    )
    construction = gml.element(
        "energy:Construction",
        '<energy:uValue uom="W/(m2K)">0.17</energy:uValue>',
        energy("opticalProperties", energy("OpticalProperties", glass, energy("glazingRatio", "0.7"))),
        layer,
        identifier="roof",
    )
    city = read(tmp_path, gml.box("b"), construction)
    assert kinds(city) == ["building", "other"]
    assert city.objects.id[1] == "roof"
    assert attributes(city, 1) == [
        ("type", "Construction", "string", "", "core"),
        ("Construction.uValue", "0.17", "measure", "W/(m2K)", "energy"),
        ("Construction.transmittance", "0.6", "measure", "", "energy:opticalProperties[0]/transmittance[0]"),
        (
            "Construction.transmittance.wavelengthRange",
            "solar",
            "string",
            "",
            "energy:opticalProperties[0]/transmittance[0]",
        ),
        ("Construction.glazingRatio", "0.7", "measure", "", "energy:opticalProperties[0]"),
        ("LayerComponent.thickness", "0.1", "measure", "m", "energy:layer[0]/layerComponent[0]"),
        ("LayerComponent.material", "#m", "uri", "", "energy:layer[0]/layerComponent[0]"),
    ]
    assert dict(city.counts) == {"read": 2, "degraded": 0, "refused": 0, "total": 2}


@pytest.mark.parametrize(
    "content",
    [
        "<energy:volumeGeometry><gml:Solid/></energy:volumeGeometry>",
        "<energy:isHeated>true</energy:isHeated><energy:nonsense>1</energy:nonsense>",
        "<energy:isHeated odd='1'>true</energy:isHeated>",
        "<ade:own>1</ade:own>",
    ],
)
def test_a_property_that_is_not_read_whole_is_kept_too(tmp_path: Path, content: str) -> None:
    city = read(tmp_path, gml.box("b", energy("thermalZone", energy("ThermalZone", content))))
    assert list(city.extras.place) == ["energy:thermalZone"]
    assert city.counts["degraded"] == 0


def test_results_of_a_simulation(test_data: Path) -> None:
    """The house of the Karlsruhe Institute of Technology: two demands of 8760 hours, one zone, 17 constructions."""
    city = read_file(test_data / "data/citygml/energyade/FZKHouseLoD2-ADE-results.gml")
    assert dict(city.counts) == {"read": 18, "degraded": 0, "refused": 0, "total": 18}
    entries = city.objects.attributes.entries(0)
    demands = [e for e in entries if e.name == "EnergyDemand.energyAmount"]
    hours = [[float(value) for value in demand.value.split()] for demand in demands]
    assert [len(values) for values in hours] == [8760, 8760]
    heating = city.objects.attributes["Energy demand heating"].values[0]
    assert sum(hours[0]) == pytest.approx(heating, rel=1e-9)
    assert {e.name: e.value for e in entries}["volume"] == "608.91789367799"
    u_values = city.objects.attributes["Construction.uValue"]
    assert u_values.values[~u_values.mask].tolist() == [0.4, 0.4, 0.26, 1.2]
    assert u_values.unit == "W/K*m2"
    assert [e.value for e in entries if e.name == "ThermalBoundary.thermalBoundaryType"].count("outerWall") == 4
    assert list(city.extras.place) == ["energy:referencePoint", "energy:thermalZone"]


def test_table_is_complete_and_cited() -> None:
    rows = read_reference("citytwin.io", "energy_ade.csv")
    classes = {row["class"] for row in rows}
    for row in rows:
        assert row["source"]
        assert row["year"]
        assert row["licence"]
        assert row["confidence"] in ("high", "low")
        assert ("to be verified" in row["source"]) == (row["confidence"] == "low")
        assert row["type"] in ("string", "int", "double", "date", "uri", "measure", "bool", "code", "object", "feature")
        assert (row["type"] == "feature") == (not row["property"])
    assert len({(row["class"], row["property"]) for row in rows}) == len(rows)
    assert {"ThermalZone", "UsageZone", "Construction", "EnergyDemand"} <= classes
