"""Repairs of solids: faces and shells that face the wrong way, and missing grounds and walls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.city_tables import Rings, Solids, Surfaces
from citytwin.model.enums import Action, SurfaceKind
from citytwin.model.findings import Finding, Findings
from citytwin.model.heal_rings import turned_order, with_rings
from citytwin.model.ragged import offsets_of, row_of
from citytwin.model.strings import Strings
from citytwin.model.validity import NAMES, Defects, Tolerances, solid_volumes

if TYPE_CHECKING:
    from citytwin.kernels.edge_closure import EdgeClosure

ROOF = np.cos(np.radians(75.0))
GROUND = np.cos(np.radians(135.0))
"""Upward component of a unit normal above which a face is a roof, and below which it is a ground."""


def turn_faces(city: CityModel, tolerances: Tolerances) -> CityModel:
    """City whose solids have all their faces on the same side, where they have two sides and no edge of many faces."""
    from citytwin.kernels.flood_fill import faces_to_turn

    defects, closure = _defects(city, tolerances)
    wrong = np.setdiff1d(defects.row[defects.code == 307], defects.row[defects.code == 303])
    if not len(wrong):
        return city
    solids = city.solids
    turn, _ = faces_to_turn(solids.offsets, solids.reversed, closure.corner_offsets, closure.point, closure.twin)
    turn &= np.isin(row_of(solids.offsets), wrong)
    count = np.bincount(row_of(solids.offsets)[turn], minlength=len(solids))
    found = [
        _healed(city, int(solid), 307, f"{count[solid]} polygons that face another side are turned round")
        for solid in np.flatnonzero(count)
    ]
    return _turned(city, turn, found)


def turn_shells(city: CityModel, tolerances: Tolerances) -> CityModel:
    """City whose solids are the right side out: all faces of those whose volume is negative are turned round."""
    defects, _ = _defects(city, tolerances)
    wrong = defects.row[(defects.code == 405) & (defects.figure < 0)]
    turn = np.isin(row_of(city.solids.offsets), wrong)
    found = [_healed(city, int(solid), 405, "all polygons of a solid inside out are turned round") for solid in wrong]
    return _turned(city, turn, found) if found else city


def _defects(city: CityModel, tolerances: Tolerances) -> tuple[Defects, EdgeClosure]:
    from citytwin.kernels.ear_clipping import triangulate
    from citytwin.model.validity_polygons import polygon_defects
    from citytwin.model.validity_solids import solid_defects

    clipped = triangulate(city.rings.surface_rings, city.rings.ring_vertices, city.vertices)
    return solid_defects(city, clipped, polygon_defects(city, clipped, tolerances).row, tolerances)


def _turned(city: CityModel, turn: NDArray[np.bool_], found: list[Finding]) -> CityModel:
    """City with some entries (n,) of its solids turned round.

    An entry that stands turned in its solid is used as it is; else the polygon itself is turned, unless another entry
    uses it too: then the entry stands turned.
    """
    solids, rings = city.solids, city.rings
    uses = np.bincount(solids.surface, minlength=len(city.surfaces))
    polygon = turn & ~solids.reversed & (uses[solids.surface] == 1)
    turned = np.zeros(len(city.surfaces), bool)
    turned[solids.surface[polygon]] = True
    order = turned_order(rings.ring_vertices, turned[row_of(rings.surface_rings)])
    city = with_rings(city, rings.surface_rings, rings.ring_vertices, city.vertices[order], found)
    return replace(city, solids=replace(solids, reversed=solids.reversed ^ (turn & ~polygon)))


def _healed(city: CityModel, solid: int, code: int, message: str) -> Finding:
    """Record of the repair of a solid."""
    owner = city.objects.id[int(city.solids.object[solid])]
    message = f"LoD{city.solids.lod[solid] / 10:g} solid: {message}"
    return Finding(code, NAMES[code], owner, action=Action.HEALED, message=message)


@dataclass(frozen=True)
class _Cap:
    """A missing face: its solid, its rings, and the kind it gets."""

    solid: int
    rings: list[NDArray[np.float64]]
    kind: SurfaceKind = SurfaceKind.UNKNOWN


def close_gaps(city: CityModel, tolerances: Tolerances) -> CityModel:
    """City with the missing plane grounds and walls of open solids, where they make them sound."""
    defects, closure = _defects(city, tolerances)
    others = defects.row[(defects.code == 303) | (defects.code == 307)]
    caps = [
        cap
        for solid in np.setdiff1d(defects.row[defects.code == 302], others)
        for cap in _caps(city, int(solid), closure, tolerances)
    ]
    if not caps:
        return city
    tried = _with_caps(city, caps, [])
    left, _ = _defects(tried, tolerances)
    unsound = set(left.row[left.code != 405].tolist())
    inwards = solid_volumes(tried) < 0
    upwards = tried.surfaces.normal[-len(caps) :, 2] / tried.surfaces.area[-len(caps) :]
    kept, found = [], []
    for cap, up in zip(caps, upwards.tolist(), strict=True):
        kind = _kind_of(-up if inwards[cap.solid] else up)
        if kind == SurfaceKind.ROOF:
            unsound.add(cap.solid)
        kept.append(replace(cap, kind=kind if _has_kinds(city, cap.solid) else SurfaceKind.UNKNOWN))
        found.append(_healed(city, cap.solid, 302, f"a missing {kind.word} of {_area(cap):.1f} m2 is added"))
    sound = [k for k, cap in enumerate(kept) if cap.solid not in unsound]
    return _with_caps(city, [kept[k] for k in sound], [found[k] for k in sound]) if sound else city


def _kind_of(upward: float) -> SurfaceKind:
    """Kind of a face by the upward component of its unit normal."""
    return SurfaceKind.GROUND if upward < GROUND else SurfaceKind.WALL if upward <= ROOF else SurfaceKind.ROOF


def _has_kinds(city: CityModel, solid: int) -> bool:
    """Whether the faces of a solid say what they are."""
    faces = city.solids.surface[city.solids.offsets[solid] : city.solids.offsets[solid + 1]]
    return bool((city.surfaces.kind[faces] != SurfaceKind.UNKNOWN).any())


def _area(cap: _Cap) -> float:
    from citytwin.kernels.newell import ring_normal

    return float(np.linalg.norm(sum(np.array(ring_normal(0, len(ring), ring)) for ring in cap.rings)))


def _caps(city: CityModel, solid: int, closure: EdgeClosure, tolerances: Tolerances) -> Iterator[_Cap]:
    """Plane faces along the open edges of a solid; none where edges branch."""
    loops = _open_loops(city, solid, closure)
    planes = [_plane(city.vertices[loop]) for loop in loops]
    if any(plane is None or plane[2] > tolerances.planarity for plane in planes):
        return
    fitted = [plane for plane in planes if plane is not None]
    order = sorted(range(len(loops)), key=lambda k: -fitted[k][3])
    used: set[int] = set()
    for k in order:
        if k in used:
            continue
        used.add(k)
        normal, centre = fitted[k][0], fitted[k][1]
        members = [k]
        for j in order:
            level = np.abs((city.vertices[loops[j]] - centre) @ normal).max() <= tolerances.planarity
            if j not in used and level and fitted[j][0] @ normal < 0:
                used.add(j)
                members.append(j)
        yield _Cap(solid, [city.vertices[loops[j]] for j in members])


def _open_loops(city: CityModel, solid: int, closure: EdgeClosure) -> list[NDArray[np.int64]]:
    """Vertex rows along the open edges of a solid, the way a face that closes it runs; none where edges branch."""
    from citytwin.kernels.edge_closure import NO_TWIN

    solids, rings = city.solids, city.rings
    following: dict[int, int] = {}
    for entry in range(solids.offsets[solid], solids.offsets[solid + 1]):
        surface = solids.surface[entry]
        first = rings.ring_vertices[rings.surface_rings[surface]]
        for ring in range(rings.surface_rings[surface], rings.surface_rings[surface + 1]):
            start, stop = rings.ring_vertices[ring : ring + 2] - first + closure.corner_offsets[entry]
            points = closure.point[start:stop]
            for i in np.flatnonzero(closure.twin[start:stop] == NO_TWIN):
                a, b = int(points[i]), int(points[(i + 1) % len(points)])
                if not solids.reversed[entry]:
                    a, b = b, a
                if a in following:
                    return []
                following[a] = b
    loops = []
    while following:
        at = min(following)
        loop = []
        while at in following:
            loop.append(at)
            at = following.pop(at)
        if at != loop[0]:
            return []
        loops.append(np.array(loop))
    return loops


def _plane(
    points: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], float, float] | None:
    """Unit normal and centre of a ring, largest distance of a point from that plane, and area; None without area."""
    from citytwin.kernels.newell import ring_normal

    vector = np.array(ring_normal(0, len(points), np.ascontiguousarray(points)))
    area = float(np.linalg.norm(vector))
    if area == 0:
        return None
    centre = points.mean(0)
    return vector / area, centre, float(np.abs((points - centre) @ (vector / area)).max()), area


def _with_caps(city: CityModel, caps: list[_Cap], found: list[Finding]) -> CityModel:
    """City with more polygons, each a face of a solid and the last of its surfaces."""
    solids, old, n = city.solids, city.surfaces, len(city.surfaces)
    solid = np.array([cap.solid for cap in caps])
    added = [ring for cap in caps for ring in cap.rings]
    n_rings = np.cumsum([len(cap.rings) for cap in caps])
    n_points = np.cumsum([len(ring) for ring in added])
    rings = Rings(
        np.concatenate([city.rings.surface_rings, len(city.rings.ring_vertices) - 1 + n_rings]),
        np.concatenate([city.rings.ring_vertices, len(city.vertices) + n_points]),
    )
    vertices = np.concatenate([city.vertices, *added])
    none = np.full(len(caps), -1, np.int32)
    no_names = Strings.empty(len(caps))
    surfaces = Surfaces(
        object=np.concatenate([old.object, solids.object[solid]]),
        kind=np.concatenate([old.kind, np.array([cap.kind for cap in caps], np.int8)]),
        lod=np.concatenate([old.lod, solids.lod[solid]]),
        parent=np.concatenate([old.parent, none]),
        solid=np.concatenate([old.solid, solid.astype(np.int32)]),
        feature=np.concatenate([old.feature, none]),
        id=Strings.concat([old.id, no_names]),
        polygon_id=Strings.concat([old.polygon_id, no_names]),
        feature_attributes=old.feature_attributes,
        rings=rings,
        vertices=vertices,
    )
    owner = np.concatenate([row_of(solids.offsets), solid])
    order = np.argsort(owner, kind="stable")
    return replace(
        city,
        surfaces=surfaces,
        rings=rings,
        vertices=vertices,
        solids=Solids(
            solids.object,
            solids.lod,
            offsets_of(np.bincount(owner, minlength=len(solids))),
            np.concatenate([solids.surface, n + np.arange(len(caps), dtype=np.int32)])[order],
            np.concatenate([solids.reversed, np.zeros(len(caps), bool)])[order],
        ),
        recorded=city.recorded + Findings.of(found),
    )
