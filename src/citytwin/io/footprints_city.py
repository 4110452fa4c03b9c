"""From a table of footprints to an LoD1 city model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._extrude import extrude
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io._log import Log
from citytwin.io.footprints_heights import Heights, read_heights
from citytwin.io.footprints_parts import find_parents, is_part, remains
from citytwin.io.footprints_shapes import Plan, Shapes, is_area, not_areas, plan_of, rings_of
from citytwin.io.footprints_table import FootprintTable
from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import Action, ObjectKind, Severity, SurfaceKind
from citytwin.model.ragged import row_of
from citytwin.model.strings import Strings

LOD0, LOD1 = 0, 10
HEIGHT_SOURCE = "height_source"
"""Attribute that says where a height comes from; see ``model/derive/attributes_fi.toml``."""


class _Blocks(NamedTuple):
    """Polygons by what becomes of them: those that are raised to solids, and those that stay outlines.

    `bare` are the rows without height of whose outlines parts leave something.
    """

    raised: Shapes
    raised_owner: NDArray[np.int64]
    flat: Shapes
    flat_owner: NDArray[np.int64]
    bare: NDArray[np.int64]


def city_of(
    table: FootprintTable,
    name: str,
    *,
    crs: str | None,
    wanted: LodFilter,
    limits: ReadLimits,
    columns: Mapping[str, str],
    storey_height: float,
) -> CityModel:
    """City model of footprints; see :func:`citytwin.io.footprints.read_footprints`.

    Parameters
    ----------
    table : FootprintTable
    name : str
        Of the input, for errors.
    crs : str or None
        Stated by the caller.
    wanted : LodFilter
    limits : ReadLimits
    columns : mapping
        By meaning, the column to use; see :func:`read_heights`.
    storey_height : float, m

    Raises
    ------
    CityReadError
        There is no footprint.
    CrsError
        See :func:`citytwin.model.crs.settle`.
    """
    log = Log(limits.findings)
    refused = table.left_out + not_areas(table.shape)
    table = _areas(table)
    if not len(table):
        found = ", ".join(f"{count} of kind {kind}" for kind, count in sorted(refused.items())) or "no features"
        raise CityReadError(
            f"there is no polygon ({found})",
            name,
            advice="Choose a file of building outlines; a table can be joined with read_table and city.join",
        )
    for row, reason in table.unreadable.items():
        log.degrade(row, 1008, "GEOMETRY_NOT_READ", reason)
    plan = plan_of(table, crs, name, limits, log)
    heights = read_heights(table.attributes, plan.ground, storey_height, columns)
    part = is_part(table.attributes)
    parent = find_parents(plan.polygon, plan.owner, part)
    solid = ~np.isnan(heights.top)
    blocks = _blocks(plan, parent, solid, wanted)
    if wanted(LOD1):
        _note_heights(heights, plan, parent, blocks.bare, storey_height, log)
    identifier = _identifiers(table.identifier, log)
    _note_rest(refused, table.remarks, part & (parent < 0), log)
    counts = _counts(blocks, parent, sum(refused.values()), log)
    kind = np.where(parent >= 0, ObjectKind.BUILDING_PART, ObjectKind.BUILDING).astype(np.int8)
    ground = np.nan_to_num(heights.ground)
    return assemble_city(
        object_id=identifier,
        object_kind=kind,
        object_parent=parent,
        object_attributes=_with_height_source(table.attributes, heights),
        **_surfaces(blocks, ground, heights),
        crs=plan.settled.crs,
        vertical_crs=plan.settled.vertical_crs,
        findings=log.table(identifier) + plan.settled.findings,
        counts=counts,
    )


def _areas(table: FootprintTable) -> FootprintTable:
    """The table without points and lines."""
    kept = is_area(table.shape)
    if kept.all():
        return table
    rows = np.flatnonzero(kept)
    new = {int(row): place for place, row in enumerate(rows)}
    return replace(
        table,
        shape=table.shape[rows],
        attributes=table.attributes.take(rows),
        identifier=table.identifier[rows],
        unreadable={new[row]: reason for row, reason in table.unreadable.items()},
    )


def _blocks(plan: Plan, parent: NDArray[np.int32], solid: NDArray[np.bool_], wanted: LodFilter) -> _Blocks:
    """Outlines of buildings with parts stay flat, what their parts leave of them is raised."""
    polygon, owner = plan.polygon, plan.owner
    none = np.empty(0, np.int64)
    if not wanted(LOD1):
        flat = (polygon, owner) if wanted(LOD0) else (polygon[:0], none)
        return _Blocks(polygon[:0], none, *flat, none)
    left, left_owner, cut = remains(polygon, owner, parent, solid)
    up, high = solid[owner], solid[left_owner]
    up[cut] = False
    raised = np.concatenate([polygon[up], left[high]])
    raised_owner = np.concatenate([owner[up], left_owner[high]])
    order = np.argsort(raised_owner, kind="stable")
    flat = (polygon[~up], owner[~up]) if wanted(LOD0) else (polygon[:0], none)
    return _Blocks(raised[order], raised_owner[order], *flat, np.unique(left_owner[~high]))


def _surfaces(blocks: _Blocks, ground: NDArray[np.float64], heights: Heights) -> dict[str, Any]:
    """Columns of surfaces, rings, vertices and solids: faces of prisms, then outlines."""
    rings, owner = rings_of(blocks.raised), blocks.raised_owner
    base = heights.base[owner]
    prisms = extrude(*rings, ground[owner] + base, ground[owner] + heights.top[owner], base > 0)
    flat, flat_owner = rings_of(blocks.flat), blocks.flat_owner
    corners = np.diff(flat.ring_vertices[flat.polygon_rings])
    outline = np.column_stack([flat.xy, np.repeat(ground[flat_owner], corners)])
    faces, outlines = len(prisms.kind), len(flat_owner)
    return {
        "surface_object": np.concatenate([owner[row_of(prisms.solid_surfaces)], flat_owner]),
        "surface_kind": np.concatenate([prisms.kind, np.full(outlines, SurfaceKind.UNKNOWN, np.int8)]),
        "surface_lod": np.repeat(np.array([LOD1, LOD0], np.int8), [faces, outlines]),
        "surface_rings": _joined(prisms.surface_rings, flat.polygon_rings),
        "ring_vertices": _joined(prisms.ring_vertices, flat.ring_vertices),
        "coordinates": np.concatenate([prisms.coordinates, outline]),
        "solids": SolidColumns(
            owner.astype(np.int32),
            np.full(len(owner), LOD1, np.int8),
            prisms.solid_surfaces,
            np.arange(faces, dtype=np.int32),
            np.zeros(faces, bool),
        ),
    }


def _joined(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Offsets of one ragged array behind another."""
    return np.concatenate([first, first[-1] + second[1:]])


