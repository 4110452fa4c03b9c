"""Heights from one system to another by a grid of the caller's: a geoid, or the difference between two systems.

Above an ellipsoid a point is h = H + N high, where H is its height in the national system and N, the geoid height or
height anomaly, is what a geoid grid holds (Heiskanen and Moritz, Physical Geodesy, 1967, eq. 4-69). PROJ interpolates:
`vgridshift <https://proj.org/operations/transformations/vgridshift.html>`_ on GTX and GeoTIFF grids, `tinshift
<https://proj.org/operations/transformations/tinshift.html>`_ on triangulations.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.model.crs_names import parse_srs_name
from citytwin.model.crs_registry import in_degrees, known_system, offline, transform, transformer
from citytwin.model.crs_vertical import height_name, is_ellipsoidal
from citytwin.model.reference import read_reference

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

_TRIANGULATION = ".json"


@dataclass(frozen=True)
class HeightOffset:
    """What is known about two systems of heights without a grid: enough to warn and to check, too little to convert.

    Parameters
    ----------
    metres : float
        To add, at `place` or in the mean.
    least, most : float
        Over the area of both systems.
    place : str
        "" where `metres` belongs to none.
    """

    metres: float
    least: float
    most: float
    place: str


def known_offset(source: str, target: str) -> HeightOffset | None:
    """Rough difference between two systems from ``crs_height_offsets.csv``, None where it has none.

    Examples
    --------
    >>> known_offset("EPSG:5717", "EPSG:3900").metres  # N60 to N2000
    0.25
    >>> known_offset("EPSG:3900", "EPSG:5717").metres
    -0.25
    """
    for row in read_reference("citytwin.model", "crs_height_offsets.csv"):
        metres, least, most = (float(row[name]) for name in ("offset_m", "least_m", "most_m"))
        if (row["from_crs"], row["to_crs"]) == (source, target):
            return HeightOffset(metres, least, most, row["place"])
        if (row["from_crs"], row["to_crs"]) == (target, source):
            return HeightOffset(-metres, -most, -least, row["place"])
    return None


def no_grid_error(source: str | None, target: str) -> CrsError:
    """Error for heights that cannot be converted because a grid, or the system they are in, is not given."""
    if source is None:
        return CrsError(
            f"heights cannot be brought to {height_name(target)}: the data do not say what theirs refer to",
            advice='Read the city with crs="EPSG:...+..." (--crs on the command line), horizontal plus vertical system',
        )
    offset = known_offset(source, target)
    here = f"{offset.metres:+.3g} m at {offset.place}, " if offset and offset.place else ""
    rough = f" ({here}{offset.least:+.3g} to {offset.most:+.3g} m over all)" if offset else ""
    both_levelled = not (is_ellipsoidal(source) or is_ellipsoidal(target))
    holds = "the difference to add" if both_levelled else "geoid heights"
    return CrsError(
        f"heights in {height_name(source)} are not those of {height_name(target)}: the difference{rough} varies from "
        "place to place and is not guessed",
        advice=f"Pass grid= (--height-grid on the command line): a GTX or GeoTIFF grid of {holds} in metres, "
        "or a PROJ triangulation (.json)",
    )


def convert_heights(
    coordinates: NDArray[np.float64], horizontal: CRS, source: str, target: str, grid: Path
) -> NDArray[np.float64]:
    """Heights (n,) of coordinates in another system of heights.

    Parameters
    ----------
    coordinates : float64 array (n, 3)
        Metres east, north, and height in `source`.
    horizontal : pyproj.CRS
    source, target : str
        Codes of systems of heights. Where one of them is ellipsoidal, `grid` holds geoid heights: they are added on
        the way to the ellipsoid and taken away on the way back. Else it holds what to add to heights in `source`.
    grid : Path
        GTX or GeoTIFF in degrees; or a PROJ triangulation, which says itself between which systems it goes, and works
        both ways.

    Raises
    ------
    CrsError
        The grid cannot be read, does not cover the city, is of other systems, or moves heights by something else than
        what is known of the two systems.
    """
    if not grid.is_file():
        raise CrsError("there is no such height grid", str(grid), advice="Check the path of grid=")
    if any(mark in str(grid) for mark in ',"'):
        raise CrsError("PROJ opens no grid with a comma or a quotation mark in its path", str(grid), advice="Rename it")
    triangulated = grid.suffix.lower() == _TRIANGULATION
    shift = _by_triangles if triangulated else _by_grid
    heights = shift(coordinates, horizontal, source, target, grid)
    missing = int((~np.isfinite(heights)).sum())
    if missing:
        raise CrsError(
            f"the height grid has no value at {missing} of {len(heights)} vertices",
            str(grid),
            advice="Use a larger one",
        )
    offset = known_offset(source, target)
    if offset is not None and len(heights):
        moved = float((heights - coordinates[:, 2]).mean())
        if not offset.least <= moved <= offset.most:
            raise CrsError(
                f"the height grid moves heights by {moved:+.3g} m, but from {height_name(source)} to "
                f"{height_name(target)} it is {offset.least:+.3g} to {offset.most:+.3g} m",
                str(grid),
                advice="Check whether it is the grid of these two systems, and in this direction",
            )
    return heights


def _by_grid(
    coordinates: NDArray[np.float64], horizontal: CRS, source: str, target: str, grid: Path
) -> NDArray[np.float64]:
    sign = -1 if is_ellipsoidal(source) and not is_ellipsoidal(target) else 1
    if is_ellipsoidal(source) and is_ellipsoidal(target):
        raise CrsError(
            f"{height_name(source)} and {height_name(target)} are both ellipsoidal: no height grid leads from one to "
            "the other",
            str(grid),
            advice="Convert to a levelled system",
        )
    operation = _pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f'+step +proj=vgridshift +grids="{grid.resolve()}" +multiplier={sign} '
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg",
        grid,
    )
    return _heights(operation, in_degrees(horizontal, coordinates), coordinates[:, 2])


def _by_triangles(
    coordinates: NDArray[np.float64], horizontal: CRS, source: str, target: str, grid: Path
) -> NDArray[np.float64]:
    try:
        header: Any = json.loads(grid.read_bytes())
        systems = [parse_srs_name(str(header[name])) for name in ("input_crs", "output_crs")]
        vertical_only = header["transformed_components"] == ["vertical"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CrsError(
            f"this is no PROJ triangulation ({error})", str(grid), advice="Choose a GTX, GeoTIFF or tinshift file"
        ) from error
    start, end = systems
    if start is None or start.horizontal is None or end is None or not vertical_only:
        raise CrsError("the triangulation is not one of heights", str(grid), advice="Choose one of heights")
    stated = (start.vertical, end.vertical)
    if stated not in ((source, target), (target, source), (None, None)):
        raise CrsError(
            f"the triangulation leads from {start.text} to {end.text}, not between {source} and {target}",
            str(grid),
            advice="Choose the one between these systems",
        )
    inverse = "+inv " if stated == (target, source) else ""
    operation = _pipeline(f'+proj=pipeline +step {inverse}+proj=tinshift +file="{grid.resolve()}"', grid)
    plan = transform(transformer(horizontal, known_system(start.horizontal)), coordinates)
    return _heights(operation, plan, coordinates[:, 2])


def _pipeline(definition: str, grid: Path) -> Transformer:
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        with offline():
            return Transformer.from_pipeline(definition)
    except ProjError as error:
        raise CrsError(
            "PROJ cannot read this height grid", str(grid), advice="Choose a GTX, GeoTIFF or tinshift file"
        ) from error


def _heights(operation: Transformer, plan: NDArray[np.float64], heights: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(heights):
        return heights
    with offline():
        columns: Any = operation.transform(plan[:, 0], plan[:, 1], heights)
    return np.asarray(columns[2], np.float64)
