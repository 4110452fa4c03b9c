"""The byte scanner against the walker: the same columns for every member it takes, and no guess about the others."""

import random
import re
from collections import Counter
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from lxml import etree

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected, concat
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import lod_filter
from citytwin.io._xml import OPTIONS
from citytwin.io.citygml_scan import ScanContext, ScanStatus, scan_members
from citytwin.io.citygml_walk import Walker
from citytwin.model.attributes import TYPES
from tests.io import gml
from tests.io.same_city import canonical

LIMITS = ReadLimits()


def walked(document: bytes, dimension: int = 3, wanted=None, limits: ReadLimits = LIMITS) -> Collected:
    """Columns of everything below the root, by the walker."""
    walker = Walker("document", limits, lod_filter(wanted))
    walker.geometry.document_dimension = dimension
    for child in etree.parse(BytesIO(document), etree.XMLParser(**OPTIONS)).getroot():
        walker.child(child)
    walker.close()
    return walker.columns.collected()


class Scan:
    """Columns of everything below the root, by the scanner, and by the walker where it leaves something."""

    def __init__(self, document: bytes, dimension: int = 3, wanted=None, limits: ReadLimits = LIMITS) -> None:
        first = re.search(rb"<[A-Za-z_][^>]*>", document)
        head, start, stop = document[: first.end()], first.end(), document.rindex(b"</")
        namespaces = etree.fromstring(first[0] + document[stop:], etree.XMLParser(recover=True)).nsmap
        context = ScanContext.of(namespaces, dimension, lod_filter(wanted), limits)
        buffer = np.frombuffer(document, np.uint8)
        parts = []
        self.handed: list[bytes] = []
        self.others = 0
        while True:
            result = scan_members(buffer, start, stop, context)
            self.status = result.status
            if result.status == ScanStatus.DOCUMENT:
                return
            parts.append(result.collected)
            start = result.end
            if result.status == ScanStatus.DONE:
                break
            left = document[result.begin : result.end]
            self.others += result.status == ScanStatus.OTHER
            if result.status == ScanStatus.MEMBER:
                self.handed.append(left)
            parts.append(walked(head + left + document[stop:], dimension, wanted, limits))
        assert start == stop
        self.collected = concat(parts)


def rows(collected: Collected) -> dict[str, list]:
    """Columns as lists that can be compared; attributes decoded, extras in canonical form."""
    columns: dict[str, list] = {}
    for name, value in vars(collected).items():
        if name.endswith("_attributes"):
            columns[name] = [
                (
                    int(value.row[i]),
                    value.keys[value.key[i]],
                    TYPES[value.type[i]],
                    value.places[value.place[i]],
                    value.units[value.unit[i]],
                    text,
                )
                for i, text in enumerate(value.value)
            ]
            columns[f"{name}.keys"] = [value.n, value.keys, value.places, value.units]
        elif name == "extras":
            columns[name] = list(zip(value.object.tolist(), value.place, map(canonical, value.content), strict=True))
        elif name == "coordinates":
            columns[name] = [value.dtype, *value.view(np.uint64).ravel().tolist()]
        elif isinstance(value, np.ndarray):
            columns[name] = [value.dtype, *value.tolist()]
        elif name in ("notes", "left_out", "srs_names", "flat_rings"):
            columns[name] = [value]
        else:
            columns[name] = list(value)
    return columns


def assert_same(document: bytes | str, **options) -> Scan:
    """Fail where scanner and walker disagree."""
    document = document.encode() if isinstance(document, str) else document
    scan = Scan(document, **options)
    assert scan.status == ScanStatus.DONE
    first, second = rows(scan.collected), rows(walked(document, **options))
    assert first.keys() == second.keys()
    for name, column in first.items():
        if column != second[name]:
            place = next(
                (i for i, pair in enumerate(zip(column, second[name], strict=False)) if pair[0] != pair[1]), -1
            )
            raise AssertionError(f"{name}[{place}]: {column[place]!r:.400} and {second[name][place]!r:.400}")
    return scan


def assert_taken(document: str, **options) -> Collected:
    """The same that passes only where the scanner leaves no member to the walker."""
    scan = assert_same(document, **options)
    assert not scan.handed
    return scan.collected


