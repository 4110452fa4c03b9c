"""Trees of a city model and of tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model._cast import as_floats
from citytwin.model.attributes import NUMBER
from citytwin.model.enums import Action, ObjectKind, Severity, Source
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import row_of
from citytwin.model.reference import read_reference
from citytwin.model.terrain import terrain_height
from citytwin.model.tree_sizes import SIZES, complete_sizes
from citytwin.model.trees import SOURCED, Trees
from citytwin.model.units import unit_factor

if TYPE_CHECKING:
    import pandas as pd

    from citytwin.model.city import CityModel

Floats = NDArray[np.float64]
Habit = tuple[NDArray[np.bool_], NDArray[np.int8], NDArray[np.int8]]
"""Whether trees are evergreen, with source and confidence."""

COLUMNS = {
    "id": "tree_id",
    "x": "x",
    "y": "y",
    "z": "z",
    "height": "height_m",
    "crown_diameter": "crown_diameter_m",
    "crown_base": "crown_base_m",
    "trunk_diameter": "trunk_diameter_m",
    "species": "species",
    "evergreen": "evergreen",
}
"""What a table of trees may tell, and the column it is looked for in."""

ATTRIBUTES = {"height": "height", "trunk_diameter": "trunkdiameter", "crown_diameter": "crowndiameter"}
"""Attributes of ``SolitaryVegetationObject`` (OGC 12-019, clause 10.8), folded to lower case."""

FAR_M = 10_000.0
"""Trees farther outside the city's box cannot be meant."""

GROUND_REACH_M = 100.0
"""Distance up to which a building's ground stands for that of a tree."""

FLAT_M = 0.1
"""Extent below which a geometry marks a place and tells no size."""


def trees_of_city(city: CityModel) -> Trees:
    """Solitary vegetation objects of a city; see :meth:`Trees.of_city`."""
    objects = city.objects
    rows = np.flatnonzero(objects.kind == ObjectKind.SOLITARY_VEGETATION)
    ids = np.array([objects.id[int(row)] for row in rows], object)
    low, high = _boxes(city, rows)
    position = np.column_stack([0.5 * (low + high)[:, :2], low[:, 2]])
    sizes, findings = _attributes(city, rows, ids)
    extent = high - low
    extent[(extent < FLAT_M).any(1)] = np.nan
    derived = {"height": extent[:, 2], "crown_diameter": 0.5 * (extent[:, 0] + extent[:, 1])}
    covers = np.flatnonzero(objects.kind == ObjectKind.PLANT_COVER)
    if len(covers):
        first = objects.id[int(covers[0])]
        message = f"{len(covers)} plant covers shade nothing, as only single trees have crowns; the first is {first}"
        findings.append(
            Finding(1832, "PLANT_COVER_LEFT_OUT", first, "", Severity.WARNING, Action.DEGRADED, message)
        )  # fmt: skip
    habit = _habit(_words(city, rows))
    return _trees(ids, city, position, sizes, Source.MEASURED, derived, habit, findings, city.provenance)


def trees_of_table(table: pd.DataFrame, city: CityModel, columns: Mapping[str, str] | None) -> Trees:
    """Trees of a table; see :meth:`Trees.of_table`."""
    for name, column in (columns or {}).items():
        if name not in COLUMNS:
            raise ValueError(f"trees have no column {name!r}; there are {', '.join(COLUMNS)}")
        if column not in table:
            raise ValueError(f"the table of trees has no column {column!r} to take {name} from")
    names = {**COLUMNS, **(columns or {})}

    def numbers(name: str) -> Floats:
        if names[name] not in table:
            return np.full(len(table), np.nan)
        return _numbers(table[names[name]])

    ids = np.array([str(i) for i in (table[names["id"]] if names["id"] in table else table.index)], object)
    findings: list[Finding] = []
    position = _places(table, city, names, numbers)
    position[:, 2] = _ground(position, city, ids, findings)
    species = table[names["species"]] if names["species"] in table else [""] * len(table)
    evergreen, source, confidence = _habit([str(text) for text in species])
    if names["evergreen"] in table:
        given = numbers("evergreen")
        known = np.isfinite(given)
        evergreen = np.where(known, given == 1.0, evergreen)
        source[known], confidence[known] = Source.REGISTER, 90
    sizes = {name: numbers(name) for name in SIZES}
    habit = (evergreen, source, confidence)
    return _trees(ids, city, position, sizes, Source.REGISTER, {}, habit, findings, Provenance())


