"""Growing columns that the readers fill, object by object, before they become a model."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray

from citytwin.io._collected import Collected
from citytwin.io._notes import Notes
from citytwin.model.attributes import TYPES, AttributeTable
from citytwin.model.city_tables import Extras
from citytwin.model.ragged import offsets_of
from citytwin.model.strings import Strings

PACK = 50_000
"""Strings that are kept as objects before they are packed into bytes."""


class TextColumn:
    """Strings in the order they are appended; :meth:`pack` now and then keeps memory small."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.append = self.items.append
        self._data: list[bytes] = []
        self._lengths: list[NDArray[np.int64]] = []

    def pack(self, least: int = PACK) -> None:
        """Turn the strings held as objects into bytes, where they are `least` or more."""
        if len(self.items) < least:
            return
        joined = "".join(self.items)
        data = joined.encode()
        lengths = map(len, self.items if len(data) == len(joined) else [s.encode() for s in self.items])
        self._data.append(data)
        self._lengths.append(np.fromiter(lengths, np.int64, len(self.items)))
        self.items.clear()

    def strings(self) -> Strings:
        """All strings; the column can be filled further."""
        self.pack(1)
        lengths = np.concatenate([np.empty(0, np.int64), *self._lengths])
        return Strings(np.frombuffer(b"".join(self._data), np.uint8), offsets_of(lengths))