def assert_left(document: str, **options) -> None:
    """The same that passes only where the scanner leaves a member to the walker."""
    assert assert_same(document, **options).handed


MAINSTREAM = (
    "helsinki/2549_6674.gml",
    "nrw/LoD2_32_280_5657_1_NW.gml",
    "plateau/53395404_bldg_6697_op.gml",
    "plateau/51311624_bldg_Issue139.gml",
    "plateau/64412288_bldg_6697_op.gml",
    "plateau/yokosuka/52397519_bldg_6697_op.gml",
    "zurich_delft_small/delft-citygml2.gml",
    "zurich_delft_small/zurich-lod2-citygml1.gml",
    "berlin_mini/berlin_alexanderplatz_mini.gml",
    "lod3/lod3_building_v2.gml",
)


@pytest.mark.compiled
@pytest.mark.parametrize("name", MAINSTREAM)
def test_mainstream_files_are_scanned_without_hand_over(test_data, name):
    assert not assert_same((test_data / "data" / "citygml" / name).read_bytes()).handed


@pytest.mark.compiled
def test_sample_city_is_scanned_without_hand_over(sample_folder):
    assert not assert_same((sample_folder / "helsinki_centre.gml").read_bytes()).handed


@pytest.mark.compiled
def test_all_files_give_the_same_columns(test_data):
    folder = test_data / "data" / "citygml"
    for path in sorted(folder.rglob("*.gml")):
        if str(path.relative_to(folder)) not in MAINSTREAM:
            document = path.read_bytes()
            declared = re.search(rb"""encoding=["']([^"']+)""", document[:100])
            if declared and declared[1].lower() != b"utf-8":
                document = document.decode(declared[1].decode()).replace(declared[1].decode(), "UTF-8", 1).encode()
            assert_same(document)


