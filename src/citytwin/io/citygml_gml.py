"""Names of the geometry elements of GML 3.1 (OGC 03-105r1) and 3.2 (OGC 07-036) in Clark notation."""

from __future__ import annotations

GML = "http://www.opengis.net/gml"
GML_32 = "http://www.opengis.net/gml/3.2"
GMLS = (GML, GML_32)
"""The namespace CityGML 1.0 and 2.0 use, and that of CityGML 3.0."""

HREF = "{http://www.w3.org/1999/xlink}href"
GML_ID = f"{{{GML}}}id"
GML_ID_32 = f"{{{GML_32}}}id"


def _names(*local: str) -> frozenset[str]:
    return frozenset(f"{{{space}}}{name}" for space in GMLS for name in local)


POLYGONS = _names("Polygon")
ORIENTABLES = _names("OrientableSurface")
SOLIDS = _names("Solid")
POS_LISTS = _names("posList")
POSITIONS = _names("pos", "posList", "coordinates")
COORDINATE_LISTS = _names("coordinates")
LINEAR_RINGS = _names("LinearRing")
EXTERIORS = _names("exterior", "outerBoundaryIs")
INTERIORS = _names("interior", "innerBoundaryIs")
POLYGON_LIKE = _names("Polygon", "PolygonPatch", "Triangle", "Rectangle")
PATCHED = _names("Surface", "PolyhedralSurface", "TriangulatedSurface", "Tin")
"""Surfaces made of patches."""

TRIANGULATED = _names("TriangulatedSurface", "Tin")
TRIANGLES = _names("Triangle")
PATCHES = _names("patches", "polygonPatches", "trianglePatches")
COLLECTIONS = PATCHED | _names(
    "MultiSurface",
    "MultiPolygon",
    "CompositeSurface",
    "OrientableSurface",
    "GeometricComplex",
    "Shell",
)
FLAT_COLLECTIONS = _names("MultiSurface", "CompositeSurface", "Shell")
SURFACE_MEMBERS = _names("surfaceMember", "surfaceMembers")
SOLID_COLLECTIONS = _names("MultiSolid", "CompositeSolid", "MultiGeometry")
"""Collections that may hold solids."""
