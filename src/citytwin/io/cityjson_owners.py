"""Who polygons belong to: the boundary surfaces of CityJSON geometries, as rows of the columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.io._json import JsonTape, Rows
from citytwin.io.cityjson_geometry import Geometries, Semantics, concat_geometries
from citytwin.io.cityjson_shapes import Shapes, concat
from citytwin.io.cityjson_templates import Instances, TemplateSurface
from citytwin.model.enums import SurfaceKind


class Features(NamedTuple):
    """Boundary surfaces that semantic surfaces become.

    Attributes
    ----------
    row : int64 array (n_semantic_surfaces,)
        Row of the boundary surface of each.
    source : int64 array (k,)
        Semantic surface that each boundary surface is described by: of those of one object with the same identifier,
        the first.
    holder : int64 array (k,)
        Object of each.
    """

    row: Rows
    source: Rows
    holder: Rows


class Placed(NamedTuple):
    """A geometry that is a template.

    Attributes
    ----------
    geometry : int
        Its place among the geometries with owners.
    node : int
        Row of the tape.
    first_feature : int
        Row of the first of its boundary surfaces.
    surfaces : list of TemplateSurface
    """

    geometry: int
    node: int
    first_feature: int
    surfaces: list[TemplateSurface]


class Scene(NamedTuple):
    """Geometries with surfaces, in document order.

    Attributes
    ----------
    geometries : Geometries
    shapes : Shapes
    counts : int64 array (n,)
        Semantic surfaces of each.
    own : int64 array
        Places of those that are no templates, in the order of their semantics.
    placed : list of Placed
        The others.
    """

    geometries: Geometries
    shapes: Shapes
    counts: Rows
    own: Rows
    placed: list[Placed]


class Owners(NamedTuple):
    """Owners of polygons, as in :class:`~citytwin.io._collected.Collected`, and the first one of each geometry.

    The first owner of a geometry holds the polygons without a semantic surface.
    """

    object: NDArray[np.int32]
    kind: NDArray[np.int8]
    lod: NDArray[np.int8]
    feature: NDArray[np.int32]
    wall: NDArray[np.int32]
    first: Rows


def features_of(tape: JsonTape, semantics: Semantics, holder: Rows, first_row: int) -> Features:
    """Boundary surfaces of semantic surfaces; those of one object with the same identifier are one.

    Parameters
    ----------
    tape : JsonTape
    semantics : Semantics
    holder : int64 array (n_geometries,)
        Object of each geometry.
    first_row : int
        Row of the first boundary surface.
    """
    n = len(semantics.node)
    named = np.flatnonzero((semantics.id >= 0) & (tape.stop[semantics.id] > tape.start[semantics.id]))
    same = np.arange(n)
    if len(named):
        code, words = tape.distinct(semantics.id[named])
        pair = holder[semantics.geometry[named]] * len(words) + code
        _, first, inverse = np.unique(pair, return_index=True, return_inverse=True)
        same[named] = named[first[inverse]]
    source = np.flatnonzero(same == np.arange(n))
    row = np.empty(n, np.int64)
    row[source] = np.arange(first_row, first_row + len(source))
    return Features(row[same], source, holder[semantics.geometry[source]])


def with_instances(scene: Scene, instances: Instances, first_feature: int) -> Scene:
    """A scene without templates, with those placed in it.

    Parameters
    ----------
    scene : Scene
    instances : Instances
    first_feature : int
        Row of the first boundary surface of theirs.
    """
    n = len(scene.own)
    nodes = np.concatenate([scene.geometries.node, instances.geometries.node])
    order = np.argsort(nodes)
    place = np.argsort(order)
    placed: list[Placed] = []
    for row, surfaces in enumerate(instances.surfaces, n):
        placed.append(Placed(int(place[row]), int(nodes[row]), first_feature, surfaces))
        first_feature += len(surfaces)
    counts = np.array([len(surfaces) for surfaces in instances.surfaces], np.int64)
    return Scene(
        concat_geometries(scene.geometries, instances.geometries).take(order),
        concat([scene.shapes, instances.shapes]).take(order)[0],
        np.concatenate([scene.counts, counts])[order],
        place[:n],
        placed,
    )


def owners_of(
    objects: Rows, features: Rows, lod: NDArray[np.int8], scene: Scene, semantics: Semantics, rows: Features
) -> Owners:
    """Owners of the polygons of geometries.

    Parameters
    ----------
    objects : int64 array (n,)
        Row of the object of each geometry.
    features : int64 array (n,)
        Row of the installation each geometry is of, -1 for none.
    lod : int8 array (n,)
    scene : Scene
    semantics : Semantics
        Of the geometries that are no templates.
    rows : Features
        Of `semantics`.
    """
    count = scene.counts
    first = np.cumsum(count + 1) - (count + 1)
    of_owner = np.repeat(np.arange(len(count)), count + 1)
    feature = features[of_owner]
    bare = np.where(features >= 0, SurfaceKind.INSTALLATION, SurfaceKind.UNKNOWN).astype(np.int8)
    kind = bare[of_owner]
    wall = np.full(len(of_owner), -1, np.int64)
    place = first[scene.own[semantics.geometry]] + 1 + semantics.place
    feature[place] = rows.row
    part_of = features[of_owner] >= 0
    kind[place] = np.where(part_of[place], SurfaceKind.INSTALLATION, semantics.kind)
    inside = np.flatnonzero(semantics.parent >= 0)
    sibling = inside - semantics.place[inside] + semantics.parent[inside]
    wall[place[inside]] = rows.row[sibling]
    for template in scene.placed:
        for number, surface in enumerate(template.surfaces):
            owner = first[template.geometry] + 1 + number
            feature[owner] = template.first_feature + number
            kind[owner] = SurfaceKind.INSTALLATION if part_of[owner] else surface.kind
            wall[owner] = template.first_feature + surface.parent if surface.parent >= 0 else -1
    return Owners(
        objects[of_owner].astype(np.int32),
        kind,
        lod[of_owner],
        feature.astype(np.int32),
        wall.astype(np.int32),
        first,
    )