def _trees(
    ids: NDArray[np.object_],
    city: CityModel,
    position: Floats,
    sizes: Mapping[str, Floats],
    given: Source,
    derived: Mapping[str, Floats],
    habit: Habit,
    findings: list[Finding],
    provenance: Provenance,
) -> Trees:
    """Table of what is known, completed by allometry, without trees that have no place or no size at all."""
    evergreen, evergreen_source, evergreen_confidence = habit
    full = complete_sizes(sizes, derived, evergreen, given)
    somewhere, far = np.isfinite(position[:, :2]).all(1), _far(position, city)
    near = somewhere & ~far
    placed = near & np.isfinite(position[:, 2])
    kept = placed & np.isfinite(full.height)
    elsewhere = (
        f"lie more than {FAR_M / 1000:.0f} km outside the city and are left out: x and y are taken in the CRS of the "
        f"city, {city.crs}; for others, such as longitude and latitude, give a GeoDataFrame that says its CRS"
    )
    for mask, code, name, action, text in (
        (~somewhere, 1830, "TREE_LEFT_OUT", Action.REFUSED, "have no place and are left out"),
        (far, 1830, "TREE_LEFT_OUT", Action.REFUSED, elsewhere),
        (near & ~placed, 1830, "TREE_LEFT_OUT", Action.REFUSED, "stand on ground of unknown height and are left out"),
        (placed & ~kept, 1830, "TREE_LEFT_OUT", Action.REFUSED, "have neither height nor crown nor trunk: left out"),
        (full.unbelievable, 1833, "TREE_SIZE_IMPLAUSIBLE", Action.DEGRADED, "have a size that no tree has: not used"),
        (kept & full.imputed, 1834, "TREE_SIZE_IMPUTED", Action.KEPT, "have a height or crown from allometry"),
    ):
        if mask.any():
            severity = Severity.INFO if action == Action.KEPT else Severity.WARNING
            message = f"{int(mask.sum())} of {len(ids)} trees {text}; the first is {ids[mask][0]}"
            findings.append(Finding(code, name, str(ids[mask][0]), "", severity, action, message))
    source = {**full.source, "evergreen": evergreen_source}
    confidence = {**full.confidence, "evergreen": evergreen_confidence}
    return Trees(
        id=ids[kept],
        origin=city.origin,
        position=position[kept],
        height=full.height[kept],
        crown_radius=0.5 * full.crown_diameter[kept],
        crown_base=full.crown_base[kept],
        evergreen=evergreen[kept],
        source={name: source[name][kept] for name in SOURCED},
        confidence={name: confidence[name][kept] for name in SOURCED},
        crs=city.crs,
        findings=Findings.of(findings),
        provenance=provenance,
    )


def _far(position: Floats, city: CityModel) -> NDArray[np.bool_]:
    """Whether places relative to the origin lie far outside the city, bool (t,)."""
    low, high = city.bounds[:2] - city.origin[:2], city.bounds[3:5] - city.origin[:2]
    outside = (position[:, :2] < low - FAR_M) | (position[:, :2] > high + FAR_M)
    return np.asarray(outside.any(1), np.bool_)


