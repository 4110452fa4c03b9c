"""The closed vocabularies of the model: integers in arrays, lower-case words when exported."""

from __future__ import annotations

from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray


class _Word(IntEnum):
    """An enum whose members are exported as their lower-case names."""

    @property
    def word(self) -> str:
        """Exported name of the member."""
        return self.name.lower()

    @classmethod
    def from_word(cls, word: str) -> Self:
        """Member of an exported name; ValueError lists the names there are."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"{word!r} is not one of {', '.join(m.word for m in cls)}") from None

    @classmethod
    def words(cls, codes: NDArray[np.integer]) -> NDArray[np.object_]:
        """Exported words of an array of codes, object array of the same shape."""
        table = {member.value: member.word for member in cls}
        return np.array([table[int(code)] for code in codes], dtype=object)


class ObjectKind(_Word):
    """What a city object is: the classes of CityGML 2.0 (OGC 12-019) and 3.0 (OGC 20-010), OTHER for any other."""

    BUILDING = 0
    BUILDING_PART = 1
    OTHER = 2
    BUILDING_UNIT = 3
    STOREY = 4
    BUILDING_ROOM = 5
    BRIDGE = 6
    BRIDGE_PART = 7
    TUNNEL = 8
    TUNNEL_PART = 9
    ROAD = 10
    RAILWAY = 11
    SQUARE = 12
    TRACK = 13
    WATERWAY = 14
    WATER_BODY = 15
    PLANT_COVER = 16
    SOLITARY_VEGETATION = 17
    LAND_USE = 18
    CITY_FURNITURE = 19
    RELIEF = 20
    CITY_OBJECT_GROUP = 21
    GENERIC = 22
    OTHER_CONSTRUCTION = 23


class SurfaceKind(_Word):
    """What a surface bounds; CityGML 2.0 clause 10.3.3 gives the names."""

    UNKNOWN = 0
    WALL = 1
    ROOF = 2
    GROUND = 3
    CLOSURE = 4
    OUTER_CEILING = 5
    OUTER_FLOOR = 6
    WINDOW = 7
    DOOR = 8
    INTERIOR = 9
    INSTALLATION = 10


class Status(_Word):
    """Life-cycle state of a building; see :func:`is_today`."""

    UNKNOWN = 0
    EXISTING = 1
    PLANNED = 2
    UNDER_CONSTRUCTION = 3
    DEMOLISHED = 4


def is_today(status: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Whether buildings (n,) are of today's city: those that exist and those whose status is unknown."""
    return (status == Status.EXISTING) | (status == Status.UNKNOWN)


class Use(_Word):
    """Use classes of the analyses."""

    UNKNOWN = 0
    SMALL_RESIDENTIAL = 1
    APARTMENT = 2
    OFFICE = 3
    COMMERCIAL = 4
    ACCOMMODATION = 5
    SCHOOL = 6
    SPORTS = 7
    HOSPITAL = 8
    OTHER = 9


class Source(_Word):
    """Where the value of a column comes from."""

    MISSING = 0
    IMPUTED = 1
    DERIVED = 2
    REGISTER = 3
    MEASURED = 4
    SCENARIO = 5


class Carrier(_Word):
    """Heat source of a building, by the carrier it draws on."""

    UNKNOWN = 0
    DISTRICT_HEAT = 1
    ELECTRICITY = 2
    GROUND_SOURCE_HEAT_PUMP = 3
    OIL = 4
    GAS = 5
    WOOD = 6


class Highway(_Word):
    """Class of a street: OpenStreetMap's ``highway`` values for motor traffic, slip roads under the road they serve."""

    OTHER = 0
    MOTORWAY = 1
    TRUNK = 2
    PRIMARY = 3
    SECONDARY = 4
    TERTIARY = 5
    UNCLASSIFIED = 6
    RESIDENTIAL = 7
    LIVING_STREET = 8
    SERVICE = 9


class GroupKind(_Word):
    """Kind of a facade group: the part of an envelope that shares kind and orientation."""

    WALL = 0
    ROOF = 1
    GROUND = 2
    OUTER_FLOOR = 3


class Severity(_Word):
    """How much a finding matters."""

    INFO = 0
    WARNING = 1
    ERROR = 2


class Action(_Word):
    """What the library did about a finding."""

    KEPT = 0
    HEALED = 1
    DEGRADED = 2
    REFUSED = 3


class Grade(_Word):
    """Data-quality grade of a building's geometry.

    A no findings, B healed or informational only, C open shell or non-planar, D volume from footprint x height,
    E no usable geometry.
    """

    A = 0
    B = 1
    C = 2
    D = 3
    E = 4

    @property
    def word(self) -> str:
        """The grade's letter, exported as it is."""
        return self.name
