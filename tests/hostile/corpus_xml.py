"""Hostile XML: entities, references to elsewhere, sizes and depths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from citytwin.model.city import CityModel
from tests.hostile.corpus import Case, generated, limited, referring, written
from tests.io import gml

BOX = gml.box("b")
SPLIT = "@@"


def around(content: str) -> tuple[str, str]:
    """A sound document with a building, cut where `content`, which holds ``@@``, is cut."""
    before, after = gml.city(gml.box("b", content)).split(SPLIT)
    return before, after


def with_doctype(declaration: str, content: str = "<gml:name>x</gml:name>") -> Callable[[Path], Path]:
    """A document with a document type declaration, with the marks of :func:`referring`."""

    return referring(gml.city(gml.box("b", content), prolog=declaration))


def laughs(levels: int, width: int) -> str:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * width}">' for i in range(1, levels))
    return f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>\n'


def entity(value: str) -> str:
    return f'<!DOCTYPE x [<!ENTITY e "{value}">]>\n'


def deep(depth: int, tag: str = "ade:a") -> Callable[[Path], Path]:
    before, after = around(SPLIT)
    return generated(lambda _: (before, f"<{tag}>" * depth, f"</{tag}>" * depth, after))


def repeated(content: str, count: int, place: str = SPLIT) -> Callable[[Path], Path]:
    before, after = around(place)
    return generated(lambda _: (before, content * count, after))


def junk_beside_objects(count: int) -> Callable[[Path], Path]:
    before, after = gml.city(BOX, gml.box("c", x=gml.EAST + 30)).split("\n<core:cityObjectMember>", 1)
    return generated(lambda _: (before, "<ade:x/>" * count, "<core:cityObjectMember>", after))


def linked(href: str) -> Callable[[Path], Path]:
    wall = gml.multi_surface(gml.polygon(gml.box_faces()["south"], "s"))
    return referring(gml.city(gml.building("b", wall, gml.solid(f'<gml:surfaceMember xlink:href="{href}"/>'))))


def chained_links(levels: int) -> str:
    """Composite surfaces each of which links twice to the one before: 2 to the power of `levels` surfaces."""
    surfaces = [gml.element("gml:CompositeSurface", gml.member(gml.polygon(gml.box_faces()["south"])), identifier="c0")]
    for level in range(1, levels):
        links = gml.link(f"c{level - 1}") * 2
        surfaces.append(gml.element("gml:CompositeSurface", links, identifier=f"c{level}"))
    return gml.city(gml.building("b", gml.solid(*map(gml.member, surfaces), gml.link(f"c{levels - 1}"))))


def noted(code: int) -> Callable[[CityModel], bool]:
    return lambda city: code in city.recorded.code


def degraded(code: int) -> Callable[[CityModel], bool]:
    return lambda city: code in city.recorded.code and city.counts["degraded"] == 1


DOCTYPE = "DOCTYPE"
XI = "http://www.w3.org/2001/XInclude"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation'
MANY = limited(object_elements=100_000)
SMALL = limited(object_bytes=8_000_000)
LONG = 11_000_000
ATTRIBUTES_256 = f"<ade:n {' '.join(f'a{i}=_' for i in range(256))}/>".replace("_", "''")

SYSTEMS = {
    "a file": "file://{canary}",
    "a path": "{canary}",
    "an address": "http://127.0.0.1:{port}/crs",
    "a definition with a grid": "+proj=longlat +nadgrids={canary} +type=crs",
    "a definition with a vertical grid": "+proj=utm +zone=35 +geoidgrids={canary} +type=crs",
    "a pipeline": "+proj=pipeline +step +proj=hgridshift +grids={canary}",
    "an initial file": "+init={canary}:3879",
    "WKT": "GEOGCS[&quot;x&quot;,DATUM[&quot;x&quot;,SPHEROID[&quot;x&quot;,1,0],EXTENSION[&quot;PROJ4_GRIDS&quot;,"
    "&quot;{canary}&quot;]],PRIMEM[&quot;x&quot;,0],UNIT[&quot;x&quot;,1]]",
    "another planet": "GEOGCS[&quot;x&quot;,DATUM[&quot;x&quot;,SPHEROID[&quot;x&quot;,1737400,0]],"
    "PRIMEM[&quot;x&quot;,0],UNIT[&quot;degree&quot;,0.0174532925199433]]",
    "a number beyond all": f"EPSG:{9**40}",
    "a number below all": "EPSG:-1",
    "a unit": "urn:ogc:def:uom:EPSG::9001",
    "blanks": "   ",
    "one megabyte": "urn:ogc:def:crs:EPSG::" + "9" * 1_000_000,
    "many colons": ":" * 10_000,
    "many commas": "urn:ogc:def:crs," + "crs:EPSG::1," * 5_000,
}

CASES = [
    # Entities
    Case("billion laughs", with_doctype(laughs(10, 10), "<gml:name>&e9;</gml:name>"), DOCTYPE, line=2),
    Case("small laughs", with_doctype(laughs(6, 10), "<gml:name>&e5;</gml:name>"), DOCTYPE, line=2),
    Case("quadratic text", with_doctype(entity("a" * 100_000), f"<gml:name>{'&e;' * 25_000}</gml:name>"), DOCTYPE),
    Case("quadratic attribute", with_doctype(entity("a" * 100_000), f'<ade:n a="{"&e;" * 25_000}"/>'), DOCTYPE),
    Case("entity used four times", with_doctype(entity("a" * 2_000_000), f"<gml:name>{'&e;' * 4}</gml:name>"), DOCTYPE),
    Case("entity as coordinate", with_doctype(entity("3"), "<ade:p>1 2 &e; 4</ade:p>"), DOCTYPE),
    Case("external entity", with_doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file://{canary}">]>'), DOCTYPE),
    Case("external entity used", with_doctype(
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{canary}">]>', "<gml:name>&e;</gml:name>"), DOCTYPE),
    Case("external entity, path", with_doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "canary.txt">]>'), DOCTYPE),
    Case("parameter entity", with_doctype(
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "file://{canary}">%p;]>'), DOCTYPE),
    Case("external DTD", with_doctype('<!DOCTYPE x SYSTEM "file://{canary}">'), DOCTYPE),
    Case("external DTD over http", with_doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:{port}/a.dtd">'), DOCTYPE),
    Case("public DTD", with_doctype('<!DOCTYPE x PUBLIC "-//A//B" "http://127.0.0.1:{port}/a.dtd">'), DOCTYPE),
    Case("default attributes", with_doctype(
        '<!DOCTYPE x [<!ATTLIST gml:Envelope srsName CDATA "EPSG:9999">]>'), DOCTYPE),
    Case("empty DOCTYPE", with_doctype("<!DOCTYPE x>"), DOCTYPE),
    Case("DOCTYPE behind a comment", with_doctype(f"<!--{'-x' * 150_000}--><!DOCTYPE x>"), DOCTYPE),
    Case("DOCTYPE behind blanks", with_doctype(f"{' ' * 300_000}<!DOCTYPE x>"), DOCTYPE),
    Case("DOCTYPE behind an instruction", with_doctype("<?x <!DOCTYPE y> ?><!DOCTYPE x>"), DOCTYPE),
    Case("DOCTYPE in UTF-16", written(
        gml.city(BOX, prolog="<!DOCTYPE x>").replace("UTF-8", "UTF-16").encode("utf-16")), DOCTYPE),
    Case("doctype in small letters", with_doctype("<!doctype x>"), "well-formed|DOCTYPE"),
    Case("two DOCTYPEs", with_doctype("<!DOCTYPE x><!DOCTYPE y>"), DOCTYPE),
    Case("endless DOCTYPE", with_doctype("<!DOCTYPE x ["), DOCTYPE),
    Case("DOCTYPE in a comment is none", with_doctype("<!-- <!DOCTYPE x> -->")),
    Case("licence of 300 kB before the root", with_doctype(f"<!-- {'x' * 300_000} -->")),
    Case("undefined entity", written(gml.city(gml.box("b", "<gml:name>&e;</gml:name>"))), "well-formed", line=4),
    # References to elsewhere
    Case("include of a file", referring(gml.city(gml.box("b", f'<xi:include xmlns:xi="{XI}" href="{{canary}}"/>')))),
    Case("include as a member", referring(gml.city(BOX, f'<xi:include xmlns:xi="{XI}" href="file://{{canary}}"/>')),
         holds=lambda c: c.counts["total"] == 2),
    Case("schema location", referring(
        gml.city(BOX).replace("<core:CityModel ", f'<core:CityModel {XSI}="a file://{{canary}}" ', 1))),
    Case("schema over http", referring(
        gml.city(BOX).replace("<core:CityModel ", f'<core:CityModel {XSI}="a http://127.0.0.1:{{port}}/" ', 1))),
    Case("stylesheet", referring(gml.city(BOX, prolog='<?xml-stylesheet href="file://{canary}" type="text/xsl"?>'))),
    Case("base", referring(gml.city(BOX).replace("<core:CityModel ", '<core:CityModel xml:base="file://{canary}" '))),
    Case("catalogue", referring(gml.city(BOX, prolog='<?oasis-xml-catalog catalog="file://{canary}"?>'))),
    Case("link to a file", linked("file://{canary}#x"), holds=degraded(1006)),
    Case("link to a path", linked("../../etc/passwd#x"), holds=degraded(1006)),
    Case("link to a file beside", linked("canary.txt#x"), holds=degraded(1006)),
    Case("link over http", linked("http://127.0.0.1:{port}/a.gml#x"), holds=degraded(1006)),
    Case("link of another scheme", linked("jar:file:/a.zip!/b.gml#x"), holds=degraded(1006)),
    Case("link to nothing", linked("#nowhere"), holds=degraded(1005)),
    Case("empty link", linked(""), holds=lambda c: c.counts["degraded"] == 1),
    Case("link of a mark alone", linked("#"), holds=lambda c: c.counts["degraded"] == 1),
    Case("long link", linked("#" + "x" * 1_000_000), holds=degraded(1005)),
    Case("long link out", linked("http:" + "x" * 1_000_000), holds=degraded(1006)),
    Case("link to itself", written(gml.city(gml.building("b", gml.multi_surface(gml.polygon(gml.box_faces()["south"])),
        gml.solid(gml.member(gml.element("gml:CompositeSurface", gml.link("c"), identifier="c"))))))),
    Case("links in a circle", written(gml.city(gml.building("b", gml.multi_surface(
        gml.polygon(gml.box_faces()["south"])), gml.solid(
        gml.member(gml.element("gml:CompositeSurface", gml.link("d"), identifier="c")),
        gml.member(gml.element("gml:CompositeSurface", gml.link("c"), identifier="d"))))))),
    Case("links that double", written(chained_links(30))),
    Case("links that multiply", written(gml.city(gml.building("b", gml.multi_surface(
        *(gml.polygon(gml.box_faces()["south"]) for _ in range(300))).replace(
        "<gml:MultiSurface>", '<gml:MultiSurface gml:id="m">'), gml.solid(gml.link("m") * 20_000)))), "multiply"),
    *(Case(f"reference system: {name}", referring(gml.city(BOX, srs=text)), "reference system|told|known|UTM|centre")
      for name, text in SYSTEMS.items()),
    # Depth
    Case("depth 100", deep(100), holds=lambda c: len(c.extras) == 1),
    Case("depth 260", deep(260), "nested", line=4, gml_id="b"),
    Case("depth 2,100", deep(2_100), "nested|well-formed", line=True),
    Case("depth 100,000", deep(100_000), "nested|well-formed", line=True),
    Case("depth 1,000,000", deep(1_000_000, "a"), "nested|well-formed", line=True),
    Case("depth without end tags", repeated("<ade:a>", 500_000), "nested|well-formed", line=True),
    Case("surfaces in surfaces", repeated("<gml:CompositeSurface><gml:surfaceMember>", 100,
        gml.solid(gml.member(SPLIT))), "nested|well-formed"),
    Case("parts in parts", written(gml.city(gml.building("b", "<bldg:consistsOfBuildingPart><bldg:BuildingPart>" * 200
        + "</bldg:BuildingPart></bldg:consistsOfBuildingPart>" * 200))), "nested"),
    Case("sets in sets", written(gml.city(gml.box("b", '<gen:genericAttributeSet name="s">' * 200
        + "</gen:genericAttributeSet>" * 200))), "nested"),
    # Size
    Case("text of 11 MB", repeated("x", LONG, f"<gml:name>{SPLIT}</gml:name>"),
         holds=lambda c: len(c.objects.attributes["name"].values[0]) == LONG, megabytes=150),
    Case("text beyond the limit", repeated("x", LONG, f"<gml:name>{SPLIT}</gml:name>"), "object_bytes", options=SMALL),
    Case("text below the root beyond the limit", generated(
        lambda _: (gml.city(BOX).replace("</core:CityModel>\n", ""), " " * 40_000_000, "</core:CityModel>")),
        "object_bytes", options=SMALL),
    Case("text of 200 kB that is no number", repeated("x", 200_000, gml.multi_surface(gml.raw_polygon(
        f"<gml:posList>{SPLIT}</gml:posList>"))), "no coordinate", gml_id="p"),
    Case("attribute value of 11 MB", repeated("x", LONG, f'<ade:n a="{SPLIT}"/>'), megabytes=150),
    Case("attribute value beyond the limit", repeated("x", LONG, f'<ade:n a="{SPLIT}"/>'), "object_bytes",
         options=SMALL),
    Case("comment of 11 MB", repeated("x", LONG, f"<!--{SPLIT}-->"), megabytes=100),
    Case("comment beyond the limit", repeated("x", 40_000_000, f"<!--{SPLIT}-->"), "object_bytes", options=SMALL),
    Case("instruction of 11 MB", repeated("x", LONG, f"<?p {SPLIT}?>"), megabytes=100),
    Case("section of 11 MB", repeated("<", LONG, f"<ade:n><![CDATA[{SPLIT}]]></ade:n>"), "object_elements",
         megabytes=100),
    Case("name of 60 kB", written(gml.city(gml.box("b", f"<ade:{'n' * 60_000}/>"))), holds=lambda c: len(c.extras)),
    Case("identifier of 1 MB", written(gml.city(BOX, gml.building("b" * 1_000_000))),
         holds=lambda c: len(c.objects.id[1]) == 1_000_000),
    Case("200,000 attributes", generated(lambda _: (around(f"<ade:n {SPLIT}/>")[0],
        *(f' a{i}=""' for i in range(200_000)), around(f"<ade:n {SPLIT}/>")[1])), "element_attributes"),
    Case("attributes behind a long value", generated(lambda _: (around(f"<ade:n {SPLIT}/>")[0], f'b="{">" * 600_000}"',
        *(f' a{i}=""' for i in range(200_000)), around(f"<ade:n {SPLIT}/>")[1])), "element_attributes"),
    Case("256 attributes", written(gml.city(gml.box("b", ATTRIBUTES_256)))),
    Case("100,000 namespaces", generated(lambda _: (around(f"<ade:n {SPLIT}/>")[0],
        *(f' xmlns:a{i}="u{i}"' for i in range(100_000)), around(f"<ade:n {SPLIT}/>")[1])), "element_attributes"),
    Case("a namespace an element", generated(lambda _: (around(SPLIT)[0],
        *(f'<n:n xmlns:n="urn:n{i}"/>' for i in range(20_000)), around(SPLIT)[1]))),
    Case("30,000 names", generated(lambda _: (around(f"<ade:n>{SPLIT}</ade:n>")[0],
        *(f"<n{i}/>" for i in range(30_000)), around(f"<ade:n>{SPLIT}</ade:n>")[1]))),
    Case("30,000 attribute names", generated(lambda _: (around(SPLIT)[0], *(gml.generic(f"n{i}", "1")
        for i in range(30_000)), around(SPLIT)[1])), holds=lambda c: len(c.objects.attributes.keys) == 30_000),
    Case("200,000 empty elements", repeated("<ade:a/>", 200_000, f"<ade:n>{SPLIT}</ade:n>"), megabytes=100),
    Case("2,000,000 empty elements", repeated("<a/>", 2_000_000, f"<ade:n>{SPLIT}</ade:n>"), "object_elements",
         options=MANY),
    Case("2,000,000 elements beside objects", junk_beside_objects(2_000_000), "object_elements", options=MANY,
         megabytes=80),
    Case("100,000 empty members", repeated("<core:cityObjectMember/>", 100_000,
        f"<ade:n/></bldg:Building></core:cityObjectMember>{SPLIT}"
        '<core:cityObjectMember><bldg:Building gml:id="c">'), options=MANY),
    Case("100,000 extras", repeated("<ade:a/>", 100_000), holds=lambda c: len(c.extras) == 100_000, megabytes=150,
         seconds=8),
    Case("extras beyond the limit", repeated("<ade:a/>", 1_000), holds=noted(1009),
         options=limited(extras_bytes=9_000)),
    Case("findings beyond the limit", repeated(gml.link("nowhere"), 1_000, gml.solid(SPLIT)), holds=noted(1010),
         options=limited(findings=100)),
    Case("points beyond the limit", written(gml.city(BOX, gml.building("c", gml.multi_surface(gml.polygon(
        [(gml.EAST + i, gml.NORTH + i * i, 1.0) for i in range(100)], "p"))))), "ring_points", gml_id="p", line=5,
        options=limited(ring_points=50)),
    Case("object beyond the limit", written(gml.city(BOX, gml.box("c", x=gml.EAST + 30))), holds=noted(1012),
         options=limited(object_vertices=10)),
    Case("file beyond the limit", written(gml.city(BOX)), "file_bytes", options=limited(file_bytes=1000)),
]  # fmt: skip
