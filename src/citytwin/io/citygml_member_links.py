"""Links between surfaces, and the identifiers they lead to, of one member of a CityGML document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

from citytwin.io._columns import CityColumns

Range = tuple[int, int, int]
"""First entry, the one behind the last, and the orientation to take them with."""


class MemberLinks:
    """Identifiers are resolved member by member, where nearly all links end, and kept packed for the other links.

    Parameters
    ----------
    columns : CityColumns
    """

    def __init__(self, columns: CityColumns) -> None:
        self._columns = columns
        self._named: dict[str, int] = {}  # the entry of a polygon, or the complement of the row of a range
        self._targets: list[str | Range] = []

    def name_polygon(self, identifier: str, entry: int, sign: int, owner: int) -> None:
        """Remember that an identifier stands for the polygon at `entry`."""
        if sign < 0:
            self.name_range(identifier, entry, entry + 1, sign, owner)
        elif identifier in self._named:
            self._duplicate(identifier, owner)
        else:
            self._named[identifier] = entry

    def name_range(self, identifier: str, start: int, stop: int, sign: int, owner: int) -> None:
        """Remember that an identifier stands for the entries from `start` to the one before `stop`."""
        if identifier in self._named:
            self._duplicate(identifier, owner)
            return
        columns = self._columns
        self._named[identifier] = ~len(columns.range_start)
        columns.range_id.append(identifier)
        columns.range_start.append(start)
        columns.range_stop.append(stop)
        columns.range_sign.append(sign)

    def _duplicate(self, identifier: str, owner: int) -> None:
        message = "two geometries of the object bear this gml:id; links go to the first"
        self._columns.note(self._columns.owner_object[owner], 1001, "DUPLICATE_ID", message, identifier)

    def add(self, targets: Sequence[str | Range], sign: int, owner: int, in_solid: bool) -> None:
        """Add references of `owner` to geometry elsewhere: what they are written as, or a range of entries."""
        columns = self._columns
        first, n = len(columns.link_owner), len(targets)
        columns.entry.extend(range(~first, ~(first + n), -1))
        columns.entry_sign.extend(repeat(sign, n))
        self._targets += targets
        columns.link_owner.extend(repeat(owner, n))
        columns.link_in_solid.extend(repeat(in_solid, n))

    def resolve(self) -> None:
        """Resolve the links of the member inside it, and forget its identifiers."""
        named, columns = self._named, self._columns
        add_start, add_stop, add_sign = columns.link_start.append, columns.link_stop.append, columns.link_sign.append
        for target in self._targets:
            if isinstance(target, tuple):
                start, stop, sign = target
            elif (found := named.get(target[1:]) if target[:1] == "#" else None) is None:
                columns.late_link.append(len(columns.link_start))
                columns.late_target.append(target)
                start, stop, sign = 0, 0, 0
            elif found >= 0:
                start, stop, sign = found, found + 1, 1
            else:
                start, stop, sign = columns.range_start[~found], columns.range_stop[~found], columns.range_sign[~found]
            add_start(start)
            add_stop(stop)
            add_sign(sign)
        self._targets.clear()
        named.clear()
        columns.range_id.pack()
