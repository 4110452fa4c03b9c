"""Names of reference systems: spellings of codes, aliases, joined names."""

from __future__ import annotations

import pytest
from pyproj import CRS

from citytwin.model.crs_names import is_definition, may_open_files, parse_srs_name, parse_vertical_name, plain
from citytwin.model.reference import read_reference

ALIASES = read_reference("citytwin.model", "crs_aliases.csv")

CODES = [
    ("EPSG:3879", "EPSG:3879", None, False),
    ("epsg:3879", "EPSG:3879", None, False),
    ("EPSG3879", "EPSG:3879", None, False),
    ("+init=epsg:3879", "EPSG:3879", None, False),
    ("EPSG:25832+5783", "EPSG:25832", "EPSG:5783", False),
    ("EPSG:3879 + 3900", "EPSG:3879", "EPSG:3900", False),
    ("EPSG:3879+EPSG:3900", "EPSG:3879", "EPSG:3900", False),
    ("ESRI:102067", "ESRI:102067", None, False),
    ("urn:ogc:def:crs:EPSG::3879", "EPSG:3879", None, True),
    ("urn:ogc:def:crs:EPSG:0:3879", "EPSG:3879", None, True),
    ("urn:ogc:def:crs:EPSG:6.12:3068", "EPSG:3068", None, True),
    ("urn:x-ogc:def:crs:EPSG:6.9:4326", "EPSG:4326", None, True),
    ("urn:x-ogc:def:crs:EPSG:4326", "EPSG:4326", None, True),
    ("urn:opengis:def:crs:EPSG::4326", "EPSG:4326", None, True),
    ("urn:EPSG:geographicCRS:4326", "EPSG:4326", None, True),
    ("urn:ogc:def:crs:EPSG::25832+5783", "EPSG:25832", "EPSG:5783", True),
    ("urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717", "EPSG:3879", "EPSG:5717", True),
    ("urn:ogc:def:crs,crs:EPSG:6.12:3068,crs:EPSG:6.12:5783", "EPSG:3068", "EPSG:5783", True),
    ("urn:ogc:def:crs:EPSG:25832, crs:EPSG:5783", "EPSG:25832", "EPSG:5783", True),
    ("http://www.opengis.net/def/crs/EPSG/0/6697", "EPSG:6697", None, True),
    ("http://www.opengis.net/def/crs/EPSG/6.12/3068", "EPSG:3068", None, True),
    ("http://www.opengis.net/def/crs/EPSG/9.9.1/6697", "EPSG:6697", None, True),
    ("http://www.opengis.net/gml/srs/epsg.xml#25832", "EPSG:25832", None, True),
    ("https://epsg.io/3879", "EPSG:3879", None, True),
    ("https://spatialreference.org/ref/epsg/3879/", "EPSG:3879", None, True),
    (
        "https://www.opengis.net/def/crs-compound?1=https://www.opengis.net/def/crs/EPSG/0/3879"
        "&2=https://www.opengis.net/def/crs/EPSG/0/3900",
        "EPSG:3879", "EPSG:3900", True,
    ),
]  # fmt: skip

NAMES = [
    ("25832", "EPSG:25832", None, False, ""),
    ("SRID=3879", "EPSG:3879", None, False, ""),
    ("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016", "EPSG:25832", "EPSG:7837", False, ""),
    ("urn:adv:crs:ETRS89_UTM33*DE_DHHN92_NH", "EPSG:25833", "EPSG:5783", False, ""),
    ("urn:adv:crs:DE_DHDN_3GK3*DE_XYZ_NH", "EPSG:31467", None, False, "DE_XYZ_NH"),
    ("urn:adv:crs:ETRS89_Lat-Lon", "EPSG:4258", None, True, ""),
    ("CH1903", "EPSG:21781", None, False, ""),
    ("CH1903+", "EPSG:2056", None, False, ""),
    ("CH1903+ / LV95", "EPSG:2056", None, False, ""),
    ("CH1903+/LN02", "EPSG:2056", "EPSG:5728", False, ""),
    ("LV95/LHN95", "EPSG:2056", "EPSG:5729", False, ""),
    ("RD/NAP", "EPSG:28992", "EPSG:5709", False, ""),
    ("ETRS89 / UTM32", "EPSG:25832", None, False, ""),
    ("etrs-gk25, n2000", "EPSG:3879", "EPSG:3900", False, ""),
    ("ETRS-TM35FIN+N60", "EPSG:3067", "EPSG:5717", False, ""),
    ("ETRS-GK19FIN", "EPSG:3873", None, False, ""),
    ("ETRS-GK31", "EPSG:3885", None, False, ""),
    ("SWEREF99TM+RH2000", "EPSG:3006", "EPSG:5613", False, ""),
    ("SWEREF 99 18 00", "EPSG:3011", None, False, ""),
    ("Lambert-93", "EPSG:2154", None, False, ""),
    ("urn:ogc:def:crs:IGNF::LAMB93", "EPSG:2154", None, False, ""),
    ("fguuid:jgd2011.bl", "EPSG:6668", None, True, ""),
    ("MGI / Austria GK East", "EPSG:31256", None, False, ""),
    ("S-JTSK", "EPSG:5514", None, False, ""),
    ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", None, True, ""),
    ("http://www.opengis.net/def/crs/OGC/0/CRS84h", "OGC:CRS84h", None, True, ""),
]