class AttributeColumns:
    """Attribute values of the rows of one table; name, type, place and unit are interned together as one code."""

    def __init__(self) -> None:
        self.row = array("i")
        self.code = array("i")
        self.text = TextColumn()
        self.codes: dict[tuple[str, str, str, str], int] = {}

    def add(self, row: int, text: str, name: str, type: str, place: str = "generic", unit: str = "") -> None:
        """Append one value."""
        self.row.append(row)
        self.code.append(self.codes.setdefault((name, type, place, unit), len(self.codes)))
        self.text.append(text)

    def table(self, n: int) -> AttributeTable:
        """The values as attributes of `n` rows."""
        code = np.array(self.code, np.int32)
        columns = list(zip(*self.codes, strict=True)) or [(), (), (), ()]
        names, types, places, units = columns

        def interned(words: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
            seen: dict[str, int] = {}
            index = np.array([seen.setdefault(word, len(seen)) for word in words], np.int32)
            return tuple(seen), index[code]

        keys, key = interned(names)
        place_words, place = interned(places)
        unit_words, unit = interned(units)
        type_index = np.array([TYPES.index(word) for word in types], np.int8)
        return AttributeTable(
            n=n,
            row=np.array(self.row, np.int32),
            key=key,
            type=type_index[code],
            place=place,
            unit=unit,
            value=self.text.strings(),
            keys=keys,
            places=place_words,
            units=unit_words,
        )


class CityColumns(Notes):
    """The columns of :class:`~citytwin.io._collected.Collected` while they grow."""

    def __init__(self, finding_limit: int) -> None:
        super().__init__(finding_limit)
        self.object_id: list[str] = []
        self.object_kind = array("b")
        self.object_parent = array("i")
        self.object_attributes = AttributeColumns()

        self.feature_id = TextColumn()
        self.n_features = 0
        self.feature_attributes = AttributeColumns()

        self.owner_object = array("i")
        self.owner_kind = array("b")
        self.owner_lod = array("b")
        self.owner_feature = array("i")
        self.owner_wall = array("i")

        self.polygon_owner = array("i")
        self.polygon_id = TextColumn()
        self.ring_polygon = array("i")

        self.ring_points: list[NDArray[np.int64]] = []
        self.coordinates: list[NDArray[np.float64]] = []
        self.n_rings = 0
        self.flat_rings = 0

        self.entry = array("i")
        self.entry_sign = array("b")
        self.solid_object = array("i")
        self.solid_lod = array("b")
        self.solid_start = array("i")
        self.solid_stop = array("i")

        self.link_start = array("i")
        self.link_stop = array("i")
        self.link_sign = array("b")
        self.link_owner = array("i")
        self.link_in_solid = array("b")
        self.late_link = array("i")
        self.late_target = TextColumn()
        self.range_id = TextColumn()
        self.range_start = array("i")
        self.range_stop = array("i")
        self.range_sign = array("b")

        self.placed_link = array("i")
        self.placed_matrix: list[NDArray[np.float64]] = []
        self.placed_point: list[NDArray[np.float64]] = []
        self.prototype_owner = array("i")

        self.extra_object = array("i")
        self.extra_place = TextColumn()
        self.extra_content = TextColumn()
        self.extra_bytes = 0

        self.srs_names: set[str] = set()

    def add_object(self, identifier: str, kind: int, parent: int) -> int:
        """Append a city object and return its row; without identifier it is given one in the end."""
        self.object_id.append(identifier)
        self.object_kind.append(kind)
        self.object_parent.append(parent)
        return len(self.object_id) - 1

    def add_feature(self, identifier: str) -> int:
        """Append a boundary surface and return its row."""
        self.feature_id.append(identifier)
        self.n_features += 1
        return self.n_features - 1

    def add_owner(self, row: int, kind: int, lod: int, feature: int = -1, wall: int = -1) -> int:
        """Append an owner of polygons and return its row."""
        self.owner_object.append(row)
        self.owner_kind.append(kind)
        self.owner_lod.append(lod)
        self.owner_feature.append(feature)
        self.owner_wall.append(wall)
        return len(self.owner_object) - 1

    def add_extra(self, row: int, place: str, content: str) -> None:
        """Keep content that is not understood."""
        self.extra_bytes += len(content)
        self.extra_object.append(row)
        self.extra_place.append(place)
        self.extra_content.append(content)

    def pack(self) -> None:
        """Keep memory small while reading."""
        for column in (
            self.object_attributes.text,
            self.feature_attributes.text,
            self.feature_id,
            self.polygon_id,
            self.extra_place,
            self.extra_content,
        ):
            column.pack()

    def collected(self) -> Collected:
        """All columns as arrays."""
        n_polygons = len(self.polygon_owner)
        return Collected(
            object_id=Strings.of(self.object_id),
            object_kind=np.array(self.object_kind, np.int8),
            object_parent=np.array(self.object_parent, np.int32),
            object_attributes=self.object_attributes.table(len(self.object_id)),
            degraded=np.array(sorted(self.degraded), np.int32),
            feature_id=self.feature_id.strings(),
            feature_attributes=self.feature_attributes.table(self.n_features),
            owner_object=np.array(self.owner_object, np.int32),
            owner_kind=np.array(self.owner_kind, np.int8),
            owner_lod=np.array(self.owner_lod, np.int8),
            owner_feature=np.array(self.owner_feature, np.int32),
            owner_wall=np.array(self.owner_wall, np.int32),
            polygon_owner=np.array(self.polygon_owner, np.int32),
            polygon_id=self.polygon_id.strings(),
            polygon_rings=np.bincount(np.array(self.ring_polygon, np.int64), minlength=n_polygons).astype(np.int32),
            ring_points=np.concatenate([np.empty(0, np.int64), *self.ring_points]),
            coordinates=np.concatenate([np.empty((0, 3)), *self.coordinates]),
            entry=np.array(self.entry, np.int32),
            entry_sign=np.array(self.entry_sign, np.int8),
            solid_object=np.array(self.solid_object, np.int32),
            solid_lod=np.array(self.solid_lod, np.int8),
            solid_start=np.array(self.solid_start, np.int32),
            solid_stop=np.array(self.solid_stop, np.int32),
            link_start=np.array(self.link_start, np.int32),
            link_stop=np.array(self.link_stop, np.int32),
            link_sign=np.array(self.link_sign, np.int8),
            link_owner=np.array(self.link_owner, np.int32),
            link_in_solid=np.array(self.link_in_solid, np.bool_),
            late_link=np.array(self.late_link, np.int32),
            late_target=self.late_target.strings(),
            range_id=self.range_id.strings(),
            range_start=np.array(self.range_start, np.int32),
            range_stop=np.array(self.range_stop, np.int32),
            range_sign=np.array(self.range_sign, np.int8),
            extras=Extras(
                np.array(self.extra_object, np.int32), self.extra_place.strings(), self.extra_content.strings()
            ),
            notes=self.notes,
            left_out=self.left_out,
            srs_names=frozenset(self.srs_names),
            flat_rings=self.flat_rings,
            placed_link=np.array(self.placed_link, np.int32),
            placed_matrix=np.array(self.placed_matrix, np.float64).reshape(-1, 3, 4),
            placed_point=np.array(self.placed_point, np.float64).reshape(-1, 3),
            prototype_owner=np.array(self.prototype_owner, np.int32),
        )
