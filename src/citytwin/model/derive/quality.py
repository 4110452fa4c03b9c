"""Findings about shells, and the grade of each building's geometry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.shells import Shells
from citytwin.model.enums import Action, Grade, Severity
from citytwin.model.findings import Findings
from citytwin.model.validity import GEOMETRY_CODES

SURFACES_NOT_CLOSED, SURFACES_FACE_INWARDS = 1712, 1713
SET_RIGHT = (102, 208, 405, 601)
"""Codes that the derivation allows for: a short edge, a hole that turns the wrong way, a solid inside out, overlaps."""


def note_loose_shells(shells: Shells, notes: Notes) -> None:
    """Notes about buildings whose surfaces no solid holds together and that are not closed, or inside out.

    Shells that a solid describes are findings of the city (:func:`citytwin.model.validity.check_geometry`).
    """
    for row in np.flatnonzero(shells.n_loose_open > 0):
        message = f"the building has no solid, and {shells.n_loose_open[row]} edges of its surfaces are open"
        notes.add(row, SURFACES_NOT_CLOSED, "SURFACES_NOT_CLOSED", message, Severity.WARNING, Action.DEGRADED)
    for row in np.flatnonzero(shells.loose_inside_out):
        message = "the building has no solid, and its surfaces face inwards; they were turned round"
        notes.add(row, SURFACES_FACE_INWARDS, "SURFACES_FACE_INWARDS", message, Severity.INFO, Action.HEALED)


def derive_grades(
    city: CityModel,
    building_of_object: NDArray[np.int64],
    usable: NDArray[np.bool_],
    extruded: NDArray[np.bool_],
    unclosed: NDArray[np.bool_],
    notes: Notes,
) -> NDArray[np.int8]:
    """Grade of each building (n,): the worst that the findings about its geometry ask for; D and E get a note.

    A no findings; B healed, informational, or allowed for (:data:`SET_RIGHT`); C open or not manifold shell, or another
    warning such as a face that is not plane; D volume from footprint times height; E no usable geometry.

    Parameters
    ----------
    city : CityModel
    building_of_object : int64 array (n_objects,)
    usable : bool array (n,)
        Buildings with a volume.
    extruded : bool array (n,)
        Buildings whose volume is footprint times height.
    unclosed : bool array (n,)
        Buildings with open shells.
    notes : Notes
        Of this derivation.
    """
    n = len(usable)
    grade = np.full(n, Grade.A, np.int8)
    rows = _object_rows(city)
    named = rows >= 0
    _lower(grade, building_of_object[rows[named]], city.findings.where(named))
    _lower(grade, np.array(notes.rows, np.int64), Findings.of(notes.findings))
    for row in np.flatnonzero(extruded):
        message = "the shell encloses no volume; it is footprint times height"
        notes.add(row, 1707, "VOLUME_FROM_FOOTPRINT", message, Severity.WARNING, Action.DEGRADED)
    with_lod4 = np.unique(building_of_object[city.surfaces.object[city.surfaces.lod >= 40]])
    for row in np.flatnonzero(~usable):
        message = "no volume can be derived" + ("; LoD4 is kept, but not used" if row in with_lod4 else "")
        notes.add(row, 1708, "NO_USABLE_GEOMETRY", message, Severity.WARNING, Action.DEGRADED)
    grade[unclosed] = np.maximum(grade[unclosed], Grade.C)
    grade[extruded] = Grade.D
    grade[~usable] = Grade.E
    return grade


def _lower(grade: NDArray[np.int8], building: NDArray[np.int64], findings: Findings) -> None:
    """Lower grades by findings (k,) about geometry, each of a building (k,), -1 for none."""
    code = findings.code
    geometric = np.isin(code, (*GEOMETRY_CODES, SURFACES_FACE_INWARDS)) & (building >= 0)
    harmless = (findings.severity == Severity.INFO) | (findings.action == Action.HEALED) | np.isin(code, SET_RIGHT)
    np.maximum.at(grade, building[geometric], np.where(harmless, Grade.B, Grade.C).astype(np.int8)[geometric])


def _object_rows(city: CityModel) -> NDArray[np.int64]:
    """Object row of each finding of the city, -1 where it names none."""
    if not len(city.findings):
        return np.empty(0, np.int64)
    lookup = city.objects.id.lookup
    return np.array([lookup.get(name, -1) for name in city.findings.object_id], np.int64)
