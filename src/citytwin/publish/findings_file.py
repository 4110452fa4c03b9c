"""Findings summed up and written for people: CSV, JSON, or GeoPackage with the geometry at fault."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import OutputError
from citytwin.model.enums import Grade, Severity
from citytwin.model.ragged import row_of, take_rings
from citytwin.model.validity import GEOMETRY_CODES, OVERLAP
from citytwin.publish.text_table import columns

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.model.city import CityModel
    from citytwin.model.findings import Findings

SUFFIXES = (".csv", ".gpkg", ".json")
LAYER, POINT_LAYER = "findings", "places"


def all_findings(city: CityModel) -> Findings:
    """Findings of reader, geometry and derivation; overlaps as the tolerances of the city ask for them."""
    derived = city.buildings().findings
    if city.validity.tolerances.overlap is not None:
        derived = derived.where(derived.code != OVERLAP)
    return city.findings + derived


def findings_summary(city: CityModel, findings: Findings) -> dict[str, Any]:
    """Counts of findings, JSON-able.

    Parameters
    ----------
    city : CityModel
    findings : Findings
        All findings about the city.
    """
    kinds = dict.fromkeys(zip(findings.code.tolist(), findings.name, findings.severity.tolist(), strict=True))
    rows = []
    for code, name, severity in sorted(kinds, key=lambda kind: (-kind[2], kind[0], kind[1])):
        same = (findings.code == code) & (findings.name == name) & (findings.severity == severity)
        first = int(np.flatnonzero(same)[0])
        place = findings.surface_id[first] or findings.object_id[first]
        rows.append(
            {
                "code": code,
                "name": name,
                "severity": Severity(severity).word,
                "count": int(same.sum()),
                "objects": len(set(findings.object_id[same]) - {""}),
                "example": f"{place}: {findings.message[first]}" if place else str(findings.message[first]),
            }
        )
    quality = city.buildings().quality
    geometric = np.isin(findings.code, GEOMETRY_CODES)
    return {
        "buildings": city.n_buildings,
        "polygons": len(city.surfaces),
        "solids": len(city.solids),
        "counts": dict(city.counts),
        "grades": {grade.word: int((quality == grade).sum()) for grade in Grade},
        "errors": int((findings.severity == Severity.ERROR).sum()),
        "invalid_geometry": int((geometric & (findings.severity >= Severity.WARNING)).sum()),
        "warnings": int((findings.severity == Severity.WARNING).sum()),
        "findings": len(findings),
        "kinds": rows,
    }


def summary_text(summary: dict[str, Any]) -> str:
    """The counts as text."""
    information = summary["findings"] - summary["errors"] - summary["warnings"]
    lines = [
        f"{summary['buildings']:,} buildings, {summary['polygons']:,} polygons, {summary['solids']:,} solids",
        "objects   " + "  ".join(f"{word} {count:,}" for word, count in summary["counts"].items()),
        "grades    " + "  ".join(f"{grade} {count:,}" for grade, count in summary["grades"].items()),
        f"findings  {summary['findings']:,}: {summary['errors']:,} errors, {summary['warnings']:,} warnings, "
        f"{information:,} for information; {summary['invalid_geometry']:,} about invalid geometry",
    ]
    if summary["kinds"]:
        header = ["severity", "code", "name", "count", "objects"]
        rows = [
            [row["severity"], str(row["code"]), row["name"], f"{row['count']:,}", f"{row['objects']:,}"]
            for row in summary["kinds"]
        ]
        aligned = columns([header, *rows], left=3)
        examples = ["for example", *(row["example"] for row in summary["kinds"])]
        lines += ["", *(f"{line}  {example}" for line, example in zip(aligned, examples, strict=True))]
    return "\n".join(lines)


def write_findings(city: CityModel, findings: Findings, path: str | Path) -> Path:
    """Write findings as ``.csv``, ``.json`` or ``.gpkg``.

    The GeoPackage has two layers in the CRS of the city, one row a finding: ``findings`` with the polygons at fault in
    space, else the footprint of the building, and ``places`` with a point in their middle. A finding that names no
    object has no geometry.

    Raises
    ------
    OutputError
        The ending is another, or the file cannot be written.
    """
    from citytwin.io._atomic import write_bytes

    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(f"{file}: findings are written as {', '.join(SUFFIXES)}, not {suffix or 'without ending'}")
    table = findings.to_pandas()
    if suffix == ".csv":
        content = table.to_csv(index=False, lineterminator="\n").encode()
    elif suffix == ".json":
        content = table.to_json(orient="records", force_ascii=False, indent=1).encode()
    else:
        content = _geopackage(city, table)
    write_bytes(file, content)
    return file


def _geopackage(city: CityModel, table: pd.DataFrame) -> bytes:
    import geopandas as gpd
    import pyogrio
    import shapely

    shapes = _shapes(city, table["object_id"].to_numpy(object), table["surface_id"].to_numpy(object))
    x, y, z = (_middle(shapes, axis) for axis in range(3))
    places = np.full(len(shapes), None, object)
    known = np.isfinite(x)
    places[known] = shapely.points(x[known], y[known], z[known])
    layers = ((LAYER, "MultiPolygon Z", shapes), (POINT_LAYER, "Point Z", places))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "findings.gpkg"
        for append, (name, kind, geometry) in enumerate(layers):
            frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(geometry, crs=city.crs))
            pyogrio.write_dataframe(
                frame, file, driver="GPKG", layer=name, geometry_type=kind, append=bool(append), promote_to_multi=False
            )
        return file.read_bytes()


def _shapes(city: CityModel, objects: NDArray[np.object_], names: NDArray[np.object_]) -> NDArray[np.object_]:
    """Polygons in space of each finding (n,): the surface it names, else the footprint of its building, else None."""
    import shapely

    lookup = city.objects.id.lookup
    rows = np.array([lookup.get(name, -1) for name in objects], np.int64)
    shapes = np.full(len(objects), None, object)
    buildings = city.buildings()
    place = np.full(len(city.objects), -1, np.int64)
    place[buildings.object] = np.arange(len(buildings))
    outline = buildings.to_geopandas().geometry.to_numpy()
    building = np.where(rows >= 0, place[city.objects.root[rows]], -1)
    whole = np.flatnonzero(building >= 0)
    ground = np.nan_to_num(buildings.ground_z[building[whole]])
    flat = [[shape] if shape is not None else None for shape in outline[building[whole]]]
    multi = np.array([None if parts is None else shapely.multipolygons(parts) for parts in flat], object)
    shapes[whole] = shapely.force_3d(multi, ground)

    named = np.flatnonzero((rows >= 0) & (names != ""))
    surfaces = _surfaces_by_name(city, rows[named])
    found = [(k, surfaces.get((int(rows[k]), names[k]), [])) for k in named]
    for k, members in found:
        if members:
            shapes[k] = shapely.multipolygons(_polygons(city, np.array(members)))
    return shapes


def _surfaces_by_name(city: CityModel, objects: NDArray[np.int64]) -> dict[tuple[int, str], list[int]]:
    """Surface rows of some objects by object and name, see :func:`citytwin.model.validity.surface_names`."""
    surfaces = city.surfaces
    wanted = np.zeros(len(city.objects), bool)
    wanted[objects] = True
    rows = np.flatnonzero(wanted[surfaces.object])
    found: dict[tuple[int, str], list[int]] = {}
    place: dict[int, int] = {}
    for row, owner, feature, polygon in zip(
        rows.tolist(), surfaces.object[rows].tolist(), surfaces.id[rows], surfaces.polygon_id[rows], strict=True
    ):
        own = place[owner] = place.get(owner, -1) + 1
        for name in {feature, polygon, f"{city.objects.id[owner]}[{own}]"} - {""}:
            found.setdefault((owner, name), []).append(row)
    return found


def _polygons(city: CityModel, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Surfaces as polygons in space, in the CRS, valid or not; rings of fewer than three points are left out."""
    import shapely

    surface_rings, ring_vertices, kept = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    sizes = np.diff(ring_vertices)
    whole = np.flatnonzero(sizes >= 3)
    ring = row_of(ring_vertices)
    points = (city.vertices[kept] + city.origin)[np.isin(ring, whole)]
    rings = shapely.linearrings(points, indices=np.repeat(np.arange(len(whole)), sizes[whole]))
    polygons: NDArray[np.object_] = shapely.polygons(rings, indices=row_of(surface_rings)[whole])
    return polygons


def _middle(shapes: NDArray[np.object_], axis: int) -> NDArray[np.float64]:
    """Mean of a coordinate over the points of each shape (n,), NaN where there are none."""
    import shapely

    points, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    count = np.bincount(owner, minlength=len(shapes))
    total = np.bincount(owner, points[:, axis], len(shapes))
    return np.divide(total, count, out=np.full(len(shapes), np.nan), where=count > 0)