SQUARE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
HOLE = [(0.25, 0.25, 0), (0.25, 0.5, 0), (0.5, 0.5, 0)]
ADDRESS = (
    "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName> Suomi &amp; "
    "co </xAL:CountryName><xAL:Locality Type='Town'><xAL:LocalityName>Töölö</xAL:LocalityName></xAL:Locality>"
    "</xAL:Country>"
    "</xAL:AddressDetails></core:xalAddress><core:multiPoint><gml:MultiPoint/></core:multiPoint></core:Address>"
    "</bldg:address>"
).replace("'", '"')
REFERENCE = (
    "<core:externalReference><core:informationSystem>http://a/?b=1&amp;c</core:informationSystem><core:externalObject>"
    "<core:name>n</core:name></core:externalObject></core:externalReference>"
)
ENVELOPE = '<gml:boundedBy><gml:Envelope srsName="EPSG:25832"><gml:pos>0 0 0</gml:pos></gml:Envelope></gml:boundedBy>'
SET = (
    '<gen:genericAttributeSet name="s">'
    + gml.generic("a", "1", "int")
    + gml.generic("m", "2.5", "measure", "m")
    + '<gen:genericAttributeSet name="t">'
    + gml.generic("b", "")
    + "</gen:genericAttributeSet></gen:genericAttributeSet>"
)
WINDOW = (
    "<bldg:opening>"
    + gml.element(
        "bldg:Window", "<gml:name>w</gml:name>", gml.multi_surface(gml.polygon(HOLE, "w_p"), lod=3), identifier="w"
    )
    + "</bldg:opening>"
)
INSTALLATION = (
    "<bldg:outerBuildingInstallation>"
    + gml.element(
        "bldg:BuildingInstallation",
        gml.surface("RoofSurface", "i_r", gml.multi_surface(gml.polygon(SQUARE))),
        identifier="i",
    )
    + "</bldg:outerBuildingInstallation>"
)
TURNED = gml.member(
    '<gml:OrientableSurface gml:id="o" orientation="-"><gml:baseSurface>'
    + gml.polygon(SQUARE, "o_p")
    + "</gml:baseSurface></gml:OrientableSurface>"
) + gml.member('<gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#o"/></gml:OrientableSurface>')
PATCHES = (
    '<bldg:lod2Geometry><gml:MultiSurface srsName="EPSG:3879"><gml:surfaceMember><gml:Surface gml:id="s"><gml:patches>'
    "<gml:PolygonPatch><gml:exterior><gml:LinearRing><gml:posList>0 0 0 1 0 0 1 1 0</gml:posList></gml:LinearRing>"
    "</gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface></gml:surfaceMember></gml:MultiSurface>"
    "</bldg:lod2Geometry>"
)
FLAT = (
    '<bldg:lod0FootPrint><gml:MultiSurface srsDimension="2"><gml:surfaceMember><gml:Polygon><gml:exterior>'
    "<gml:LinearRing><gml:posList>0 0 1 0 1 1</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    "</gml:surfaceMember></gml:MultiSurface></bldg:lod0FootPrint>"
)
EDGE = gml.multi_surface(gml.polygon(SQUARE)).replace("lod2MultiSurface", "lod0RoofEdge")
EXTRA = '<ade:x  a="1" ade:b = "2"><ade:y/>\n  <ade:z>t &lt; <![CDATA[]]></ade:z>\n</ade:x>'.replace("<![CDATA[]]>", "")
CURVE = (
    "<bldg:lod2TerrainIntersection><gml:MultiCurve><gml:curveMember/></gml:MultiCurve></bldg:lod2TerrainIntersection>"
)
PART = gml.element(
    "bldg:consistsOfBuildingPart",
    gml.building("part", gml.solid(*(gml.member(gml.polygon(SQUARE)) for _ in range(2))), tag="bldg:BuildingPart"),
)
LEAVES = (
    "<gml:description>d&#228;</gml:description>",
    '<gml:name codeSpace="c">n</gml:name>',
    "<gml:name>m</gml:name>",
    "<core:creationDate>2020-01-01</core:creationDate>",
    '<bldg:function codeSpace="http://f">31</bldg:function>',
    "<bldg:function>32</bldg:function>",
    '<bldg:measuredHeight uom="#m">7.5</bldg:measuredHeight>',
    "<bldg:storeysAboveGround> 2 </bldg:storeysAboveGround>",
    "<bldg:yearOfConstruction/>",
)
GENERICS = (
    gml.generic("Kerrosala", "1200.5", "double"),
    gml.generic("Käyttö", "a\r\nb\rc", "string"),
    gml.generic("h", "3", "measure", "m"),
    '<gen:stringAttribute name="e"/>',
    '<gen:uriAttribute name="u"><gen:value/></gen:uriAttribute>',
    SET,
)
RICH = (
    gml.building(
        "rich",
        *LEAVES,
        *GENERICS,
        ENVELOPE,
        REFERENCE,
        ADDRESS,
        EXTRA,
        CURVE,
        FLAT,
        EDGE,
        PATCHES,
        gml.solid(TURNED, gml.link("wall_p"), gml.link("nowhere")),
        gml.surface("WallSurface", "wall", gml.multi_surface(gml.polygon(SQUARE, "wall_p", [HOLE])), EXTRA, WINDOW),
        INSTALLATION,
        PART,
    ),
    gml.box("box", *LEAVES),
)


def test_everything_the_scanner_knows():
    columns = assert_taken(gml.city(*RICH))
    assert len(columns.extras.content) == 4
    assert columns.flat_rings == 1
    assert len(columns.late_target) == 1


@pytest.mark.parametrize("lod", [0, 1, [2, 3]])
def test_levels_of_detail(lod):
    assert_taken(gml.city(*RICH), wanted=lod)


def test_two_dimensions_by_default():
    text = gml.city(gml.building("b", FLAT.replace(' srsDimension="2"', "")), srs=None)
    assert assert_taken(text, dimension=2).flat_rings == 1


def _renamed(text: str) -> str:
    for old, new in (("gml", "g"), ("core", "c-1"), ("bldg", "b.x"), ("gen", "_"), ("xAL", "x"), ("ade", "q")):
        text = re.sub(
            rf"(?<=[</ ]){old}:|(?<=xmlns:){old}(?==)", lambda m, new=new: m[0].replace(m[0].rstrip(":"), new), text
        )
    return text


