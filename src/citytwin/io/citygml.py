"""CityGML 1.0 and 2.0: the streaming reader."""

from __future__ import annotations

from collections.abc import Iterable

from citytwin.errors import CityReadError
from citytwin.io._finish import finish
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod, lod_filter
from citytwin.io._streams import Progress, Source
from citytwin.io._xml import members
from citytwin.io.citygml_names import APPEARANCES, CITY_MODELS, CITYGML_3, MEMBERS
from citytwin.io.citygml_walk import Walker
from citytwin.model.city import CityModel
from citytwin.model.provenance import Provenance


def read_citygml(
    source: Source,
    *,
    crs: str | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
    provenance: Provenance | None = None,
) -> CityModel:
    """Read one CityGML document, one member at a time.

    Buildings and parts come with geometry of every LoD as polygons, boundary surfaces, openings and outer installations
    as features, solids as lists of polygons, generic and core attributes, addresses. Everything else (rooms, curves,
    implicit geometry, elements of application domain extensions, other city objects) is kept as extras. The `unit` of a
    core attribute with a code list is its ``codeSpace``.

    Parameters
    ----------
    source : Source
    crs, lod, limits, progress : see :func:`citytwin.read_city`
    provenance : Provenance, optional

    Raises
    ------
    CityReadError
        Not well-formed, not CityGML 1.0 or 2.0, malformed coordinates, or beyond a limit.
    CrsError
        The coordinate reference system cannot be told.

    References
    ----------
    OGC 08-007r1, City Geography Markup Language 1.0; OGC 12-019, City Geography Markup Language 2.0.
    """
    limits = limits or ReadLimits()
    walker = Walker(source.name, limits, lod_filter(lod))
    first = True
    with source.open(limits, progress) as stream:
        for element in members(stream, MEMBERS | APPEARANCES):
            parent = element.getparent()
            root = element if parent is None else parent
            if first:
                check_root(root.tag, source.name)
                walker.head(root)
                first = False
            if parent is None:
                walker.tail(root)
            else:
                walker.member(element)
    return finish(
        walker.columns,
        name=source.name,
        crs=crs,
        limits=limits,
        provenance=provenance or Provenance(),
        closed_rings=True,
        links=walker.geometry.close(),
        flat_rings=walker.geometry.rings.flat,
    )


def check_root(tag: str, name: str) -> None:
    """Raise CityReadError where the root element is not that of CityGML 1.0 or 2.0."""
    if tag in CITY_MODELS:
        return
    if tag.startswith(f"{{{CITYGML_3}}}"):
        raise CityReadError(
            "this is CityGML 3.0",
            name,
            advice="1.0 and 2.0 are read: convert it first, for instance with citygml-tools",
        )
    raise CityReadError(
        f"the root element is {tag}, not a CityGML CityModel", name, advice="Choose a CityGML 1.0 or 2.0 file"
    )
