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
        self._named: dict[str, int | Range] = {}
        self._targets: list[str | Range] = []

    def name_polygon(self, identifier: str, entry: int, sign: int, owner: int) -> None:
        """Remember that an identifier stands for the polygon at `entry`."""
        if identifier in self._named:
            self._duplicate(identifier, owner)
        else:
            self._named[identifier] = entry if sign > 0 else (entry, entry + 1, sign)

    def name_range(self, identifier: str, start: int, sign: int, owner: int) -> None:
        """Remember that an identifier stands for the entries from `start` to the last one."""
        if identifier in self._named:
            self._duplicate(identifier, owner)
        else:
            self._named[identifier] = (start, len(self._columns.entry), sign)

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
        for target in self._targets:
            found: int | Range | None
            if isinstance(target, tuple):
                found = target
            else:
                found = named.get(target[1:]) if target[:1] == "#" else None
                if found is None:
                    columns.late_link.append(len(columns.link_start))
                    columns.late_target.append(target)
                    found = (0, 0, 0)
            start, stop, sign = (found, found + 1, 1) if isinstance(found, int) else found
            columns.link_start.append(start)
            columns.link_stop.append(stop)
            columns.link_sign.append(sign)
        self._targets.clear()
        ranges = [(identifier, *entries) for identifier, entries in named.items() if isinstance(entries, tuple)]
        if ranges:
            ids, starts, stops, signs = zip(*ranges, strict=True)
            columns.range_id.items += ids
            columns.range_start.extend(starts)
            columns.range_stop.extend(stops)
            columns.range_sign.extend(signs)
        named.clear()
        columns.range_id.pack()