REWRITTEN = {
    "other prefixes": _renamed,
    "a default namespace": lambda text: text.replace("bldg:", "").replace("xmlns:bldg", "xmlns"),
    "line ends of Windows": lambda text: text.replace("><", ">\r\n<"),
    "indented": lambda text: text.replace("><", ">\n\t    <").replace("\t    </gen:value", "</gen:value"),
    "single positions": lambda text: re.sub(
        r"<gml:posList>([^<]*)</gml:posList>",
        lambda m: "".join(f"<gml:pos>{a}</gml:pos>" for a in re.findall(r"\S+ \S+ \S+", m[1])),
        text,
    ),
    "exponents": lambda text: re.sub(r"\b0\.25\b", "2.5e-1", text),
    "blanks in tags": lambda text: re.sub(r'="([^"]*)">', r' = "\1" >', text).replace(
        "</gml:Polygon>", "</gml:Polygon >"
    ),
    "single quotes": lambda text: re.sub(r'="([^"]*)"', r"='\1'", text),
    "version 1.0": lambda text: text.replace("/2.0", "/1.0"),
    "characters by number": lambda text: text.replace("Suomi", "Suo&#x6D;i").replace("d&#228;", "&#100;ä"),
}


@pytest.mark.parametrize("how", REWRITTEN)
def test_written_in_another_way(how):
    text = gml.city(*(member for member in RICH))
    rewritten = REWRITTEN[how](text)
    assert rewritten != text
    if how in ("single positions",):
        rewritten = rewritten.replace(FLAT, "")
    scan = assert_same(rewritten)
    assert not scan.handed


LEFT = {
    "a comment": "<!-- c -->",
    "an instruction": "<?p i?>",
    "a section": "<bldg:class><![CDATA[1]]></bldg:class>",
    "a namespace": '<bldg:class xmlns:n="n">1</bldg:class>',
    "a value with a reference": gml.generic("a&amp;b", "1"),
    "an element in a leaf": "<bldg:class>1<gml:name/></bldg:class>",
    "two values": gml.generic("a", "1").replace("</gen:string", "<gen:value/></gen:string"),
    "text between": "text",
    "coordinates": gml.multi_surface(gml.raw_polygon("<gml:coordinates>0,0,0 1,0,0 1,1,0</gml:coordinates>")),
    "a type": '<ade:x xsi:type="ade:t" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>',
    "an implicit geometry": '<bldg:lod2Geometry xlink:href="#a"/>',
    "a curve": "<bldg:lod2Geometry><gml:MultiCurve/></bldg:lod2Geometry>",
    "one identifier twice": gml.multi_surface(gml.polygon(SQUARE, "p"), gml.polygon(SQUARE, "p")),
    "a name beyond ASCII": "<ade:ä/>",
    "a blank beyond ASCII": ADDRESS.replace(" Suomi", "&#xA0;Suomi").replace("&#xA0;", "\xa0"),
    "mixed content": "<ade:x>a<ade:y/>b</ade:x>",
}


@pytest.mark.parametrize("what", LEFT)
def test_left_to_the_walker(what):
    assert_left(gml.city(gml.building("a"), gml.building("b", LEFT[what]), gml.building("c")))


def test_other_members_are_left_to_the_walker():
    scan = assert_same(gml.city(gml.building("a"), "<ade:Thing/>", "<veg:PlantCover/>", gml.building("c")))
    assert scan.handed[0].startswith(b"<core:cityObjectMember><ade:Thing/>")


def test_limits_leave_members_to_the_walker():
    text = gml.city(gml.building("b", EXTRA))
    for limits in (ReadLimits(nesting=3), ReadLimits(extras_bytes=10)):
        assert Scan(text.encode(), limits=limits).handed
    with pytest.raises(CityReadError):
        Scan(gml.city(gml.box("b")).encode(), limits=ReadLimits(ring_points=3))
    with pytest.raises(CityReadError):
        Scan(gml.city(gml.box("b")).encode(), limits=ReadLimits(coordinate=1e3))