def _with_height_source(attributes: AttributeTable, heights: Heights) -> AttributeTable:
    """Attributes that mark heights from storeys as derived, unless the table says itself where heights come from."""
    if HEIGHT_SOURCE in attributes or not heights.from_storeys.any():
        return attributes
    rows = np.flatnonzero(heights.from_storeys).tolist()
    return attributes.append(AttributeValue(row, HEIGHT_SOURCE, "derived") for row in rows)


def _note_heights(
    heights: Heights,
    plan: Plan,
    parent: NDArray[np.int32],
    bare: NDArray[np.int64],
    storey_height: float,
    log: Log,
) -> None:
    """Findings about heights that are missing, derived or not usable."""
    solid = ~np.isnan(heights.top)
    helped = np.zeros(len(solid), bool)
    helped[parent[solid & (parent >= 0)]] = True
    helped[bare] = False
    drawn = np.zeros(len(solid), bool)
    drawn[plan.owner] = True
    for row in np.flatnonzero(drawn & ~solid & ~helped).tolist():
        log.degrade(
            row, 1007, "NO_HEIGHT", "there is no usable height and no number of storeys: the outline stays flat"
        )
    for name, count in sorted(heights.passed_over.items()):
        message = f"{count} values of {name!r} are no usable heights and are passed over"
        log.note(-1, 1071, "HEIGHT_PASSED_OVER", message)
    if derived := int((heights.from_storeys & drawn).sum()):
        message = f"heights of {derived} objects are storeys times {storey_height:g} m"
        log.note(-1, 1072, "HEIGHT_FROM_STOREYS", message, severity=Severity.INFO)
    if grounded := int((drawn & solid & np.isnan(heights.ground)).sum()):
        log.note(-1, 1073, "GROUND_UNKNOWN", f"the ground of {grounded} objects is not known and put at 0")


def _note_rest(refused: Counter[str], remarks: tuple[str, ...], orphan: NDArray[np.bool_], log: Log) -> None:
    for kind, count in sorted(refused.items()):
        message = f"{count} features of kind {kind} are no footprints and are left out"
        log.note(-1, 1008, "GEOMETRY_NOT_READ", message, action=Action.REFUSED)
    for remark in remarks:
        log.note(-1, 1074, "INPUT_REMARK", remark)
    for row in np.flatnonzero(orphan).tolist():
        log.note(row, 1014, "PART_WITHOUT_BUILDING", "the part lies in no outline of a building and is read as one")


def _identifiers(given: Strings, log: Log) -> Strings:
    """Identifiers of all rows; those without get one by their place."""
    ids = list(given)
    missing = [row for row, identifier in enumerate(ids) if not identifier]
    for row in missing:
        ids[row] = f"object-{row + 1}"
    if missing:
        message = (
            f"{len(missing)} of {len(ids)} features have no identifier and are named by their place, {ids[missing[0]]}"
        )
        log.note(-1, 1002, "MISSING_ID", message)
    return Strings.of(ids) if missing else given


def _counts(blocks: _Blocks, parent: NDArray[np.int32], refused: int, log: Log) -> dict[str, int]:
    """Top-level objects by how they were read; one without any surface is degraded."""
    root = np.where(parent < 0, np.arange(len(parent)), parent)
    with_geometry = np.zeros(len(parent), bool)
    with_geometry[root[blocks.raised_owner]] = True
    with_geometry[root[blocks.flat_owner]] = True
    for row in np.flatnonzero((parent < 0) & ~with_geometry).tolist():
        if row not in log.degraded:
            log.degrade(row, 1003, "NO_GEOMETRY", "the building has no surface that could be read")
    degraded = len({int(root[row]) for row in log.degraded})
    tops = int((parent < 0).sum())
    return {"read": tops - degraded, "degraded": degraded, "refused": refused, "total": tops + refused}