@pytest.mark.parametrize(("text", "horizontal", "vertical", "registry_order"), CODES)
def test_codes(text: str, horizontal: str, vertical: str | None, registry_order: bool) -> None:
    name = parse_srs_name(text)
    assert name is not None
    assert (name.horizontal, name.vertical, name.registry_order) == (horizontal, vertical, registry_order)
    assert not name.alias


@pytest.mark.parametrize(("text", "horizontal", "vertical", "registry_order", "unread"), NAMES)
def test_aliases(text: str, horizontal: str, vertical: str | None, registry_order: bool, unread: str) -> None:
    name = parse_srs_name(text)
    assert name is not None
    assert (name.horizontal, name.vertical, name.registry_order) == (horizontal, vertical, registry_order)
    assert (name.alias, name.unread) == (True, unread)


@pytest.mark.parametrize(
    "text",
    ["", "#local-CRS-1", "unknown", "urn:ogc:def:crs:EPSG::", "http://example.org/crs", "N2000", "KKJ", "EPSG:12"],
)
def test_names_that_say_nothing(text: str) -> None:
    assert parse_srs_name(text) is None


def test_definitions_are_not_searched_for_codes() -> None:
    text = CRS("EPSG:3879").to_wkt()
    assert is_definition(text)
    assert is_definition(CRS("EPSG:3879").to_json())
    assert is_definition("+proj=utm +zone=35")
    assert parse_srs_name(text) is None
    assert parse_vertical_name(CRS("EPSG:3900").to_wkt()) is None


def test_names_of_heights() -> None:
    assert parse_vertical_name("n2000") == "EPSG:3900"
    assert parse_vertical_name("EPSG:5717") == "EPSG:5717"
    assert parse_vertical_name("ETRS-GK25") is None
    assert parse_vertical_name("unknown") is None


@pytest.mark.parametrize("row", ALIASES, ids=lambda row: row["alias"])
def test_alias_is_what_the_registry_calls_so(row: dict[str, str]) -> None:
    """The code exists, has the kind we claim, and the name in the table is that of the registry."""
    systems = [CRS(row[column]) for column in ("horizontal", "vertical") if row[column]]
    # Later editions of the registry rename datums: what stands behind the slash is the projection.
    assert [s.name.split(" / ")[-1] for s in systems] == [
        name.split(" / ")[-1] for name in row["name"].split(" + ") if name
    ]
    assert row["confidence"] in ("low", "medium", "high")
    if row["horizontal"]:
        assert systems[0].is_projected or systems[0].is_geographic
        assert not systems[0].is_compound
        assert row["order"] in ("east", "registry")
        assert (row["order"] == "east") or not systems[0].is_projected or row["horizontal"] == "EPSG:5513"
    if row["vertical"]:
        assert systems[-1].is_vertical
        assert systems[-1].axis_info[0].unit_conversion_factor == 1.0


def test_no_alias_stands_twice() -> None:
    names = [plain(row["alias"]) for row in ALIASES]
    assert len(set(names)) == len(names) > 150


@pytest.mark.parametrize(
    "text",
    [
        "+proj=longlat +nadgrids=/etc/passwd",
        "proj = pipeline step proj=hgridshift grids=a.gsb",
        "+init=/tmp/epsg:3879",
        'GEOGCS["x",DATUM["x",SPHEROID["x",1,0],EXTENSION["PROJ4_GRIDS","a"]],PRIMEM["x",0],UNIT["x",1]]',
        'BOUNDCRS[SOURCECRS[x],TARGETCRS[y],ABRIDGEDTRANSFORMATION["t",METHOD["m"],PARAMETERFILE["f","a"]]]',
        '{"type": "BoundCRS", "parameters": [{"name": "Latitude and longitude difference file", "value": "a"}]}',
    ],
)
def test_definitions_that_open_files(text: str) -> None:
    assert may_open_files(text)


def test_names_and_definitions_that_open_none() -> None:
    for text in ("EPSG:3879", "urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016", "Amersfoort / RD New + NAP height"):
        assert not may_open_files(text)
    for code in ("EPSG:3879", "EPSG:7415", "EPSG:6697", "EPSG:2263", "EPSG:2056", "EPSG:31468"):
        assert not any(map(may_open_files, (CRS(code).to_wkt(), CRS(code).to_wkt("WKT1_GDAL"), CRS(code).to_json())))
