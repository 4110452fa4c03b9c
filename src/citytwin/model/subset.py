"""Parts of a city model and several models as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras, Objects, Rings, Solids, Surfaces
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import offsets_of, take_ragged, take_rings
from citytwin.model.strings import Strings


def _renumber(n: int, kept: NDArray[np.integer]) -> NDArray[np.int32]:
    """New row of each old row (n,), -1 where it is not kept; one more entry maps -1 to -1."""
    new = np.full(n + 1, -1, np.int32)
    new[kept] = np.arange(len(kept))
    return new


def select_rows(city: CityModel, objects: NDArray[np.integer]) -> CityModel:
    """Model of the given object rows with their surfaces, solids, attributes, findings and extras.

    Parameters
    ----------
    city : CityModel
    objects : int array (k,)
        Rows to keep, ascending; the parent of a kept part must be kept too.
    """
    new_object = _renumber(len(city.objects), objects)
    old = city.surfaces
    rows = np.flatnonzero(new_object[old.object] >= 0)
    new_surface = _renumber(len(old), rows)
    features = np.unique(old.feature[rows][old.feature[rows] >= 0])
    new_feature = _renumber(old.feature_attributes.n, features)
    kept_solids = np.flatnonzero(new_object[city.solids.object] >= 0)
    new_solid = _renumber(len(city.solids), kept_solids)
    solid_offsets, solid_entries = take_ragged(city.solids.offsets, kept_solids)

    surface_rings, ring_vertices, vertex_rows = take_rings(city.rings.surface_rings, city.rings.ring_vertices, rows)
    rings, vertices = Rings(surface_rings, ring_vertices), city.vertices[vertex_rows]
    kept_extras = np.flatnonzero(new_object[city.extras.object] >= 0)
    ids = set(city.objects.id[objects])
    named = np.array([i == "" or i in ids for i in city.recorded.object_id], bool)
    findings = city.recorded.where(named)
    return CityModel(
        objects=Objects(
            city.objects.id[objects],
            city.objects.kind[objects],
            new_object[city.objects.parent[objects]],
            city.objects.attributes.take(objects),
        ),
        surfaces=Surfaces(
            object=new_object[old.object[rows]],
            kind=old.kind[rows],
            lod=old.lod[rows],
            parent=new_surface[old.parent[rows]],
            solid=new_solid[old.solid[rows]],
            feature=new_feature[old.feature[rows]],
            id=old.id[rows],
            polygon_id=old.polygon_id[rows],
            feature_attributes=old.feature_attributes.take(features),
            rings=rings,
            vertices=vertices,
        ),
        rings=rings,
        solids=Solids(
            new_object[city.solids.object[kept_solids]],
            city.solids.lod[kept_solids],
            solid_offsets,
            new_surface[city.solids.surface[solid_entries]],
            city.solids.reversed[solid_entries],
        ),
        vertices=vertices,
        origin=city.origin,
        crs=city.crs,
        vertical_crs=city.vertical_crs,
        recorded=findings,
        extras=Extras(
            new_object[city.extras.object[kept_extras]],
            city.extras.place[kept_extras],
            city.extras.content[kept_extras],
        ),
        provenance=city.provenance,
        counts=_counts(city, objects, findings),
        mapping=city.mapping,
    )


def _counts(city: CityModel, objects: NDArray[np.integer], findings: Findings) -> dict[str, int]:
    """Top-level objects among `objects` by how they were read, told from the findings about them and their parts."""
    named = set(findings.object_id[findings.action == Action.DEGRADED])
    ids = city.objects.id[objects]
    degraded = {
        int(city.objects.root[row]) for row, identifier in zip(objects, ids, strict=True) if identifier in named
    }
    total = int((city.objects.parent[objects] < 0).sum())
    return {"read": total - len(degraded), "degraded": len(degraded), "refused": 0, "total": total}


def concat_cities(cities: list[CityModel]) -> CityModel:
    """One model of several. Raises ValueError where they are none or differ in CRS."""
    if not cities:
        raise ValueError("concat needs at least one city")
    if len({(c.crs, c.vertical_crs) for c in cities}) > 1:
        raise ValueError(f"cities differ in CRS: {sorted({str(c.crs) for c in cities})}")
    origin = np.min([c.origin for c in cities], axis=0)
    object_starts = np.cumsum([0] + [len(c.objects) for c in cities])
    surface_starts = np.cumsum([0] + [len(c.surfaces) for c in cities])
    solid_starts = np.cumsum([0] + [len(c.solids) for c in cities])
    feature_starts = np.cumsum([0] + [c.surfaces.feature_attributes.n for c in cities])

    def shifted(parts: list[NDArray[np.int32]], starts: NDArray[np.int64]) -> NDArray[np.int32]:
        return np.concatenate(
            [np.where(p < 0, -1, p + s).astype(np.int32) for p, s in zip(parts, starts, strict=False)]
        )

    def joined_offsets(parts: list[NDArray[np.int64]]) -> NDArray[np.int64]:
        return offsets_of(np.concatenate([np.diff(p) for p in parts]))

    surfaces = [c.surfaces for c in cities]
    rings = Rings(
        joined_offsets([c.rings.surface_rings for c in cities]),
        joined_offsets([c.rings.ring_vertices for c in cities]),
    )
    vertices = np.concatenate([c.vertices + (c.origin - origin) for c in cities])
    ids = Strings.concat(c.objects.id for c in cities)
    provenance = cities[0].provenance
    for city in cities[1:]:
        provenance = provenance + city.provenance
    return CityModel(
        objects=Objects(
            ids,
            np.concatenate([c.objects.kind for c in cities]),
            shifted([c.objects.parent for c in cities], object_starts),
            AttributeTable.concat(c.objects.attributes for c in cities),
        ),
        surfaces=Surfaces(
            object=shifted([s.object for s in surfaces], object_starts),
            kind=np.concatenate([s.kind for s in surfaces]),
            lod=np.concatenate([s.lod for s in surfaces]),
            parent=shifted([s.parent for s in surfaces], surface_starts),
            solid=shifted([s.solid for s in surfaces], solid_starts),
            feature=shifted([s.feature for s in surfaces], feature_starts),
            id=Strings.concat(s.id for s in surfaces),
            polygon_id=Strings.concat(s.polygon_id for s in surfaces),
            feature_attributes=AttributeTable.concat(s.feature_attributes for s in surfaces),
            rings=rings,
            vertices=vertices,
        ),
        rings=rings,
        solids=Solids(
            shifted([c.solids.object for c in cities], object_starts),
            np.concatenate([c.solids.lod for c in cities]),
            joined_offsets([c.solids.offsets for c in cities]),
            shifted([c.solids.surface for c in cities], surface_starts),
            np.concatenate([c.solids.reversed for c in cities]),
        ),
        vertices=vertices,
        origin=origin,
        crs=cities[0].crs,
        vertical_crs=cities[0].vertical_crs,
        recorded=sum((c.recorded for c in cities), ids_in_several(ids, object_starts[1:-1].tolist())),
        extras=Extras(
            shifted([c.extras.object for c in cities], object_starts),
            Strings.concat(c.extras.place for c in cities),
            Strings.concat(c.extras.content for c in cities),
        ),
        provenance=provenance,
        counts={key: sum(c.counts[key] for c in cities) for key in ("read", "degraded", "refused", "total")},
        mapping=next((c.mapping for c in cities if c.mapping), {}),
    )


def ids_in_several(ids: Strings, starts: Sequence[int]) -> Findings:
    """Findings about identifiers that stand in several inputs, whose rows but the first's begin at `starts`."""
    found = []
    for identifier, rows in ids.repeated().items():
        inputs = len(set(np.searchsorted(starts, rows, side="right").tolist()))
        if inputs > 1:
            message = f"{len(rows)} objects in {inputs} inputs bear this id"
            found.append(Finding(1001, "DUPLICATE_ID", identifier, severity=Severity.ERROR, message=message))
    return Findings.of(found)
