"""Findings about shells, and the grade of each building's geometry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.shells import Shells
from citytwin.model.enums import Action, Grade, Severity

GEOMETRY_CODES = range(101, 1000)


def note_shells(shells: Shells, city: CityModel, building_of_object: NDArray[np.int64], notes: Notes) -> None:
    """Notes about shells that are not closed, not manifold or turned round, unless the reader has found so already."""
    known = {
        (code, building_of_object[row])
        for code, row in zip(city.findings.code, _object_rows(city), strict=True)
        if row >= 0
    }
    for code, name, count, text in (
        (302, "SHELL_NOT_CLOSED", shells.n_open, "open edges"),
        (303, "NON_MANIFOLD_CASE", shells.n_nonmanifold, "edges with more than two faces"),
        (307, "POLYGON_WRONG_ORIENTATION", shells.n_turned, "edges between faces of opposite orientation"),
    ):
        for row in np.flatnonzero(count > 0):
            if (code, row) not in known:
                notes.add(row, code, name, f"{count[row]} {text}", Severity.WARNING, Action.DEGRADED)
    for row in np.flatnonzero(shells.inside_out):
        if (405, row) not in known:
            message = "the shell is inside out; its normals were turned round"
            notes.add(row, 405, "WRONG_ORIENTATION_SHELL", message, Severity.INFO, Action.HEALED)


def derive_grades(
    city: CityModel,
    building_of_object: NDArray[np.int64],
    usable: NDArray[np.bool_],
    extruded: NDArray[np.bool_],
    notes: Notes,
) -> NDArray[np.int8]:
    """Grade of each building (n,): the worst that the findings about its geometry ask for; D and E get a note.

    A no findings; B healed, informational, or an overlap; C open or not manifold shell, or another warning such as a
    face that is not plane; D volume from footprint times height; E no usable geometry.

    Parameters
    ----------
    city : CityModel
        Its findings come from the reader.
    building_of_object : int64 array (n_objects,)
    usable : bool array (n,)
        Buildings with a volume.
    extruded : bool array (n,)
        Buildings whose volume is footprint times height.
    notes : Notes
        Of this derivation.
    """
    n = len(usable)
    grade = np.full(n, Grade.A, np.int8)
    rows = _object_rows(city)
    building = np.full(len(rows), -1)
    building[rows >= 0] = building_of_object[rows[rows >= 0]]
    read = [
        (building[i], city.findings.code[i], city.findings.severity[i], city.findings.action[i])
        for i in np.flatnonzero(building >= 0)
    ]
    own = [(row, f.code, f.severity, f.action) for row, f in zip(notes.rows, notes.findings, strict=True)]
    for row, code, severity, action in read + own:
        if code in GEOMETRY_CODES:
            harmless = severity == Severity.INFO or action == Action.HEALED or code == 601
            grade[row] = max(grade[row], Grade.B if harmless else Grade.C)
    for row in np.flatnonzero(extruded):
        message = "the shell encloses no volume; it is footprint times height"
        notes.add(row, 1707, "VOLUME_FROM_FOOTPRINT", message, Severity.WARNING, Action.DEGRADED)
    for row in np.flatnonzero(~usable):
        notes.add(row, 1708, "NO_USABLE_GEOMETRY", "no volume can be derived", Severity.WARNING, Action.DEGRADED)
    grade[extruded] = Grade.D
    grade[~usable] = Grade.E
    return grade


def _object_rows(city: CityModel) -> NDArray[np.int64]:
    """Object row of each finding of the reader, -1 where it names none."""
    if not len(city.findings):
        return np.empty(0, np.int64)
    lookup = city.objects.id.lookup
    return np.array([lookup.get(name, -1) for name in city.findings.object_id], np.int64)
