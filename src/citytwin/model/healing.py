"""Safe repairs of geometry, each recorded."""

from __future__ import annotations

from citytwin.model.city import CityModel
from citytwin.model.heal_rings import drop_repeated_points, mend_holes
from citytwin.model.heal_shells import close_gaps, turn_faces, turn_shells
from citytwin.model.validity import VAL3DITY, Tolerances

REPAIRS = (drop_repeated_points, mend_holes, turn_faces, close_gaps, turn_shells)


def heal(city: CityModel, tolerances: Tolerances = VAL3DITY) -> CityModel:
    """City with the defects repaired that have one safe repair; each repair is a finding with action ``healed``.

    Points of a ring that stand twice in a row are taken once (102). Holes that stand twice (202) or lie outside their
    polygon (206) are left out, and those that turn like their exterior are turned round (208). Faces of a solid that
    face another side than most are turned (307), and so are all faces of one that is inside out (405). An open solid
    gets the faces that are missing where these are plane, close it, and are a ground or a wall: a missing roof could
    have any shape (302). Rings that a file leaves open are closed by the reader (103). What cannot be repaired stays as
    it is and stays a finding.

    Parameters
    ----------
    city : CityModel
    tolerances : Tolerances, optional

    Returns
    -------
    CityModel
        The same object where there is nothing to repair; healing a healed city changes nothing. Surfaces that were
        added are the last ones, without an identifier, of kind ground or wall where the other surfaces of the solid
        have kinds.

    References
    ----------
    Codes as in :func:`citytwin.model.validity.check_geometry`. J. Zhao, H. Ledoux, J. Stoter, "Automatic repair of
    CityGML LoD2 buildings using shrink-wrapping", ISPRS Annals II-2/W1, 2013, doi:10.5194/isprsannals-II-2-W1-309-2013
    (what such defects are); the repairs here are local and leave all sound geometry as it is.

    Examples
    --------
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(10, seed=1)
    >>> heal(city) is city
    True
    """
    for repair in REPAIRS:
        city = repair(city, tolerances)
    return city
