"""Trees: where they stand, how large their crowns are, whether they keep their leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Source
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.city import CityModel

SOURCED = ("height", "crown_radius", "crown_base", "evergreen")
"""Columns with a source and a confidence."""


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees of a city, one row a tree.

    Parameters
    ----------
    id : object array (t,) of str
    origin : float64 array (3,), metres in the CRS
    position : float64 array (t, 3), m
        Foot of the trunk: east, north, up from `origin`.
    height : float64 array (t,), m
        From foot to top.
    crown_radius : float64 array (t,), m
        Horizontal.
    crown_base : float64 array (t,), m
        Height above the foot where the crown begins.
    evergreen : bool array (t,)
    source : mapping of int8 arrays (t,)
        :class:`~citytwin.model.enums.Source` of the columns named in ``SOURCED``.
    confidence : mapping of int8 arrays (t,)
        From 0 to 100, of the same columns.
    crs : str or None
    findings : Findings
    provenance : Provenance
    """

    id: NDArray[np.object_]
    origin: NDArray[np.float64]
    position: NDArray[np.float64]
    height: NDArray[np.float64]
    crown_radius: NDArray[np.float64]
    crown_base: NDArray[np.float64]
    evergreen: NDArray[np.bool_]
    source: Mapping[str, NDArray[np.int8]]
    confidence: Mapping[str, NDArray[np.int8]]
    crs: str | None = None
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        return f"Trees({len(self)}, {int(self.evergreen.sum())} of them evergreen, crs={self.crs})"

    @classmethod
    def of_city(cls, city: CityModel) -> Trees:
        """Solitary vegetation objects of a city.

        A tree stands at the middle of the box of its geometry in plan, at its lowest height. Height, crown diameter
        and trunk diameter are its attributes, else the extents of the geometry, else allometry.

        Findings: 1830 for trees without place or size, which are left out; 1832 for plant covers, which are left out;
        1833 for sizes beyond belief; 1834 for sizes from allometry.

        Examples
        --------
        >>> import citytwin as ct
        >>> len(Trees.of_city(ct.synthetic.city(2)))
        0
        """
        from citytwin.model.tree_sources import trees_of_city

        return trees_of_city(city)

    @classmethod
    def of_table(cls, table: pd.DataFrame, city: CityModel, columns: Mapping[str, str] | None = None) -> Trees:
        """Trees of a table, such as a register of street trees.

        Parameters
        ----------
        table : DataFrame or GeoDataFrame
            One row a tree. Its place is the point of a GeoDataFrame, in any CRS, else the columns ``x`` and ``y`` in
            the CRS of the city, m. A height of the ground is the z of the point or column ``z``, else the terrain of
            the city, else the ground of the nearest building within 100 m. Trees without any of these, and those more
            than 10 km outside the city, are left out with finding 1830.
        city : CityModel
        columns : mapping, optional
            Names of the columns: ``id``, ``x``, ``y``, ``z``, ``height``, ``crown_diameter``, ``crown_base``,
            ``trunk_diameter`` (all m), ``species`` (text that holds the genus or a common name), ``evergreen``.
            Default: those of :meth:`to_pandas`. What is missing comes from allometry.

        Raises
        ------
        ValueError
            A named column is not in the table or holds no numbers, there is no place, or the geometry has another CRS
            than the city, and that has none.

        Examples
        --------
        >>> import pandas as pd
        >>> import citytwin as ct
        >>> city = ct.synthetic.city(2)
        >>> x, y = city.bounds[:2]
        >>> table = pd.DataFrame({"x": [x], "y": [y], "z": [3.0], "height_m": [12.0], "species": ["Picea abies"]})
        >>> trees = Trees.of_table(table, city)
        >>> trees.evergreen, trees.height
        (array([ True]), array([12.]))
        """
        from citytwin.model.tree_sources import trees_of_table

        return trees_of_table(table, city, columns)

    @staticmethod
    def concat(parts: Iterable[Trees]) -> Trees:
        """One table behind the other, relative to the origin of the first.

        Raises
        ------
        ValueError
            There is no part, or one is in another CRS.
        """
        parts = list(parts)
        if not parts:
            raise ValueError("there are no trees to put together")
        first = parts[0]
        if any(part.crs != first.crs for part in parts):
            raise ValueError(f"the trees are in several CRSs: {', '.join(sorted({str(p.crs) for p in parts}))}")

        def joined(name: str) -> NDArray[Any]:
            return np.concatenate([getattr(part, name) for part in parts])

        return Trees(
            id=joined("id"),
            origin=first.origin,
            position=np.concatenate([part.position + (part.origin - first.origin) for part in parts]),
            height=joined("height"),
            crown_radius=joined("crown_radius"),
            crown_base=joined("crown_base"),
            evergreen=joined("evergreen"),
            source={name: np.concatenate([part.source[name] for part in parts]) for name in SOURCED},
            confidence={name: np.concatenate([part.confidence[name] for part in parts]) for name in SOURCED},
            crs=first.crs,
            findings=sum((part.findings for part in parts[1:]), start=first.findings),
            provenance=sum((part.provenance for part in parts[1:]), start=first.provenance),
        )

    def take(self, rows: NDArray[np.integer]) -> Trees:
        """The trees of the given rows, in that order, with all findings."""
        columns = ("id", "position", "height", "crown_radius", "crown_base", "evergreen")
        return replace(
            self,
            **{name: getattr(self, name)[rows] for name in columns},
            source={name: self.source[name][rows] for name in SOURCED},
            confidence={name: self.confidence[name][rows] for name in SOURCED},
        )

    def to_pandas(self) -> pd.DataFrame:
        """One row a tree, index ``tree_id``; coordinates in the CRS. :meth:`of_table` reads such a table."""
        import pandas as pd

        place = self.position + self.origin
        frame = {
            "x": place[:, 0],
            "y": place[:, 1],
            "z": place[:, 2],
            "height_m": self.height,
            "crown_diameter_m": 2.0 * self.crown_radius,
            "crown_base_m": self.crown_base,
            "evergreen": self.evergreen,
        }
        for name in SOURCED:
            frame[f"{name}_source"] = Source.words(self.source[name])
            frame[f"{name}_confidence"] = self.confidence[name]
        return pd.DataFrame(frame, index=pd.Index(self.id, name="tree_id"))

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """The same table with the point where each tree stands."""
        import geopandas as gpd

        frame = self.to_pandas()
        return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame.x, frame.y, frame.z), crs=self.crs)
