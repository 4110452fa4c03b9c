"""Results go into a document and nothing else changes: what is added taken out again gives the input, byte for byte."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from citytwin.errors import CityReadError, OutputError
from citytwin.io import _xml_bytes, citygml_splice, read_city, write_back
from tests.io import gml
from tests.io.city_twins import described

CITYGML = "http://www.opengis.net/citygml"
ENERGY = "http://www.sig3d.org/citygml/2.0/energy/1.0"
LEADING = {"creationDate", "externalReference", "relativeToTerrain", "genericAttribute"}

ADDED = [
    r'\s*<(?:\w+:)?genericAttributeSet[^>]* name="citytwin"[^>]*>.*?</(?:\w+:)?genericAttributeSet>',
    r'\s*<(?:\w+:)?(\w+)Attribute[^>]* name="citytwin:.*?</(?:\w+:)?\1Attribute>',
    r"\s*<(?:\w+:)?genericAttribute(?: [^>]*)?>\s*<(?:\w+:)?GenericAttributeSet>\s*<(?:\w+:)?name>citytwin</.*?"
    r"</(?:\w+:)?GenericAttributeSet>\s*</(?:\w+:)?genericAttribute>",
    r'\s*<(?:\w+:)?demands[^>]*>\s*<(?:\w+:)?EnergyDemand[^>]*"citytwin-demand-.*?</(?:\w+:)?demands>',
]


def without_added(text: str) -> str:
    """The text of a document without what is ours, told by its marks; emptied buildings close themselves again."""
    for pattern in ADDED:
        text = re.sub(pattern, "", text, flags=re.DOTALL)
    attributes = "(?:[^<>\"']|\"[^\"]*\"|'[^']*')*"
    return re.sub(rf"<((?:\w+:)?Building)\b({attributes})></\1>", r"<\1\2/>", text)


def results(*ids: str, **columns: Any) -> pd.DataFrame:
    columns = columns or {"heating_kwh": [1000.5 + place for place in range(len(ids))], "storeys": [3] * len(ids)}
    return pd.DataFrame(columns, index=list(ids))


def spliced(folder: Path, text: str, table: pd.DataFrame | None = None, **options: Any) -> str:
    source = gml.write(folder, text)
    write_back(source, folder / "out.gml", results("b") if table is None else table, **options)
    return (folder / "out.gml").read_bytes().decode()


def city(inner: str, version: str = "2.0", tag: str = "bldg:Building") -> str:
    return gml.city(f'<{tag} gml:id="b">{inner}</{tag}>', version=version)


@dataclass
class Document:
    """A generated document: its bytes, its encoding, and the identifiers of its buildings."""

    data: bytes
    encoding: str
    ids: list[str]
    version: str


TEXT = st.text("aé&<>\"' ]", max_size=6).map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;"))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    version = draw(st.sampled_from(["1.0", "2.0", "3.0"]))
    end = draw(st.sampled_from(["\n", "\r\n", ""]))
    step = draw(st.sampled_from(["  ", "\t", ""]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "us-ascii"]))
    core, bldg, gen = draw(st.sampled_from([("core", "bldg", "gen"), ("", "b", "g"), ("c", "", "gen"), ("c", "b", "")]))
    gen_declared = draw(st.booleans()) or gen == ""
    name = "gml32" if version == "3.0" else "gml"
    spaces = {
        core: f"{CITYGML}/{version}",
        bldg: f"{CITYGML}/building/{version}",
        name: "http://www.opengis.net/gml/3.2" if version == "3.0" else "http://www.opengis.net/gml",
        "ade": "http://example.org/ade",
    }
    spaces |= {gen: f"{CITYGML}/generics/{version}"} if gen_declared else {"gen": "http://example.org/other"}

    def tag(prefix: str, local: str) -> str:
        return f"{prefix}:{local}" if prefix else local

    def leaf(prefix: str, local: str, content: str = "", more: str = "") -> str:
        return f"<{tag(prefix, local)}{more}>{content}</{tag(prefix, local)}>"

    def line(level: int) -> str:
        return end + step * level if end else ""

    def building(place: int, depth: int, local: str = "Building") -> str:
        more = draw(st.sampled_from(["", 'x="a > b" ']))
        start = f"{tag(bldg, local)} {more}{name}:id={draw(quotes)}"
        start = start.replace("@", f"{local}{place}")
        if local == "Building" and draw(st.integers(0, 4)) == 0:
            return f"<{start}{draw(st.sampled_from(['/>', ' />']))}"
        children = [
            leaf(name, "description", draw(st.sampled_from(["<![CDATA[<bldg:Building/> ]] >]]>", ""]))),
            leaf(name, "name", draw(TEXT)),
            leaf(core, "creationDate", "2020-01-01"),
            f"<!-- <{tag(bldg, 'Building')} {name}:id='{local}{place}'> -->",
            leaf(gen, "stringAttribute", leaf(gen, "value", draw(TEXT)), ' name="citytwins"') if gen_declared else "",
            "<?pi <x> ?>",
            leaf("ade", "own", leaf("ade", "creationDate", "1")),
            leaf(bldg, "measuredHeight", "4.5", " uom='m'"),
            f"<{tag(bldg, 'roofType')}/>",
            leaf(bldg, "consistsOfBuildingPart", building(place, depth + 2, "BuildingPart")) if depth < 4 else "",
        ]
        chosen = [child for child in children if child and draw(st.booleans())]
        inner = "".join(line(depth + 1) + child for child in chosen) + (line(depth) if chosen else " ")
        return f"<{start}>{inner}</{tag(bldg, local)}>"

    quotes = st.sampled_from(["'@'", '"@"'])
    count = draw(st.integers(1, 3))
    members = [line(1) + leaf(core, "cityObjectMember", line(2) + building(p, 2) + line(1)) for p in range(count)]
    declared = " ".join(f'xmlns{":" if prefix else ""}{prefix}="{space}"' for prefix, space in spaces.items())
    declaration = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    head = f'<?xml version="1.0" encoding="{declaration}"?>{end}<!-- <a> -->'
    text = f"{head}<{tag(core, 'CityModel')} {declared}>{''.join(members)}{line(0)}</{tag(core, 'CityModel')}>{end}"
    if encoding in ("us-ascii", "iso-8859-1"):
        return Document(
            text.encode(encoding, "xmlcharrefreplace"), encoding, [f"Building{p}" for p in range(count)], version
        )
    return Document(text.encode(encoding), encoding, [f"Building{p}" for p in range(count)], version)


VALUES = {"heating_kwh": 1234.5, "note": 'é 中 <&> "q"\t]]>', "storeys": 4, "heated": True, "share": 0.1}


@given(documents(), st.booleans(), st.sampled_from([128, 1 << 20]))
def test_only_the_added_nodes_differ(
    tmp_path_factory: pytest.TempPathFactory, document: Document, indexed: bool, chunk: int
) -> None:
    folder = tmp_path_factory.mktemp("splice")
    source, target = folder / "in.gml", folder / "out.gml"
    source.write_bytes(document.data)
    chosen = document.ids[:: 2 if indexed else 1]
    table = pd.DataFrame([VALUES] * len(chosen), index=chosen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_xml_bytes, "CHUNK", chunk)
        patch.setattr(citygml_splice, "CHUNK", chunk)
        write_back(source, target, table if indexed else table.reset_index(names="building_id"))
        out = target.read_bytes()
        assert without_added(out.decode(document.encoding)).encode(document.encoding) == document.data
        assert [name for name, _ in ours(out)] == chosen
        for name, node in ours(out):
            assert values_of(node, document.version) == expected(document.version), name
            assert_in_place(node)
        write_back(target, folder / "again.gml", table)
        assert (folder / "again.gml").read_bytes() == out
        other = table.assign(heating_kwh=5.0)
        write_back(target, folder / "other.gml", other)
        write_back(source, folder / "direct.gml", other)
        assert (folder / "other.gml").read_bytes() == (folder / "direct.gml").read_bytes()


def expected(version: str) -> dict[str, tuple[str, str, str | None]]:
    values = {
        "heating_kwh": ("measure", "1234.5", "kWh"),
        "note": ("string", str(VALUES["note"]), None),
        "storeys": ("int", "4", None),
        "heated": ("string", "true", None),
        "share": ("double", "0.1", None),
    }
    if version != "1.0":
        return values
    return {f"citytwin:{name}": value for name, value in values.items()} | {
        "citytwin:heating_kwh": ("double", "1234.5", None)
    }


def ours(data: bytes) -> list[tuple[str, Any]]:
    """Identifier of each building with our attributes, and the first node of these."""
    found = []
    for element in etree.fromstring(data).iter(f"{{{CITYGML}/building/*}}Building", "{*}Building"):
        marked = [
            child
            for child in element
            if str(child.get("name")).startswith("citytwin:")
            or child.get("name") == "citytwin"
            or child.findtext("{*}GenericAttributeSet/{*}name") == "citytwin"
        ]
        if marked:
            found.append((next(value for key, value in element.attrib.items() if key.endswith("}id")), marked[0]))
    return found


def values_of(node: Any, version: str) -> dict[str, tuple[str, str, str | None]]:
    """Type, text and unit of each of our attributes."""
    if version == "1.0":
        attributes = [n for n in node.getparent() if str(n.get("name")).startswith("citytwin:")]
    elif version == "2.0":
        attributes = list(node)
    else:
        attributes = [n[0] for n in node[0].findall("{*}genericAttribute")]
    result = {}
    for attribute in attributes:
        value = attribute.find("{*}value")
        name = attribute.get("name") or attribute.findtext("{*}name")
        kind = etree.QName(attribute).localname.removesuffix("Attribute").lower()
        result[name] = (kind, value.text, value.get("uom"))
    return result


def assert_in_place(node: Any) -> None:
    """The node stands behind what every city object may have, and before the first property of a building."""

    def leads(element: Any) -> bool:
        name = etree.QName(element)
        return "/gml" in name.namespace or "/generics/" in name.namespace or name.localname in LEADING

    def elements(siblings: Any) -> list[Any]:
        return [e for e in siblings if isinstance(e.tag, str) and "example.org" not in e.tag]

    assert all(map(leads, elements(node.itersiblings(preceding=True))))
    following = [e for e in elements(node.itersiblings()) if not str(e.get("name")).startswith("citytwin:")]
    assert not any(map(leads, following))


def test_layout_follows_the_neighbours(tmp_path: Path) -> None:
    text = city("\r\n\t\t<gml:name>n</gml:name>\r\n\r\n\t\t<bldg:roofType>1</bldg:roofType>\r\n\t")
    out = spliced(tmp_path, text, results("b", heating_kwh=[1.5], name=["a"]))
    lines = [
        '<gen:genericAttributeSet name="citytwin">',
        '\t<gen:measureAttribute name="heating_kwh">',
        '\t\t<gen:value uom="kWh">1.5</gen:value>',
        "\t</gen:measureAttribute>",
        '\t<gen:stringAttribute name="name">',
        "\t\t<gen:value>a</gen:value>",
        "\t</gen:stringAttribute>",
        "</gen:genericAttributeSet>",
    ]
    added = "".join(f"\r\n\t\t{line}" for line in lines)
    assert out == text.replace("</gml:name>", f"</gml:name>{added}")


def test_prefixes_are_declared_where_they_are_missing(tmp_path: Path) -> None:
    text = city("<bldg:roofType>1</bldg:roofType>").replace('xmlns:gen="', 'xmlns:old="')
    assert '<old:genericAttributeSet name="citytwin">' in spliced(tmp_path, text)
    text = re.sub(r' xmlns:old="[^"]*"', ' xmlns:gen="http://example.org/x"', text)
    out = spliced(tmp_path, text)
    assert f'<gen:genericAttributeSet xmlns:gen="{CITYGML}/generics/2.0" name="citytwin">' in out
    text = text.replace("<bldg:Building", f'<bldg:Building xmlns:near="{CITYGML}/generics/2.0"')
    assert "<near:genericAttributeSet name" in spliced(tmp_path, text)


def test_a_building_that_closes_itself_is_opened(tmp_path: Path) -> None:
    text = gml.city('<bldg:Building gml:id="b" />')
    out = spliced(tmp_path, text, results("b", storeys=[1]))
    inner = '<gen:intAttribute name="storeys"><gen:value>1</gen:value></gen:intAttribute>'
    node = f'<gen:genericAttributeSet name="citytwin">{inner}</gen:genericAttributeSet>'
    assert out == text.replace('gml:id="b" />', f'gml:id="b" >{node}</bldg:Building>')


def test_results_belong_to_buildings_not_to_parts(tmp_path: Path) -> None:
    part = gml.building("part", tag="bldg:BuildingPart")
    text = city(f"<bldg:consistsOfBuildingPart>{part}</bldg:consistsOfBuildingPart>")
    source = gml.write(tmp_path, text)
    findings = write_back(source, tmp_path / "out.gml", results("b", "part"))
    assert findings.name.tolist() == ["RESULT_WITHOUT_BUILDING"]
    assert findings.object_id.tolist() == ["part"]
    assert (tmp_path / "out.gml").read_text().count("citytwin") == 1
    with pytest.raises(CityReadError, match="none of the 1 identifiers, such as 'part'"):
        write_back(source, tmp_path / "new.gml", results("part"))
    assert not (tmp_path / "new.gml").exists()


def test_buildings_without_a_row_keep_what_they_have(tmp_path: Path) -> None:
    text = gml.city(gml.building("a"), gml.building("b"))
    first = spliced(tmp_path, text, results("a", "b"))
    second = spliced(tmp_path, first, results("b", heating_kwh=[7.0]))
    assert [values_of(node, "2.0")["heating_kwh"][1] for _, node in ours(second.encode())] == ["1000.5", "7.0"]


def test_missing_and_infinite_values_are_left_out(tmp_path: Path) -> None:
    table = results("b", heating_kwh=[np.nan], cooling_kwh=[np.inf], use=[None], storeys=pd.array([2], "Int64"))
    source = gml.write(tmp_path, city(""))
    findings = write_back(source, tmp_path / "out.gml", table)
    assert findings.name.tolist() == ["RESULT_LEFT_OUT"]
    assert "cooling_kwh of b is inf" in findings.message[0]
    assert values_of(ours((tmp_path / "out.gml").read_bytes())[0][1], "2.0") == {"storeys": ("int", "2", None)}
    empty = results("b", heating_kwh=[np.nan])
    write_back(tmp_path / "out.gml", tmp_path / "emptied.gml", empty)
    assert (tmp_path / "emptied.gml").read_bytes() == source.read_bytes()


def test_units_types_and_dates(tmp_path: Path) -> None:
    table = results(
        "b",
        heating_kwh_m2=[1.0],
        co2e_kg_2030=[2.0],
        kwh_source=["x"],
        share=[0.5],
        peak_kw=np.array([3], np.int32),
        renovated=pd.to_datetime(["2020-05-01"]),
        kind=pd.Categorical(["a"]),
        small=np.array([0.1], np.float32),
        bell=["\a"],
    )
    source = gml.write(tmp_path, city(""))
    findings = write_back(source, tmp_path / "out.gml", table, units={"share": "1", "peak_kw": ""})
    assert findings.name.tolist() == ["TEXT_CHANGED"]
    assert values_of(ours((tmp_path / "out.gml").read_bytes())[0][1], "2.0") == {
        "heating_kwh_m2": ("measure", "1.0", "kWh/m2"),
        "co2e_kg_2030": ("measure", "2.0", "kg"),
        "kwh_source": ("string", "x", None),
        "share": ("measure", "0.5", "1"),
        "peak_kw": ("int", "3", None),
        "renovated": ("date", "2020-05-01", None),
        "kind": ("string", "a", None),
        "small": ("double", repr(float(np.float32(0.1))), None),
        "bell": ("string", "\ufffd", None),
    }


def test_units_get_lost_in_version_1(tmp_path: Path) -> None:
    source = gml.write(tmp_path, city("", version="1.0"))
    findings = write_back(source, tmp_path / "out.gml", results("b", heating_kwh=[2.0]))
    assert findings.name.tolist() == ["ATTRIBUTE_CHANGED"]
    assert "without its unit kWh" in findings.message[0]


MONTHS = pd.DataFrame([np.arange(12) + 0.5], index=["b"])


def test_energy_demand(tmp_path: Path) -> None:
    text = city("\n <gml:name>n</gml:name>\n <bldg:roofType>1</bldg:roofType>\n")
    demands = {"spaceHeating": MONTHS, "domesticHotWater": MONTHS.reset_index(names="building_id")}
    out = spliced(tmp_path, text, results("b"), energy_ade=demands)
    assert without_added(out) == text
    spaces = {"e": ENERGY, "gml": "http://www.opengis.net/gml"}
    root = etree.fromstring(out.encode())
    found = root.findall(".//{*}Building/e:demands/e:EnergyDemand", spaces)
    assert [demand.findtext("e:endUse", namespaces=spaces) for demand in found] == list(demands)
    for demand, use in zip(found, demands, strict=True):
        assert demand.get("{http://www.opengis.net/gml}id") == f"citytwin-demand-b-{use}"
        values = demand.find("e:energyAmount/e:RegularTimeSeries/e:values", spaces)
        assert values.get("uom") == "kWh"
        assert [float(v) for v in values.text.split()] == MONTHS.loc["b"].tolist()
        assert demand.find(".//e:timeInterval", spaces).get("unit") == "month"
        assert [child.tag.rpartition("}")[2] for child in demand] == ["energyAmount", "endUse"]
    assert "<gml:TimePeriod>" in out
    second = spliced(tmp_path, out, results("b"), energy_ade={"spaceHeating": MONTHS + 1})
    assert second == spliced(tmp_path, text, results("b"), energy_ade={"spaceHeating": MONTHS + 1})
    assert spliced(tmp_path, out, results("b")) == spliced(tmp_path, text, results("b"))


def test_energy_demand_of_an_assessment(tmp_path: Path) -> None:
    demand = SimpleNamespace(building=np.array(["b"]), monthly=lambda name: np.full((1, 12), float(len(name))))
    assessment = SimpleNamespace(demand=demand, table=lambda: results("b").reset_index(names="building_id"))
    out = spliced(tmp_path, city(""), assessment, energy_ade=True)
    uses = re.findall(r"<energy:endUse>(\w+)</energy:endUse>", out)
    assert uses == ["spaceHeating", "domesticHotWater", "spaceCooling", "electricalAppliances"]
    assert re.findall(r'<energy:values uom="kWh">(\S+) ', out) == ["11.0", "13.0", "11.0", "15.0"]


def test_energy_demand_needs_version_2_and_whole_years(tmp_path: Path) -> None:
    for version in ("1.0", "3.0"):
        text = gml.city(gml.building("b"), version=version)
        source = gml.write(tmp_path, text)
        with pytest.raises(CityReadError, match="Energy ADE"):
            write_back(source, tmp_path / "out.gml", results("b"), energy_ade={"spaceHeating": MONTHS})
    source = gml.write(tmp_path, city(""))
    with pytest.raises(ValueError, match="12 columns"):
        write_back(source, tmp_path / "out.gml", results("b"), energy_ade={"spaceHeating": MONTHS.iloc[:, 1:]})
    with pytest.raises(TypeError, match="Assessment"):
        write_back(source, tmp_path / "out.gml", results("b"), energy_ade=True)
    gap = MONTHS.where(MONTHS != 3.5)
    findings = write_back(source, tmp_path / "out.gml", results("b"), energy_ade={"spaceHeating": gap})
    assert findings.name.tolist() == ["RESULT_LEFT_OUT"]
    assert "EnergyDemand" not in (tmp_path / "out.gml").read_text()


def test_packed_and_in_place(tmp_path: Path) -> None:
    text = city("<gml:name>n</gml:name>")
    plain = spliced(tmp_path, text).encode()
    packed = gml.write(tmp_path, text, "city.gml.gz")
    write_back(packed, tmp_path / "out.gml", results("b"))
    assert (tmp_path / "out.gml").read_bytes() == plain
    write_back(packed, packed, results("b"))
    assert gzip.decompress(packed.read_bytes()) == plain
    first = packed.read_bytes()
    write_back(packed, packed, results("b"))
    assert packed.read_bytes() == first


def test_refused_inputs(tmp_path: Path) -> None:
    bombs = {
        "doctype": '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "y">]>' + gml.city().partition("?>")[2],
        "cut short": city("")[:-30],
        "empty": "",
        "no XML": "{}",
        "encoding": '<?xml version="1.0" encoding="utf-7"?><a/>',
    }
    for text in bombs.values():
        source = gml.write(tmp_path, text)
        with pytest.raises(CityReadError):
            write_back(source, tmp_path / "out.gml", results("b"))
    late = city("<gml:name>" + "n" * 300_000 + "</gml:name>").replace(
        "\n", f"\n<!--{'c' * 300_000}-->\n<!DOCTYPE a>", 1
    )
    with pytest.raises(CityReadError, match="DOCTYPE"):
        write_back(gml.write(tmp_path, late), tmp_path / "out.gml", results("b"))
    with pytest.raises(CityReadError, match="no such file"):
        write_back(tmp_path / "none.gml", tmp_path / "out.gml", results("b"))
    source = gml.write(tmp_path, city(""))
    with pytest.raises(OutputError):
        write_back(source, tmp_path, results("b"))
    assert not (tmp_path / "out.gml").exists()


def test_refused_results(tmp_path: Path) -> None:
    source, target = gml.write(tmp_path, city("")), tmp_path / "out.gml"
    with pytest.raises(ValueError, match="two rows for 'b'"):
        write_back(source, target, results("b", "b"))
    with pytest.raises(ValueError, match="no columns"):
        write_back(source, target, pd.DataFrame(index=["b"]))
    with pytest.raises(ValueError, match="'x', which is no column"):
        write_back(source, target, results("b"), units={"x": "m"})
    with pytest.raises(TypeError, match="not dict"):
        write_back(source, target, {"b": 1})


def test_one_id_twice(tmp_path: Path) -> None:
    source = gml.write(tmp_path, gml.city(gml.building("b"), gml.building("b")))
    findings = write_back(source, tmp_path / "out.gml", results("b"))
    assert (findings.code.tolist(), findings.object_id.tolist()) == ([1001], ["b"])
    assert (tmp_path / "out.gml").read_text().index("citytwin") < (tmp_path / "out.gml").read_text().rindex("<bldg:")


def test_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = gml.write(tmp_path, city(""))
    finder = citygml_splice.PlaceFinder

    def find(*arguments: Any) -> Any:
        found = finder(*arguments)
        with open(source, "ab") as file:
            file.write(b" ")
        return found

    monkeypatch.setattr(citygml_splice, "PlaceFinder", find)
    with pytest.raises(CityReadError, match="changes while"):
        write_back(source, tmp_path / "out.gml", results("b"))
    assert not (tmp_path / "out.gml").exists()


def real_files() -> list[str]:
    return [
        "berlin_mini/berlin_alexanderplatz_mini.gml",
        "citygml3/lod2_buildings_v3.gml",
        "energyade/FZKHouseLoD2-ADE-results.gml",
        "helsinki/2549_6674.gml",
        "ingolstadt_lod3/4018208.gml",
        "ingolstadt_lod3/4018212.gml",
        "ingolstadt_lod3/4018115.gml",
        "lod3/lod3_building_v2.gml",
        "nrw/LoD2_32_280_5657_1_NW.gml",
        "ogc2/ade/noise-ade/building_example.gml",
        "ogc2/appearance/Appearance-EPSG25832.gml",
        "ogc2/building/Building_LOD0-EPSG25832.gml",
        "ogc2/building/Building_LOD4-EPSG25832.gml",
        "ogc2/building/Building_and_garage_LOD2-EPSG25832.gml",
        "plateau/51311624_bldg_Issue139.gml",
        "plateau/53395404_bldg_6697_op.gml",
        "plateau/64412288_bldg_6697_op.gml",
        "plateau/yokosuka/52397519_bldg_6697_op.gml",
        "zurich_delft_small/delft-citygml2.gml",
        "zurich_delft_small/zurich-lod2-citygml1.gml",
    ]


@pytest.mark.parametrize("name", real_files())
def test_real_files_stay_as_they_are(test_data: Path, tmp_path: Path, name: str) -> None:
    source = test_data / "data" / "citygml" / name
    root = etree.parse(source, etree.XMLParser(huge_tree=True)).getroot()
    ids = [
        value for element in root.iter("{*}Building") for key, value in element.attrib.items() if key.endswith("}id")
    ]
    version = next(e.tag for e in root.iter("{*}Building")).partition("}")[0][-3:]
    table = pd.DataFrame([VALUES] * len(ids), index=ids)
    energy = {"spaceHeating": pd.DataFrame(np.ones((len(ids), 12)), index=ids)} if version == "2.0" else False
    write_back(source, tmp_path / "out.gml", table, energy_ade=energy)
    out, data = (tmp_path / "out.gml").read_bytes(), source.read_bytes()
    marked = ours_of_root(out)
    assert len(marked) == len(ids)
    for node in marked[:20]:
        assert values_of(node, version) == expected(version)
    assert without_added(out.decode("latin-1")).encode("latin-1") == data
    write_back(tmp_path / "out.gml", tmp_path / "again.gml", table, energy_ade=energy)
    assert (tmp_path / "again.gml").read_bytes() == out


def ours_of_root(data: bytes) -> list[Any]:
    return [node for _, node in ours(data)]


@pytest.mark.parametrize(
    "name", ["helsinki/2549_6674.gml", "nrw/LoD2_32_280_5657_1_NW.gml", "citygml3/lod2_buildings_v3.gml"]
)
def test_the_same_city_is_read(test_data: Path, tmp_path: Path, name: str) -> None:
    source = test_data / "data" / "citygml" / name
    options = {"crs": "local"} if "citygml3" in name else {}
    city = read_city(source, **options)
    top = city.objects.id[np.flatnonzero(city.objects.parent < 0)]
    write_back(source, tmp_path / "out.gml", pd.DataFrame([VALUES] * len(top), index=list(top)))
    before, after = described(city, None), described(read_city(tmp_path / "out.gml", **options), None)
    for key, whole in after.items():
        if key.startswith("object "):
            added = [v for v in whole["attributes"] if v[3] == "set:citytwin" or v[0].startswith("citytwin:")]
            assert len(added) == (len(VALUES) if whole["parent"] is None else 0)
            whole["attributes"] = tuple(value for value in whole["attributes"] if value not in added)
    assert after == before