@pytest.mark.parametrize(
    "number", ["1e300", "-1e999", "123456789012345678901234567890e-20", "1.00000000000000000001e-30"]
)
def test_numbers_for_float(number):
    polygon = gml.polygon(SQUARE).replace("1 1 0", f"1 1 {number}")
    document = gml.city(gml.building("b", gml.multi_surface(polygon))).encode()
    scan = Scan(document)
    if abs(float(number)) > LIMITS.coordinate:
        assert scan.status == ScanStatus.DOCUMENT
    else:
        assert_taken(document.decode())


@pytest.mark.compiled
def test_tables_grow_where_a_document_is_dense():
    polygons = "".join(f'<gml:surfaceMember xlink:href="#{k}"/>' for k in range(9000))
    values = gml.generic("", "") * 3000 + "<ade:x><ade:y/> <ade:y/></ade:x>" * 3000
    named = gml.multi_surface(*(gml.polygon([(0, 0, 0)], str(k)) for k in range(20_000)))
    assert_taken(gml.city(gml.building("b", gml.solid(polygons), values, named)))


def test_pieces_can_begin_anywhere_and_threads_share_a_context():
    document = gml.city(*RICH).encode()
    context = ScanContext.of(etree.fromstring(document).nsmap, 3, lod_filter(None), LIMITS)
    ends = [match.end() for match in re.finditer(rb"</core:cityObjectMember>", document)]
    start = document.index(b"<core:cityObjectMember>")
    buffer = np.frombuffer(document, np.uint8)
    whole = scan_members(buffer, start, ends[-1], context).collected
    cuts = [start, *ends]
    pieces = [scan_members(buffer, a, b, context).collected for a, b in pairwise(cuts)]
    assert rows(concat(pieces)) == rows(whole)


def mutated(document: bytes, rng: random.Random) -> bytes:
    """A document with some bytes, tags or attributes changed, left out, repeated or exchanged."""
    data = bytearray(document)
    start = document.index(b"cityObjectMember>") + 17
    stop = document.rindex(b"</core:cityObjectMember")
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        kind = rng.randrange(6)
        if kind == 0:
            data[rng.randrange(start, stop)] = rng.choice(b"<>&\"'/ \n\r]!?-=:#0az\x00\x7f\xc3\xff")
            continue
        pattern = (rb"<[^<>]*>", rb' [a-zA-Z:]+="[^"]*"', rb">[^<>]+<", rb"[-\d.]+", rb"[A-Za-z]+:")[kind - 1]
        found = [match.span() for match in re.finditer(pattern, bytes(data[start:stop]))]
        if not found:
            continue
        (a, b), (c, d) = (tuple(start + x for x in rng.choice(found)) for _ in range(2))
        piece = bytes(data[c:d])
        action = rng.randrange(4)
        if action == 0:
            del data[a:b]
        elif action == 1:
            data[a:b] = piece
        elif action == 2:
            data[a:a] = piece
        else:
            data[a:a] = rng.choice(
                (
                    b"<!-- c -->",
                    b"<![CDATA[x]]>",
                    b"&amp;",
                    b"&#10;",
                    b"&nbsp;",
                    b"1e400",
                    b" ",
                    b"\t",
                    b"nan",
                    b"<ade:x/>",
                )
            )
        stop = bytes(data).rfind(b"</core:cityObjectMember")
        if stop <= start:
            break
    return bytes(data)


@pytest.mark.compiled
def test_mutants_are_the_same_or_left():
    rng = random.Random(3)
    documents = [gml.city(member).encode() for member in RICH]
    outcomes: Counter[str] = Counter()
    for _ in range(2000):
        document = mutated(rng.choice(documents), rng)
        try:
            expected = rows(walked(document))
        except (etree.XMLSyntaxError, CityReadError, AssertionError):
            expected = None
        try:
            scan = Scan(document)
        except (etree.XMLSyntaxError, CityReadError):
            assert expected is None, document
            outcomes["refused by both"] += 1
            continue
        if scan.status == ScanStatus.DOCUMENT:
            outcomes["in doubt"] += 1
            continue
        assert expected is not None, document
        found = rows(scan.collected)
        assert [name for name in found if found[name] != expected[name]] == [], document
        outcomes["left" if scan.handed else "taken"] += 1
    assert outcomes["taken"] > 300
    assert outcomes["left"] > 50
    assert outcomes["in doubt"] > 400
