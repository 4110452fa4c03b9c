"""Small CityGML documents made of parts, for the tests of the readers."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

SRS = "urn:ogc:def:crs:EPSG::3879"
MODULES = {
    "bldg": "building",
    "brid": "bridge",
    "con": "construction",
    "dem": "relief",
    "frn": "cityfurniture",
    "gen": "generics",
    "grp": "cityobjectgroup",
    "luse": "landuse",
    "tran": "transportation",
    "tun": "tunnel",
    "veg": "vegetation",
    "wtr": "waterbody",
}
EAST, NORTH, HEIGHT = 25_497_000.0, 6_673_000.0, 5.0


def city(*members: str, srs: str | None = SRS, version: str = "2.0", head: str = "", prolog: str = "") -> str:
    """A document; each member is an object element."""
    spaces = {prefix: f"http://www.opengis.net/citygml/{module}/{version}" for prefix, module in MODULES.items()}
    spaces |= {
        "core": f"http://www.opengis.net/citygml/{version}",
        "gml": "http://www.opengis.net/gml" if version < "3" else "http://www.opengis.net/gml/3.2",
        "xlink": "http://www.w3.org/1999/xlink",
        "xAL": "urn:oasis:names:tc:ciq:xsdschema:xAL:2.0" if version < "3" else "urn:oasis:names:tc:ciq:xal:3",
        "energy": "http://www.sig3d.org/citygml/2.0/energy/1.0",
        "ade": "http://example.org/ade",
    }
    envelope = ""
    if srs is not None:
        envelope = (
            f'<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="3"><gml:lowerCorner>0 0 0</gml:lowerCorner>'
            "<gml:upperCorner>1 1 1</gml:upperCorner></gml:Envelope></gml:boundedBy>"
        )
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    inner = "\n".join(f"<core:cityObjectMember>{member}</core:cityObjectMember>" for member in members)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{prolog}<core:CityModel {declared}>\n{envelope}{head}\n{inner}\n'
        "</core:CityModel>\n"
    )


def building(identifier: str, *properties: str, tag: str = "bldg:Building") -> str:
    return f'<{tag} gml:id="{identifier}">{"".join(properties)}</{tag}>'


def ring(points: Iterable[Iterable[float]], *, close: bool = True) -> str:
    points = [tuple(p) for p in points]
    if close:
        points.append(points[0])
    numbers = " ".join(repr(value) for point in points for value in point)
    return f"<gml:LinearRing><gml:posList>{numbers}</gml:posList></gml:LinearRing>"


def element(tag: str, *content: str, identifier: str = "") -> str:
    name = f' gml:id="{identifier}"' if identifier else ""
    return f"<{tag}{name}>{''.join(content)}</{tag}>"


def polygon(
    points: Iterable[Iterable[float]], identifier: str = "", holes: Iterable[Iterable[Iterable[float]]] = ()
) -> str:
    name = f' gml:id="{identifier}"' if identifier else ""
    inner = "".join(f"<gml:interior>{ring(hole)}</gml:interior>" for hole in holes)
    return f"<gml:Polygon{name}><gml:exterior>{ring(points)}</gml:exterior>{inner}</gml:Polygon>"


def raw_polygon(inner: str, identifier: str = "p") -> str:
    """A polygon with whatever is passed in place of its position list."""
    return (
        f'<gml:Polygon gml:id="{identifier}"><gml:exterior><gml:LinearRing>{inner}</gml:LinearRing></gml:exterior>'
        "</gml:Polygon>"
    )


def multi_surface(*polygons: str, lod: int = 2) -> str:
    members = "".join(f"<gml:surfaceMember>{p}</gml:surfaceMember>" for p in polygons)
    return f"<bldg:lod{lod}MultiSurface><gml:MultiSurface>{members}</gml:MultiSurface></bldg:lod{lod}MultiSurface>"


def solid(*members: str, lod: int = 2) -> str:
    """A solid of surface members as they are passed."""
    return (
        f"<bldg:lod{lod}Solid><gml:Solid><gml:exterior><gml:CompositeSurface>{''.join(members)}"
        f"</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod{lod}Solid>"
    )


def member(content: str) -> str:
    return f"<gml:surfaceMember>{content}</gml:surfaceMember>"


def link(identifier: str) -> str:
    return f'<gml:surfaceMember xlink:href="#{identifier}"/>'


def surface(kind: str, identifier: str, *properties: str) -> str:
    return f'<bldg:boundedBy><bldg:{kind} gml:id="{identifier}">{"".join(properties)}</bldg:{kind}></bldg:boundedBy>'


def generic(name: str, value: str, kind: str = "string", unit: str = "") -> str:
    uom = f' uom="{unit}"' if unit else ""
    return f'<gen:{kind}Attribute name="{name}"><gen:value{uom}>{value}</gen:value></gen:{kind}Attribute>'


def box_faces(
    x: float = EAST, y: float = NORTH, z: float = HEIGHT, dx: float = 10.0, dy: float = 8.0, dz: float = 6.0
) -> dict[str, list[tuple[float, float, float]]]:
    """Outward faces of a box by name."""
    a, b, c, d = (x, y), (x + dx, y), (x + dx, y + dy), (x, y + dy)
    faces = {"ground": [(*p, z) for p in (a, d, c, b)], "roof": [(*p, z + dz) for p in (a, b, c, d)]}
    for name, p, q in (("south", a, b), ("east", b, c), ("north", c, d), ("west", d, a)):
        faces[name] = [(*p, z), (*q, z), (*q, z + dz), (*p, z + dz)]
    return faces


KINDS = {"ground": "GroundSurface", "roof": "RoofSurface"}


def box(identifier: str, *properties: str, **size: float) -> str:
    """A building with six boundary surfaces and a solid that refers to their polygons."""
    faces = box_faces(**size)
    links = [link(f"{identifier}_{name}_p") for name in faces]
    surfaces = [
        surface(
            KINDS.get(name, "WallSurface"),
            f"{identifier}_{name}",
            multi_surface(polygon(points, f"{identifier}_{name}_p")),
        )
        for name, points in faces.items()
    ]
    return building(identifier, *properties, solid(*links), *surfaces)


def write(folder: Path, text: str | bytes, name: str = "city.gml") -> Path:
    path = folder / name
    data = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path