def _boxes(city: CityModel, rows: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Least and greatest coordinates of the geometry of some objects, (t, 3) each; NaN without geometry."""
    place = np.full(len(city.objects), -1)
    place[rows] = np.arange(len(rows))
    owner = place[city.surfaces.object[row_of(city.rings.surface_rings)[row_of(city.rings.ring_vertices)]]]
    mine = owner >= 0
    low, high = np.full((len(rows), 3), np.inf), np.full((len(rows), 3), -np.inf)
    np.minimum.at(low, owner[mine], city.vertices[mine])
    np.maximum.at(high, owner[mine], city.vertices[mine])
    bare = ~np.isfinite(low)
    low[bare] = high[bare] = np.nan
    return low, high


def _attributes(
    city: CityModel, rows: NDArray[np.int64], ids: NDArray[np.object_]
) -> tuple[dict[str, Floats], list[Finding]]:
    """Sizes that objects state, in metres; NaN where they state none, or one in a unit that is not known."""
    table = city.objects.attributes
    place = {int(row): k for k, row in enumerate(rows)}
    values = {name: np.full(len(rows), np.nan) for name in SIZES}
    findings = []
    for name, attribute in ATTRIBUTES.items():
        keys = [k for k, key in enumerate(table.keys) if key.lower() == attribute]
        for entry in np.flatnonzero(np.isin(table.key, keys)):
            k, text = place.get(int(table.row[entry]), -1), table.value[int(entry)].strip()
            if k < 0 or not NUMBER.match(text) or np.isfinite(values[name][k]):
                continue
            unit = table.units[table.unit[entry]]
            try:
                values[name][k] = float(text) * (unit_factor(unit, "m") if unit else 1.0)
            except ValueError as error:
                message = f"{table.keys[table.key[entry]]} is left out: {error}"
                findings.append(Finding(1710, "UNIT_UNKNOWN", ids[k], severity=Severity.WARNING, message=message))
    return values, findings


def _words(city: CityModel, rows: NDArray[np.int64]) -> list[str]:
    """Class and species of some objects in one text each."""
    columns = [city.objects.attributes.get(name) for name in ("species", "class")]
    texts = [column.as_text()[rows] for column in columns if column is not None]
    return [" ".join(words) for words in zip(*texts, strict=True)] if texts else [""] * len(rows)


def _habit(texts: list[str]) -> Habit:
    """Whether trees keep their leaves by the words that describe them; deciduous where no word tells."""
    known = {row["word"]: row["evergreen"] == "1" for row in read_reference("citytwin.model", "tree_words.csv")}
    evergreen = np.zeros(len(texts), bool)
    source = np.full(len(texts), Source.IMPUTED, np.int8)
    confidence = np.full(len(texts), 30, np.int8)
    for k, text in enumerate(texts):
        words = re.findall(r"\w+", text.lower())
        found = [known[word] for word in words if word in known]
        if found:
            evergreen[k], source[k], confidence[k] = found[0], Source.DERIVED, 70
        elif any(not word.isdecimal() for word in words):
            confidence[k] = 50
    return evergreen, source, confidence


def _numbers(column: pd.Series[Any]) -> Floats:
    """Numbers of a column, NaN where it has none."""
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce")
    odd = values.isna() & column.notna()
    if odd.any():
        row, text = next(iter(column[odd].items()))
        raise ValueError(
            f"column {column.name!r} of the table of trees must hold numbers, but row {row!r} has {text!r}"
        )
    return as_floats(values.to_numpy(np.float64, na_value=np.nan), str(column.name), missing=True)


def _places(table: pd.DataFrame, city: CityModel, names: Mapping[str, str], numbers: Callable[[str], Floats]) -> Floats:
    """East, north and up of the origin of the city of the rows of a table, NaN where unknown, float64 (t, 3)."""
    if hasattr(table, "geometry"):
        import shapely

        points = table.geometry
        if points.crs is not None and city.crs is None:
            raise ValueError(f"the trees are in {points.crs}, the city says no CRS")
        if points.crs is not None and points.crs != city.crs:
            points = points.to_crs(city.crs)
        middles = shapely.centroid(points.to_numpy())
        z = shapely.get_z(points.to_numpy())
        place = np.column_stack([shapely.get_x(middles), shapely.get_y(middles), z])
    elif names["x"] in table and names["y"] in table:
        place = np.column_stack([numbers("x"), numbers("y"), np.full(len(table), np.nan)])
    else:
        raise ValueError(f"the table of trees has neither geometry nor columns {names['x']!r} and {names['y']!r}")
    given = numbers("z")
    place[:, 2] = np.where(np.isnan(given), place[:, 2], given)
    result: Floats = place - city.origin
    return result


def _ground(position: Floats, city: CityModel, ids: NDArray[np.object_], findings: list[Finding]) -> Floats:
    """Height of the foot of each tree above the origin: as given, of the terrain, of the nearest building."""
    z = position[:, 2].copy()
    placed = np.isfinite(position[:, :2]).all(1)
    for text, height in (("the terrain", terrain_height), ("the nearest building", _building_ground)):
        missing = placed & np.isnan(z)
        if missing.any():
            z[missing] = height(city, position[missing, :2])
            found = missing & np.isfinite(z)
            if found.any():
                message = f"{int(found.sum())} trees stand on the ground of {text}"
                findings.append(Finding(1835, "TREE_GROUND_DERIVED", str(ids[found][0]), message=message))
    return z


def _building_ground(city: CityModel, xy: Floats) -> Floats:
    """Ground of the nearest building above the origin; NaN beyond 100 m."""
    from scipy.spatial import cKDTree

    buildings = city.buildings()
    corner = row_of(buildings.footprint_offsets)
    known = np.isfinite(buildings.ground_z[corner]) & np.isfinite(buildings.footprint_xy).all(1)
    if not known.any():
        return np.full(len(xy), np.nan)
    tree = cKDTree(buildings.footprint_xy[known])
    distance, nearest = tree.query(xy + city.origin[:2])
    ground = buildings.ground_z[corner[known]][nearest] - city.origin[2]
    return np.where(distance <= GROUND_REACH_M, ground, np.nan)
