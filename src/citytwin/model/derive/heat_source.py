"""Heat source of buildings: a register value, else probabilities by place, use, size and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.attribute_map import Column, Meaning, fold
from citytwin.model.derive.codes import resolve
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.tables import read_csv
from citytwin.model.enums import Carrier, Severity, Source, Use
from citytwin.model.reference import CONFIDENCE

RESOLVED = 90


@dataclass(frozen=True, eq=False)
class HeatSources:
    """Carrier, carrier shares, source and confidence; see :class:`~citytwin.model.buildings.Buildings`."""

    carrier: NDArray[np.int8]
    shares: NDArray[np.float32]
    source: NDArray[np.int8]
    confidence: NDArray[np.int8]


def derive_heat_sources(
    columns: dict[str, Column],
    meanings: dict[str, Meaning],
    place: NDArray[np.object_],
    use: NDArray[np.int8],
    floor_area: NDArray[np.float64],
    year: NDArray[np.float64],
    heated: NDArray[np.bool_],
    notes: Notes,
) -> HeatSources:
    """Heat source of each building.

    A register's fuel comes first, then its heating method, then the first row of ``carrier_shares.csv`` that fits.
    Outside the places of that table the carrier stays unknown; so does that of an unheated building.

    Parameters
    ----------
    columns, meanings : mapping
        With ``heat_source`` and ``heating_method``.
    place : object array (n,) of str
        As in the table, "" where there is none.
    use : int8 array (n,)
    floor_area : float64 array (n,)
        Gross, m2.
    year : float64 array (n,)
        NaN fits rows without years only.
    heated : bool array (n,)
    notes : Notes
    """
    n = len(use)
    shares = np.zeros((n, len(Carrier)))
    source, confidence = np.full(n, Source.MISSING, np.int8), np.zeros(n, np.int8)
    for name in ("heat_source", "heating_method"):
        which, found = resolve(columns[name], meanings[name], "heat_sources.csv")
        for i, rows in enumerate(found):
            chosen = (which == i) & (source == Source.MISSING)
            if not rows:
                for building in np.flatnonzero(chosen):
                    message = f"no code list knows the heat source {columns[name].text[building]!r}"
                    notes.add(building, 1705, "CODE_UNKNOWN", message, Severity.WARNING)
            elif rows[0]["carrier"] not in ("unknown", "none"):
                shares[chosen, Carrier.from_word(rows[0]["carrier"])] = 1.0
                source[chosen], confidence[chosen] = Source.REGISTER, RESOLVED
    for row in read_csv("carrier_shares.csv"):
        fits = (source == Source.MISSING) & (place == row["place"]) & heated
        if row["use"] != "any":
            fits &= use == Use.from_word(row["use"])
        for column, values, at_least in (
            ("min_floor_area_m2", floor_area, True),
            ("max_floor_area_m2", floor_area, False),
            ("from_year", year, True),
            ("to_year", year, False),
        ):
            if row[column]:
                fits &= values >= float(row[column]) if at_least else values < float(row[column])
        for carrier in Carrier:
            if carrier != Carrier.UNKNOWN:
                shares[fits, carrier] = float(row[carrier.word])
        source[fits], confidence[fits] = Source.IMPUTED, min(50, CONFIDENCE[row["confidence"]])
    shares[source == Source.MISSING, Carrier.UNKNOWN] = 1.0
    return HeatSources(shares.argmax(1).astype(np.int8), shares.astype(np.float32), source, confidence)


def derive_places(
    municipality: Column, meaning: Meaning, xy: NDArray[np.float64], crs: str | None
) -> NDArray[np.object_]:
    """Place of each building as in ``carrier_shares.csv`` (n,), "" where it is in none.

    By the municipality of a register, else by the boxes of ``places.csv``, the first that holds the building; its last
    row is the whole country, which also holds municipalities that the mapping does not name.

    Parameters
    ----------
    municipality, meaning : Column, Meaning
    xy : float64 array (n, 2)
        In the CRS; NaN where unknown.
    crs : str or None
    """
    place = np.full(len(xy), "", object)
    located = np.isfinite(xy[:, 0]) & np.isfinite(xy[:, 1])
    if crs is not None and located.any():
        from pyproj import Transformer

        to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        longitude, latitude = to_degrees.transform(xy[located, 0], xy[located, 1])
        found = np.full(len(longitude), "", object)
        for row in read_csv("places.csv"):
            inside = (longitude >= float(row["west"])) & (longitude < float(row["east"]))
            inside &= (latitude >= float(row["south"])) & (latitude < float(row["north"])) & (found == "")
            found[inside] = row["place"]
        place[located] = found
    known = {row["place"] for row in read_csv("places.csv")}
    for i in np.flatnonzero(municipality.given):
        named = (meaning.words or {}).get(fold(municipality.text[i]), "")
        if named in known:
            place[i] = named
        elif place[i]:
            place[i] = read_csv("places.csv")[-1]["place"]
    return place
