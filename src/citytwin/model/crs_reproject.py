"""A whole city in another reference system: every vertex moved at once, heights only where a grid allows it."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.model.city import CityModel
from citytwin.model.crs import stated_system
from citytwin.model.crs_fit import sample_of, share_inside
from citytwin.model.crs_grid import convert_heights, no_grid_error
from citytwin.model.crs_metric import STRETCH, counts_metres, faces_east_and_north, ground_scale
from citytwin.model.crs_names import parse_vertical_name
from citytwin.model.crs_registry import code_of, in_degrees, known_system, named_code, offline, registered, transform
from citytwin.model.crs_vertical import height_name, height_system
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import InputFile, Provenance
from citytwin.model.triangles import grid_origin

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

COARSE_M = 1.0
"""A transformation less accurate than this is a warning."""

_AXES_SWAPPED = "axis order change (2D) + "
_PLACED = ("<gml:pos", "posList", "<gml:coordinates", '"boundaries"', '"coordinates"')
"""What betrays coordinates in content the model does not understand."""


def reproject(
    city: CityModel,
    crs: str | CRS | None = None,
    vertical_crs: str | CRS | None = None,
    grid: str | Path | None = None,
) -> CityModel:
    """City in another reference system.

    Parameters
    ----------
    city : CityModel
    crs : str or pyproj.CRS, optional
        Projected system in metres, for example ``"EPSG:3067"``, or a compound, ``"EPSG:3067+3900"``. Default: as it is.
    vertical_crs : str or pyproj.CRS, optional
        System of heights, ``"EPSG:3900"`` (N2000) for example; ``"EPSG:4937"`` for heights above the ellipsoid of
        ETRS89. Default: heights stay what they are, and in the system they are in.
    grid : path-like, optional
        What heights are converted by: a GTX or GeoTIFF grid, or a PROJ triangulation (.json); it must be given where
        `vertical_crs` differs from that of the city. A geoid grid holds geoid heights in metres (h = H + N), any other
        what to add to heights of the city.

    Returns
    -------
    CityModel
        Vertices, `origin`, `crs` and `vertical_crs` differ; rings, solids and attributes are the same. Attributes that
        state heights above sea level stay as written. Findings say by which operation, and how accurate it is.

    Raises
    ------
    CrsError
        The city is a local one; a system is unknown, not in metres east and north, or stretches lengths by more than
        1 %; no operation between the systems is known; a vertex has no place in the new one; heights would have to be
        converted without a grid, or by a grid that does not fit.
    ValueError
        Nothing is asked for, `crs` and `vertical_crs` contradict each other, or `grid` has nothing to do.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(4, seed=1)
    >>> reproject(city, "EPSG:3067").crs
    'EPSG:3067'
    """
    target, heights = _targets(city, crs, vertical_crs)
    if heights is not None and grid is None:
        raise no_grid_error(city.vertical_crs, heights)
    if heights is None and grid is not None:
        raise ValueError("grid is given, but heights are to stay in their system")
    source = known_system(city.crs or "")
    coordinates = city.vertices + city.origin
    findings: list[Finding] = []
    provenance = city.provenance
    if heights is not None and grid is not None and city.vertical_crs is not None:
        path = Path(grid)
        new = convert_heights(coordinates, source, city.vertical_crs, heights, path)
        findings.append(_heights_finding(new - coordinates[:, 2], city.vertical_crs, heights, path))
        coordinates[:, 2] = new
        provenance = provenance + Provenance((_grid_file(path),))
    if target is not None:
        coordinates[:, :2], rows = _transformed(coordinates, source, known_system(target))
        findings += rows
    findings += _left_behind(city, findings)
    origin = grid_origin(coordinates.min(0)) if len(coordinates) else city.origin
    vertices = coordinates - origin
    return replace(
        city,
        surfaces=replace(city.surfaces, vertices=vertices),
        vertices=vertices,
        origin=origin,
        crs=target or city.crs,
        vertical_crs=heights or city.vertical_crs,
        recorded=city.recorded + Findings.of(findings),
        provenance=provenance.with_parameters(reproject={"crs": target, "vertical_crs": heights}),
    )


def _targets(city: CityModel, crs: str | CRS | None, vertical_crs: str | CRS | None) -> tuple[str | None, str | None]:
    """Codes of the systems to move to, None where the city is in it already or is to stay."""
    if crs is None and vertical_crs is None:
        raise ValueError("say what to reproject to: crs, vertical_crs or both")
    target = city.crs
    asked = None if vertical_crs is None else height_system(_heights_of(vertical_crs))
    if crs is not None:
        system = stated_system(crs)
        if asked is not None and system.heights is not None and asked.code != system.heights.code:
            raise ValueError(f"crs says heights are in {system.heights.code}, vertical_crs says {asked.code}")
        asked = asked or system.heights
        target = code_of(_metric(system.horizontal))
    if asked is not None and asked.metres != 1.0:
        raise CrsError(f"heights of a city are in metres, not {asked.unit}", advice=f"Choose {asked.code}")
    if city.crs is None:
        raise CrsError(
            "a local city belongs to no reference system and cannot be brought to another",
            advice="Read it again with the crs it is in",
        )
    heights = None if asked is None or asked.code == city.vertical_crs else asked.code
    return (None if target == city.crs else target), heights


def _heights_of(vertical_crs: str | CRS) -> CRS:
    """System of heights by code, short name ("N2000") or object."""
    code = parse_vertical_name(vertical_crs) if isinstance(vertical_crs, str) else None
    return known_system(code or vertical_crs)


def _metric(system: CRS) -> CRS:
    """The system, refused where a city cannot be in it."""
    if not (counts_metres(system) and faces_east_and_north(system)):
        raise CrsError(
            f"{named_code(system)} does not count metres east and north, as a city has to",
            advice="Choose a projected system in metres",
        )
    return system


def _transformed(
    coordinates: NDArray[np.float64], source: CRS, target: CRS
) -> tuple[NDArray[np.float64], list[Finding]]:
    """East and north (n, 2) in the target, and what is to say about them."""
    if not len(coordinates):
        return coordinates[:, :2], []
    operation, better = _operation(source, target, in_degrees(source, sample_of(coordinates)))
    plan = transform(operation, coordinates)
    missing = int((~np.isfinite(plan).all(1)).sum())
    if missing:
        raise CrsError(
            f"{missing} of {len(plan)} vertices have no place in {named_code(target)}",
            advice="Choose a system whose area of use holds the city",
        )
    sample = sample_of(plan)
    scale = ground_scale(target, sample)
    if not abs(scale - 1.0) <= STRETCH:
        raise CrsError(
            f"{named_code(target)} stretches lengths {scale:.3g} times here: areas and volumes would be wrong",
            advice="Choose a national grid or a UTM zone",
        )
    accuracy = operation.accuracy
    coarse = not 0 <= accuracy <= COARSE_M
    precision = f"accurate to {accuracy:g} m" if accuracy > 0 else "exact" if accuracy == 0 else "of unknown accuracy"
    steps = operation.description.replace(_AXES_SWAPPED, "")
    message = f"{named_code(source)} to {named_code(target)} by {steps}, {precision}"
    message += f"; {better} in PROJ's data folder would be more accurate" if better else ""
    severity = Severity.WARNING if coarse else Severity.INFO
    rows = [Finding(1212, "CRS_REPROJECTED", severity=severity, message=message)]
    share = share_inside(sample, registered(target), False)
    if share < 1.0:
        message = f"{1 - share:.1%} of the vertices lie outside the area of use of {named_code(target)}"
        rows.append(Finding(1206, "CRS_OUTSIDE_AREA", severity=Severity.WARNING, message=message))
    return plan, rows


def _operation(source: CRS, target: CRS, degrees: NDArray[np.float64]) -> tuple[Transformer, str]:
    """One operation for the whole city, so that no seam runs through it, and the grid a better one would need."""
    from pyproj import Transformer
    from pyproj.aoi import AreaOfInterest
    from pyproj.exceptions import ProjError
    from pyproj.transformer import TransformerGroup

    west, south, east, north = (float(v) for v in np.concatenate([np.nanmin(degrees, 0), np.nanmax(degrees, 0)]))
    options: dict[str, Any] = {
        "always_xy": True,
        "area_of_interest": AreaOfInterest(west, south, east, north),
        "allow_ballpark": False,
    }
    with warnings.catch_warnings(), offline():
        warnings.simplefilter("ignore")  # what it warns of, a missing grid, becomes part of the finding
        group = TransformerGroup(source, target, **options)
        try:
            best = group.transformers[0] if group.transformers else Transformer.from_crs(source, target, **options)
        except ProjError:
            raise CrsError(
                f"no operation from {named_code(source)} to {named_code(target)} is known that holds where the city is",
                advice="Choose a system of the same country",
            ) from None
    grids = [] if group.best_available or not group.unavailable_operations else group.unavailable_operations[0].grids
    return best, ", ".join(grid.short_name for grid in grids if not grid.available)


def _heights_finding(change: NDArray[np.float64], source: str, target: str, grid: Path) -> Finding:
    by = f"by {float(change.min()):+.3f} to {float(change.max()):+.3f} m " if len(change) else ""
    message = f"heights are converted from {height_name(source)} to {height_name(target)} {by}with {grid.name}"
    return Finding(1213, "CRS_HEIGHTS_CONVERTED", message=f"{message}; attributes that state heights stay as written")


def _left_behind(city: CityModel, findings: list[Finding]) -> list[Finding]:
    """A finding where content the model does not understand keeps coordinates in the former system."""
    placed = sum(any(mark in text for mark in _PLACED) for text in city.extras.content)
    if not (placed and findings):
        return []
    message = f"{placed} pieces of content that is kept as written hold coordinates in the former system"
    return [Finding(1214, "CRS_EXTRAS_NOT_MOVED", severity=Severity.WARNING, message=message)]


def _grid_file(path: Path) -> InputFile:
    """The grid as an input: it decides about the heights as much as the city's own file."""
    content = path.read_bytes()
    as_of = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    return InputFile(str(path), hashlib.sha256(content).hexdigest(), len(content), as_of)
