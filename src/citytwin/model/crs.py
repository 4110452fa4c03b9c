"""The CRS guard: which reference system coordinates are in and in which order, decided from the data and not assumed.

Files omit the name of their reference system, write aliases of it, join a vertical one to it, store east-north where
the registry says north-east, or put the number of a zone before eastings. :func:`settle` tries both orders against the
area of use, keeps what it decided as findings, and refuses where the data do not decide. What comes out is always
metres east, north and up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.model.crs_decision import Decision, arranged, blocks
from citytwin.model.crs_fit import fitting_systems, sample_of, share_inside, zone_shift
from citytwin.model.crs_metric import (
    STRETCH,
    counts_metres,
    faces_east_and_north,
    ground_scale,
    metric_system,
)
from citytwin.model.crs_names import SrsName, is_definition, may_open_files, parse_srs_name
from citytwin.model.crs_registry import code_of, known_system, named_code, registered, system_named
from citytwin.model.crs_vertical import HeightSystem, height_system, split_system
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    from pyproj import CRS

LOCAL = "local"
"""What a caller passes as `crs` for coordinates that belong to no reference system."""

_STATED = "the CRS that was passed"
_FITTING_SHARE = 0.95


@dataclass(frozen=True)
class Settled:
    """Coordinates in metres east, north, up, and where they are.

    Parameters
    ----------
    coordinates : float64 array (n, 3)
    crs, vertical_crs : str or None
    findings : Findings
    """

    coordinates: NDArray[np.float64]
    crs: str | None
    vertical_crs: str | None
    findings: Findings


class ReferenceSystem(NamedTuple):
    """A named reference system as the registry has it.

    Parameters
    ----------
    said : str
        The name in words, for messages.
    code : str
        Code or compound code as a caller would pass it.
    horizontal : pyproj.CRS
        Projected or geographic, two axes.
    heights : HeightSystem or None
    registry_order : bool
        Whether the form of the name means the axis order of the registry.
    alias : str
        What to say about a name that was looked up, else "".
    """

    said: str
    code: str
    horizontal: CRS
    heights: HeightSystem | None
    registry_order: bool
    alias: str = ""


def settle(
    coordinates: NDArray[np.float64], names: Iterable[str], crs: str | CRS | None = None, path: str | None = None
) -> Settled:
    """Decide reference system and axis order of the coordinates of a file, and bring them to metres east, north, up.

    The parameters and errors are those of :func:`decide`.

    Examples
    --------
    >>> settled = settle(np.array([[6_673_000.0, 25_497_000.0, 5.0]]), ["urn:ogc:def:crs:EPSG::3879"])
    >>> settled.coordinates.tolist(), settled.crs, settled.vertical_crs
    ([[25497000.0, 6673000.0, 5.0]], 'EPSG:3879', None)
    """
    decision = decide(coordinates, names, crs, path)
    return Settled(decision.apply(coordinates), decision.crs, decision.vertical_crs, decision.findings)


def decide(
    coordinates: NDArray[np.float64], names: Iterable[str], crs: str | CRS | None = None, path: str | None = None
) -> Decision:
    """Decide reference system and axis order of the coordinates of a file.

    Parameters
    ----------
    coordinates : float64 array (n, 3)
        First, second and third number of each position.
    names : iterable of str
        Every name of a reference system in the file.
    crs : str or pyproj.CRS, optional
        Stated by the caller: overrides `names`. A code, an alias, well-known text, a PROJ string, or ``"local"`` for
        coordinates in metres that belong to no system.
    path : str, optional
        Named in errors.

    Returns
    -------
    Decision
        Geographic coordinates, those along axes to the south and west, and on request those in feet, are projected, as
        a rule to the UTM zone of their datum (WGS 84 where it has none) that holds their middle, with a finding.

    Raises
    ------
    CrsError
        No system is known, several are named, its code is unknown, it is geocentric or counts depths, the coordinates
        lie outside its area of use in either order, its unit is not metre or degree, or a projected coordinate is not
        finite.
    """
    written = sorted({name.strip() for name in names if name.strip()})
    if isinstance(crs, str) and crs == LOCAL:
        message = f"coordinates are taken as local metres; the file says {', '.join(written) or 'nothing'}"
        return Decision(findings=Findings.of([Finding(1201, "CRS_LOCAL", message=message)]))
    guard = _Guard(path)
    if crs is not None:
        system = stated_system(crs, path)
        if written and written != [crs]:
            guard.note(
                1202, "CRS_STATED_BY_CALLER", f"{system.code} is used as stated; the file says {', '.join(written)}"
            )
        return guard.decide(coordinates, system)
    if not written and not len(coordinates):
        return Decision()
    return guard.decide(coordinates, guard.agreed(written))


def stated_system(crs: str | CRS, path: str | None = None) -> ReferenceSystem:
    """System a caller passed as code, alias, definition or object; see :func:`settle`.

    Raises
    ------
    CrsError
        It is not known.
    """
    name = parse_srs_name(crs) if isinstance(crs, str) else None
    if name is not None:
        return _resolved(name, path)._replace(said=_STATED, alias="")
    system = known_system(crs, path)
    horizontal, heights = split_system(system, path)
    return ReferenceSystem(_STATED, code_of(system), registered(horizontal), heights, False)


def _resolved(name: SrsName, path: str | None) -> ReferenceSystem:
    """System behind a name of codes."""
    assert name.horizontal is not None
    horizontal, heights = split_system(known_system(name.horizontal, path), path)
    code = name.horizontal
    if name.vertical is not None:
        stated = height_system(known_system(name.vertical, path), path)
        if heights is not None and heights.code != stated.code:
            raise CrsError(
                f"{name.text!r} holds two systems of heights, {heights.code} and {stated.code}",
                path,
                advice='State the right one by crs="EPSG:...+..." (--crs on the command line)',
            )
        heights = stated
        code += f"+{name.vertical.removeprefix('EPSG:')}"
    alias = f"{name.text!r} is read as {code}" if name.alias else ""
    if name.unread:
        alias += f"; {name.unread!r} in it is not known"
    return ReferenceSystem(repr(name.text), code, registered(horizontal), heights, name.registry_order, alias)


class _Guard:
    """One decision with its findings."""

    def __init__(self, path: str | None) -> None:
        self.path = path
        self.rows: list[Finding] = []

    def note(
        self,
        code: int,
        name: str,
        message: str,
        severity: Severity = Severity.INFO,
        action: Action = Action.KEPT,
    ) -> None:
        self.rows.append(Finding(code, name, severity=severity, action=action, message=message))

    def error(self, reason: str, advice: str = "") -> CrsError:
        return CrsError(
            reason,
            self.path,
            advice=advice
            or 'Say which it is by crs="EPSG:..." (--crs on the command line), or "local" if it belongs to none',
        )

    def agreed(self, written: list[str]) -> ReferenceSystem:
        """The one system that all names of a file mean."""
        found = {name: system for name in written if (system := self._named(name)) is not None}
        unknown = [name for name in written if name not in found]
        if not found:
            said = f"it names {', '.join(map(repr, unknown))}, which is not known" if unknown else "it names none"
            raise self.error(f"the coordinate reference system cannot be told: {said}")
        horizontals = {code_of(system.horizontal) for system in found.values()}
        heights = {system.heights.code for system in found.values() if system.heights}
        for systems, what in ((horizontals, "coordinate reference systems"), (heights, "systems of heights")):
            if len(systems) > 1:
                raise self.error(f"several {what} are named ({', '.join(sorted(systems))}): {', '.join(written)}")
        system = max(found.values(), key=lambda s: (s.heights is not None, s.registry_order))
        if system.alias:
            self.note(1203, "CRS_ALIAS", system.alias)
        if unknown:
            self.note(
                1209,
                "CRS_NAME_UNKNOWN",
                f"{', '.join(map(repr, unknown))} is not known; all coordinates are taken as {system.code}",
                Severity.WARNING,
            )
        return system

    def _named(self, text: str) -> ReferenceSystem | None:
        """System of a name in the file, None where it is none that is known, or one that names files of its own."""
        if may_open_files(text):
            return None
        name = parse_srs_name(text)
        system = None
        if is_definition(text):
            system = known_system(text, self.path)
        elif name is None or name.unread:
            system = system_named(text)
        if system is None:
            return None if name is None else _resolved(name, self.path)
        horizontal, heights = split_system(system, self.path)
        return ReferenceSystem(repr(text), code_of(system), registered(horizontal), heights, False)

    def decide(self, coordinates: NDArray[np.float64], system: ReferenceSystem) -> Decision:
        swapped, shift_m = self._arrangement(coordinates, system) if len(coordinates) else (False, 0.0)
        height_m = self._heights(system)
        target = self._target(coordinates, system, swapped, shift_m)
        return Decision(
            swapped,
            shift_m,
            None if target is None else system.horizontal,
            target,
            height_m,
            code_of(target or system.horizontal),
            None if system.heights is None else system.heights.code,
            Findings.of(self.rows),
            self.path,
        )

    def _heights(self, system: ReferenceSystem) -> float:
        """Metres a unit of height."""
        if system.heights is None:
            self.note(1207, "CRS_VERTICAL_UNKNOWN", "the data do not say what heights refer to", Severity.WARNING)
            axis = system.horizontal.axis_info[0]
            if not system.horizontal.is_projected or axis.unit_conversion_factor == 1.0:
                return 1.0
            message = f"heights are taken to be in {axis.unit_name}, as the plan is, and converted to metres"
            self.note(1210, "CRS_HEIGHT_UNIT", message, Severity.WARNING)
            return float(axis.unit_conversion_factor)
        if system.heights.metres != 1.0:
            self.note(
                1210,
                "CRS_HEIGHT_UNIT",
                f"heights in {system.heights.unit} are converted to metres of {system.heights.code}",
            )
        return system.heights.metres

    def _arrangement(self, coordinates: NDArray[np.float64], named: ReferenceSystem) -> tuple[bool, float]:
        """Whether to exchange the first two numbers, so that east comes first, and what to add to eastings."""
        system = named.horizontal
        axes = tuple(axis.direction.lower() for axis in system.axis_info[:2])
        if set(axes) not in ({"east", "north"}, {"south", "west"}):
            raise self.error(f"{named_code(system)} has axes {' and '.join(axes)}, not east and north")
        north_first = axes == ("north", "east")
        words = {False: "east, north", True: "north, east"}
        if "south" in axes:
            words = {False: ", ".join(axes), True: ", ".join(axes[::-1])}
        by_form = north_first and named.registry_order
        sample = sample_of(coordinates)
        share = {order: share_inside(sample, system, order) for order in (False, True)}
        fits = {order for order, inside in share.items() if inside >= _FITTING_SHARE}
        if not fits:
            return self._without_zone(coordinates, sample, named, share)
        order = by_form if by_form in fits else next(iter(fits))
        if len(fits) == 2:
            self.note(
                1204, "CRS_AXIS_ORDER_UNDECIDED", f"both axis orders fit; {words[order]} is taken as the name says"
            )
        elif order != by_form or (named.registry_order and order != north_first):
            self.note(
                1205,
                "CRS_AXIS_ORDER",
                f"{named.said} means {words[by_form]}, the coordinates are {words[order]} and read so",
            )
        if share[order] < 1.0:
            self.note(
                1206,
                "CRS_OUTSIDE_AREA",
                f"{1 - share[order]:.1%} of the vertices lie outside the area of use of {named.said}",
                Severity.WARNING,
            )
        return order, 0.0

    def _without_zone(
        self,
        coordinates: NDArray[np.float64],
        sample: NDArray[np.float64],
        named: ReferenceSystem,
        share: dict[bool, float],
    ) -> tuple[bool, float]:
        """Arrangement that fits as soon as a zone number is taken from, or put before, eastings; else refused."""
        system = named.horizontal
        shift = zone_shift(sample, system)
        if shift is None:
            low, high = coordinates.min(0), coordinates.max(0)
            reason = (
                f"the coordinates ({low[0]:.10g} to {high[0]:.10g}, {low[1]:.10g} to {high[1]:.10g}) lie outside the "
                f"area of use of {named.said} ({system.name}) in either axis order"
            )
            if sum(share.values()) >= _FITTING_SHARE:
                reason += ", but some fit one order and some the other"
            others = fitting_systems(sample, system)
            advice = f'They would fit {", ".join(others)}: pass one as crs="EPSG:..."' if others else ""
            raise self.error(reason, advice)
        north_first, metres = shift
        told = "bear a zone number and are read without it" if metres < 0 else "lack their zone number and are given it"
        self.note(
            1211,
            "CRS_ZONE_NUMBER",
            f"eastings {told} ({metres:+.0f} m): only so they lie in the area of use of {named.said}",
            Severity.WARNING,
            Action.HEALED,
        )
        return north_first, metres

    def _target(
        self, coordinates: NDArray[np.float64], named: ReferenceSystem, swapped: bool, shift_m: float
    ) -> CRS | None:
        """System in true metres east and north to project to; None where the coordinates are in one."""
        system = named.horizontal
        if system.is_projected and not counts_metres(system) and named.said != _STATED:
            raise self.error(
                f"{named.code} ({system.name}) counts in {system.axis_info[0].unit_name}, not metres",
                f'Pass crs="{named.code}" to have the coordinates projected to metres',
            )
        if not len(coordinates):
            return None
        stretched = ""
        if counts_metres(system) and faces_east_and_north(system):
            scale = ground_scale(system, arranged(sample_of(coordinates), swapped, shift_m))
            if abs(scale - 1.0) <= STRETCH:
                return None
            stretched = f", which stretches lengths {scale:.3g} times here,"
        target = metric_system(system, blocks(coordinates, swapped, shift_m), self.path)
        message = f"{named_code(system)}{stretched} is projected to {named_code(target)}"
        self.note(1208, "CRS_PROJECTED", message)
        return target
