"""Hostile text: encodings, damage to well-formedness, and XML that is unusual but right."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from citytwin.model.city import CityModel
from tests.hostile.corpus import Case, written
from tests.io import gml

BOX = gml.box("b")
NAMED = gml.city(gml.box("b", gml.generic("name", "Töölö €")))
PLAIN = gml.city(gml.box("b", gml.generic("name", "Töölö")))
BROKEN = "well-formed|not XML|cannot be parsed"


def encoded(encoding: str, declared: str | None = None, text: str = PLAIN) -> Callable[[Path], Path]:
    return written(text.replace("UTF-8", declared or encoding).encode(encoding))


def named(value: str) -> Callable[[CityModel], bool]:
    return lambda city: city.objects.attributes["name"].values[0] == value


def replaced(old: str, new: str, text: str = PLAIN, count: int = 1) -> Callable[[Path], Path]:
    assert old in text
    return written(text.replace(old, new, count))


def ring(inner: str) -> Callable[[Path], Path]:
    """A building whose one ring is written as given; without blanks and the like it is a square of 10 m."""
    return written(gml.city(gml.building("b", gml.multi_surface(gml.raw_polygon(inner)))))


X, Y = int(gml.EAST), int(gml.NORTH)
SQUARE = f"{X} {Y} 5 {X + 10} {Y} 5 {X + 10} {Y + 10} 5 {X} {Y + 10} 5 {X} {Y} 5"

TALL = SQUARE.replace(" ", "\r\n\t")


def is_square(city: CityModel) -> bool:
    return list(city.surfaces.area) == [100.0] and city.counts["read"] == 1


def with_id(identifier: str) -> Callable[[CityModel], bool]:
    return lambda city: city.objects.id[0] == identifier


def positions(*points: str) -> str:
    return "".join(f"<gml:pos>{point}</gml:pos>" for point in points)


def prefixes(old: str, new: str) -> str:
    """A document with another prefix for a namespace; an empty one makes it the default."""
    text = gml.city(BOX).replace(f"xmlns:{old}=", f"xmlns:{new}=" if new else "xmlns=")
    text = re.sub(rf"(</?){old}:", rf"\1{new}:" if new else r"\1", text)
    return text.replace(f" {old}:id=", f" {new}:id=") if new else text


CASES = [
    # Encodings
    Case("UTF-8 mark", written(b"\xef\xbb\xbf" + PLAIN.encode()), holds=named("Töölö")),
    Case("two UTF-8 marks", written(b"\xef\xbb\xbf" * 2 + PLAIN.encode()), BROKEN),
    Case("mark alone", written(b"\xef\xbb\xbf"), "empty"),
    Case("empty file", written(b""), "empty"),
    Case("blanks alone", written(b" \r\n\t" * 10), "empty"),
    Case("blanks before", written("\n " + PLAIN), BROKEN),
    Case("blanks before, undeclared", written("\n " + PLAIN.split("?>\n", 1)[1]), holds=named("Töölö")),
    Case("UTF-16 with mark", encoded("utf-16"), holds=named("Töölö")),
    Case("UTF-16 little", encoded("utf-16-le", "UTF-16"), holds=named("Töölö")),
    Case("UTF-16 big", encoded("utf-16-be", "UTF-16"), holds=named("Töölö")),
    Case("UTF-16 that says UTF-8", encoded("utf-16", "UTF-8"), holds=named("Töölö")),
    Case("UTF-8 that says UTF-16", encoded("utf-8", "UTF-16"), BROKEN),
    Case("UTF-16 of odd length", written(PLAIN.replace("UTF-8", "UTF-16").encode("utf-16")[:-1]), BROKEN),
    Case("UTF-32", encoded("utf-32"), f"encoding|{BROKEN}"),
    Case("UTF-32 little", encoded("utf-32-le", "UTF-32"), f"encoding|{BROKEN}"),
    Case("UTF-7", written(PLAIN.replace("UTF-8", "UTF-7").encode("utf-8")), "encoding"),
    Case("UTF-7 in small letters", written(PLAIN.replace('"UTF-8"', "'utf-7'").encode()), "encoding"),
    Case("UTF-7 markup in UTF-8", written(PLAIN.replace("Töölö", "+ADw-b+AD4-")), holds=named("+ADw-b+AD4-")),
    Case("EBCDIC", written(PLAIN.encode("cp500", "replace")), BROKEN),
    Case("EBCDIC declared", written(PLAIN.replace("UTF-8", "IBM500")), "encoding"),
    Case("unknown encoding", written(PLAIN.replace("UTF-8", "klingon")), "encoding"),
    Case("encoding without a name", written(PLAIN.replace("UTF-8", "")), f"encoding|{BROKEN}"),
    Case("Latin-1", encoded("iso-8859-1"), holds=named("Töölö")),
    Case("Latin-9", encoded("iso-8859-15", text=NAMED), holds=named("Töölö €")),
    Case("Windows", encoded("windows-1252", text=NAMED), holds=named("Töölö €")),
    Case("Latin-1 that says UTF-8", encoded("iso-8859-1", "UTF-8"), BROKEN, line=True),
    Case("UTF-8 that says Latin-1", encoded("utf-8", "ISO-8859-1"), holds=lambda c: 1011 in c.recorded.code),
    Case("UTF-8 that says ASCII", encoded("utf-8", "US-ASCII"), BROKEN),
    Case("ASCII", encoded("ascii", "US-ASCII", PLAIN.replace("ö", "&#246;")), holds=named("Töölö")),
    Case("undeclared", written(PLAIN.split("?>\n", 1)[1]), holds=named("Töölö")),
    Case("bytes that are no UTF-8", written(
        PLAIN.encode().replace("Töölö".encode(), b"\xff\xfe\xfa")), BROKEN, line=True),
    Case("overlong UTF-8", written(PLAIN.encode().replace("Töölö".encode(), b"\xc0\xbc")), BROKEN, line=True),
    Case("surrogates in UTF-8", written(PLAIN.encode().replace("Töölö".encode(), b"\xed\xa0\x80")), BROKEN, line=True),
    Case("half a letter", written(PLAIN.encode().replace("Töölö".encode(), b"T\xc3")), BROKEN, line=True),
    Case("XML 1.1", written(PLAIN.replace('version="1.0"', 'version="1.1"')), holds=named("Töölö")),
    Case("XML 9.9", written(PLAIN.replace('version="1.0"', 'version="9.9"')), BROKEN),
    Case("standalone", written(PLAIN.replace('"UTF-8"?>', '"UTF-8" standalone="yes"?>')), holds=named("Töölö")),
    Case("single quotes in the declaration", written(PLAIN.replace('"1.0"', "'1.0'").replace('"UTF-8"', "'UTF-8'"))),
    # Not well-formed
    Case("NUL in a text", replaced("Töölö", "a\x00b"), BROKEN, line=True),
    Case("NUL in a tag", replaced("<gml:Solid>", "<gml:So\x00lid>"), BROKEN, line=True),
    Case("NUL in coordinates", ring(f"<gml:posList>{SQUARE}\x00</gml:posList>"), BROKEN),
    Case("NUL behind the end", written(PLAIN + "\x00"), BROKEN),
    Case("NULs alone", written(b"\x00" * 1000), BROKEN),
    Case("control character", replaced("Töölö", "a\x01b"), BROKEN, line=True),
    Case("control character by number", replaced("Töölö", "&#1;"), BROKEN, line=True),
    Case("character beyond all", replaced("Töölö", "&#x110000;"), BROKEN, line=True),
    Case("surrogate by number", replaced("Töölö", "&#xD800;"), BROKEN, line=True),
    Case("every byte", written(bytes(range(256)) * 10), BROKEN),
    Case("a picture", written(b"\x89PNG\r\n\x1a\n" + bytes(100)), BROKEN),
    Case("a web page", written("<html><body>not found</body></html>"), "not a CityGML"),
    Case("a web page with a doctype", written("<!DOCTYPE html><html></html>"), "DOCTYPE"),
    Case("a geography document", written('<kml xmlns="http://www.opengis.net/kml/2.2"/>'), "not a CityGML"),
    Case("no namespaces", written("<CityModel><cityObjectMember><Building/></cityObjectMember></CityModel>"),
         "not a CityGML"),
    Case("another namespace", written(gml.city(BOX).replace("citygml/2.0", "citygml/2.0/")), "not a CityGML"),
    Case("undeclared prefix", written(re.sub(' xmlns:bldg="[^"]*"', "", gml.city(BOX))), "well-formed", line=True),
    Case("undeclared prefix of an attribute", replaced("<gml:Solid>", '<gml:Solid foo:a="1">'), "well-formed",
         line=True),
    Case("undeclared prefix in an extra", written(gml.city(gml.box("b", "<foo:a/>"))), "well-formed", line=True),
    Case("mismatched tags", replaced("</gml:Solid>", "</gml:Solit>"), "well-formed", line=4),
    Case("crossed tags", written(gml.city(gml.box("b", "<ade:a><ade:b></ade:a></ade:b>"))), "well-formed", line=4),
    Case("two roots", written(PLAIN + "<core:CityModel/>"), "well-formed"),
    Case("text behind the root", written(PLAIN + "text"), "well-formed"),
    Case("comment behind the root", written(PLAIN + "<!-- text -->")),
    Case("attribute twice", replaced('gml:id="b"', 'gml:id="b" gml:id="c"'), "well-formed", line=True),
    Case("attribute twice by two prefixes", written(gml.city(BOX).replace('<bldg:Building gml:id="b"',
        '<bldg:Building xmlns:g="http://www.opengis.net/gml" g:id="a" gml:id="b"')), "well-formed", line=True),
    Case("attribute without quotes", replaced('gml:id="b"', "gml:id=b"), "well-formed", line=True),
    Case("attribute without value", replaced('gml:id="b"', "gml:id"), "well-formed", line=True),
    Case("less-than in an attribute", replaced('gml:id="b"', 'gml:id="a<b"'), "well-formed", line=True),
    Case("greater-than in an attribute", replaced('gml:id="b"', 'gml:id="a>b"'), holds=with_id("a>b")),
    Case("ampersand alone", replaced("Töölö", "a & b"), "well-formed", line=True),
    Case("end of a section in a text", replaced("Töölö", "a ]]> b"), "well-formed", line=True),
    Case("two dashes in a comment", replaced("<gml:Solid>", "<!-- a -- b --><gml:Solid>"), "well-formed", line=True),
    Case("endless comment", replaced("<gml:Solid>", "<!-- <gml:Solid>"), "well-formed", line=True),
    Case("endless section", replaced("Töölö", "<![CDATA[ Töölö"), "well-formed", line=True),
    Case("declaration in the middle", replaced("<gml:Solid>", '<?xml version="1.0"?><gml:Solid>'), "well-formed"),
    Case("empty end tag", replaced("</gml:Solid>", "</>"), "well-formed", line=True),
    Case("blank before a name", replaced("<gml:Solid>", "< gml:Solid>"), "well-formed", line=True),
    *(Case(f"cut at {share:.1%}", written(PLAIN.encode()[: int(len(PLAIN) * share)]), BROKEN, line=True)
      for share in (0.001, 0.01, 0.03, 0.2, 0.5, 0.77, 0.95, 0.99)),
    # Unusual and right
    Case("section in coordinates", ring(f"<gml:posList><![CDATA[{SQUARE}]]></gml:posList>"), holds=is_square),
    Case("section inside a number", ring(f"<gml:posList>{X // 10}<![CDATA[{X % 10} {Y}]]>"
         f"{SQUARE.removeprefix(f'{X} {Y}')}</gml:posList>"), holds=is_square),
    Case("comment in coordinates", ring(f"<gml:posList>{SQUARE.replace(' 5 ', ' 5 <!-- 1 2 3 --> ')}</gml:posList>"),
         holds=is_square),
    Case("comment inside a number", ring(f"<gml:posList>{SQUARE.replace(' 5 ', ' <!-- 1 -->5 ')}</gml:posList>"),
         holds=is_square),
    Case("instruction in coordinates", ring(f"<gml:posList>{SQUARE.replace(' 5 ', ' 5 <?x 1?> ')}</gml:posList>"),
         holds=is_square),
    Case("number by characters", ring(f"<gml:posList>{SQUARE.replace(' 5 ', ' &#53; ')}</gml:posList>"),
         holds=is_square),
    Case("blank by character", ring(f"<gml:posList>{SQUARE.replace(' 5 ', '&#x20;5&#10;')}</gml:posList>"),
         holds=is_square),
    Case("lines and tabs in coordinates", ring(f"<gml:posList>\n\t{TALL}\r\n</gml:posList>"),
         holds=is_square),
    Case("element in coordinates", ring(f"<gml:posList>{SQUARE}<gml:pos>1 2 3</gml:pos></gml:posList>"),
         "inside a coordinate list", line=True),
    Case("extension in coordinates", ring(f"<gml:posList>{SQUARE}<ade:x/></gml:posList>"), "inside a coordinate list"),
    Case("positions one by one", ring(positions(f"{X} {Y} 5", f"{X + 10} {Y} 5", f"{X + 10} {Y + 10} 5",
         f"{X} {Y + 10} 5", f"{X} {Y} 5")), holds=is_square),
    Case("coordinates of GML 2", ring(f"<gml:coordinates>{','.join(SQUARE.split())}</gml:coordinates>".replace(",5,",
         ",5 ")), holds=is_square),
    Case("coordinates with separators", ring('<gml:coordinates cs=";">1;2;3</gml:coordinates>'), "separators"),
    Case("single quotes and blanks", written(re.sub(r'(\S+)="([^"]*)"', r"\1  =\n '\2'",
         gml.city(BOX).split("?>", 1)[1])),
         holds=with_id("b")),
    Case("blanks in tags", written(gml.city(BOX).replace("<gml:Solid>", "<gml:Solid \n\t>").replace(
         "</gml:Solid>", "</gml:Solid \r\n>"))),
    Case("carriage returns", written(gml.city(BOX).replace("\n", "\r\n")), holds=with_id("b")),
    Case("old carriage returns", written(gml.city(BOX).replace("\n", "\r")), holds=with_id("b")),
    Case("everything on one line", written(gml.city(BOX).replace("\n", " ")), holds=with_id("b")),
    *(Case(f"another prefix for {old}: {new or 'none'}", written(prefixes(old, new)), holds=with_id("b"))
      for old, new in (("gml", "g"), ("bldg", "b-1.x_"), ("core", ""), ("bldg", ""), ("bldg", "gmlx"))),
    Case("prefixes exchanged", written(gml.city(BOX).replace("bldg:", "@:").replace("gml:", "bldg:").replace("@:",
         "gml:").replace("xmlns:bldg=", "xmlns:@=").replace("xmlns:gml=", "xmlns:bldg=").replace("xmlns:@=",
         "xmlns:gml=")), holds=with_id("b")),
    Case("prefix bound again inside", written(gml.city(gml.box("b",
         '<bldg:x xmlns:bldg="urn:y"><bldg:Building/></bldg:x>'))),
         holds=lambda c: c.n_buildings == 1 and len(c.extras) == 1),
    Case("foreign building", written(gml.city(BOX, '<ade:Building gml:id="x"/>')), holds=lambda c: c.n_buildings == 1),
    Case("member of another kind", written(gml.city(BOX).replace("core:cityObjectMember", "gml:featureMember"))),
    Case("escaped identifier", replaced('gml:id="b"', 'gml:id="&lt;&#98;&gt;&amp;&quot;"'), holds=with_id('<b>&"')),
    Case("identifier over lines", replaced('gml:id="b"', 'gml:id="a\n\tb"'), holds=with_id("a  b")),
    Case("identifier that is a path", replaced('gml:id="b"', 'gml:id="../../etc/passwd"')),
    Case("identifier of emptiness", replaced('gml:id="b"', 'gml:id=""'), holds=lambda c: 1002 in c.recorded.code),
    Case("building twice", written(gml.city(BOX, BOX)),
         holds=lambda c: c.counts["total"] == 2 and 1001 in c.recorded.code),
    Case("polygon twice", written(gml.city(gml.building("b", gml.multi_surface(
         *[gml.polygon(gml.box_faces()["south"], "p")] * 2)))), holds=lambda c: 1001 in c.recorded.code),
    Case("xml:id twice", written(gml.city(gml.box("b", '<ade:a xml:id="i"/><ade:a xml:id="i"/>')))),
    Case("xml:id instead of gml:id", replaced('gml:id="b"', 'xml:id="b"'), holds=lambda c: 1002 in c.recorded.code),
    Case("section as a name", replaced("Töölö", "<![CDATA[Töölö]]>"), holds=named("Töölö")),
    Case("section in a name", replaced("Töölö", "Tö<![CDATA[öl]]>ö"), holds=named("Töölö")),
    Case("markup in a section", replaced("Töölö", "<![CDATA[</gen:value>]]>"), holds=named("</gen:value>")),
    Case("comment in a name", replaced("Töölö", "Töö<!-- x -->lö"), holds=named("Töölö")),
    Case("commented building", written(gml.city(BOX, f"<!-- {gml.building('c')} -->")),
         holds=lambda c: c.counts["total"] == 1),
    Case("building in a section", written(gml.city(gml.box("b",
         f"<gml:name><![CDATA[{gml.building('c')}]]></gml:name>"))),
         holds=lambda c: c.counts["total"] == 1),
    Case("building in an instruction", written(gml.city(BOX, f"<?x {gml.building('c')} ?>")),
         holds=lambda c: c.counts["total"] == 1),
    Case("building in an extension", written(gml.city(gml.box("b", f"<ade:x>{gml.building('c')}</ade:x>"))),
         holds=lambda c: c.counts["total"] == 1 and len(c.extras) == 1),
    Case("member in a member", written(gml.city(gml.box("b", "<core:cityObjectMember><bldg:Building/>"
         "</core:cityObjectMember>"))), holds=lambda c: c.counts["total"] == 1 and len(c.extras) == 1),
]  # fmt: skip
