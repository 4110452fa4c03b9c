"""CityGML write-back: results added to a document whose other bytes stay as they are."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from citytwin.errors import CityReadError
from citytwin.io._atomic import write
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Source, Stream, sources_of
from citytwin.io._xml_bytes import CHUNK
from citytwin.io.citygml_nodes import added_nodes, rendered
from citytwin.io.citygml_places import Place, PlaceFinder
from citytwin.io.citygml_results import Results, results_of
from citytwin.model.enums import Action
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    import pandas as pd


def write_back(
    source: str | Path,
    target: str | Path,
    results: pd.DataFrame | Any,
    *,
    units: Mapping[str, str] | None = None,
    energy_ade: bool | Mapping[str, pd.DataFrame] = False,
    limits: ReadLimits | None = None,
) -> Findings:
    """Add results to a CityGML document; every other byte of it stays as it was.

    Each building gets its row as generic attributes: in CityGML 2.0 and 3.0 as a set named ``citytwin``, in 1.0, which
    has no sets, under names that begin with ``citytwin:``. They stand where the schema wants them, behind what every
    city object may have and before the first property of a building, indented as their neighbours. Integers, numbers
    and texts become ``intAttribute``, ``doubleAttribute`` and ``stringAttribute``; numbers with a unit become
    ``measureAttribute``. What an earlier call added to a building is replaced; buildings without a row stay as they
    are. Parts get nothing: results belong to the building.

    Parameters
    ----------
    source : path-like
        CityGML 1.0, 2.0 or 3.0, plain or packed with gzip.
    target : path-like
        Replaced when the new file is complete; may be `source`. Packed where it ends in ``.gz``.
    results : DataFrame or Assessment
        A row a building, with the gml:id as index or in a column ``building_id``. Missing values are left out.
    units : mapping, optional
        Unit of a column, over what its name ends in (``heating_kwh``: kWh, ``height_m``: m); "" for none.
    energy_ade : bool or mapping of end use to DataFrame
        Add ``EnergyDemand`` of the Energy ADE 1.0 with a value a month. True takes heating, hot water, cooling and
        electricity of an Assessment; a mapping names an end use (``spaceHeating``, ``domesticHotWater``,
        ``spaceCooling``, ``electricalAppliances`` ...) and a table of 12 columns, kWh, keyed as `results`.
    limits : ReadLimits, optional

    Returns
    -------
    Findings
        Rows without a building, identifiers the document has twice (the first is taken), values that are not finite,
        units CityGML 1.0 cannot say.

    Raises
    ------
    CityReadError
        `source` is missing, damaged or no CityGML, holds none of the buildings, changes while it is read, or is not
        CityGML 2.0 although the Energy ADE is asked for.
    OutputError
        The file cannot be written.
    ValueError, TypeError
        `results` have an identifier twice or are no table; `units` or `energy_ade` do not fit.

    References
    ----------
    OGC 12-019, City Geography Markup Language 2.0, clauses 10.1 (order of properties) and 10.12 (generic attributes);
    Energy ADE 1.0, http://www.sig3d.org/citygml/2.0/energy/1.0.

    Examples
    --------
    >>> import pandas as pd
    >>> heat = pd.DataFrame({"heating_kwh": [81250.5]}, index=["building-1"])
    >>> findings = write_back("city.gml", "city-with-results.gml", heat)  # doctest: +SKIP
    """
    limits = limits or ReadLimits()
    values = results_of(results, units, energy_ade)
    inputs = sources_of(source, limits)
    if len(inputs) > 1:
        raise CityReadError(f"holds {len(inputs)} files", source, advice="Write results back into one file at a time")
    finder = PlaceFinder(inputs[0], limits)
    wanted = values.identifiers
    places: dict[str, Place] = {}
    repeated = set()
    for place in finder.places:
        if place.identifier in wanted and places.setdefault(place.identifier, place) is not place:
            repeated.add(place.identifier)
    _check(places, wanted, values, source)
    splice = _Splice(values, finder.encoding, places)

    def fill(file: BinaryIO) -> None:
        if str(target).lower().endswith(".gz"):
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                splice.copy(inputs[0], limits, finder.size, packed.write)
        else:
            splice.copy(inputs[0], limits, finder.size, file.write)

    write(target, fill)
    return Findings.of(_notes(wanted - places.keys(), repeated)) + values.losses.table()


def _check(places: Mapping[str, Place], wanted: set[str], values: Results, source: str | Path) -> None:
    """Raise CityReadError where nothing can be written, or not as it is asked for."""
    if not places:
        example = f", such as {min(wanted)!r}," if wanted else ""
        raise CityReadError(
            f"none of the {len(wanted)} identifiers{example} is that of a building",
            source,
            advice="Key the results by gml:id, as index or in a column building_id",
        )
    other = next((place for place in places.values() if place.dialect.version != "2.0"), None)
    if values.demands and other is not None:
        raise CityReadError(
            f"this is CityGML {other.dialect.version}, and the Energy ADE 1.0 extends 2.0 only",
            source,
            gml_id=other.identifier,
            advice="Leave energy_ade out: generic attributes can be written",
        )


def _notes(unknown: set[str], repeated: set[str]) -> Iterator[Finding]:
    for name in sorted(unknown):
        message = "the results have a row for a building that is not in the document"
        yield Finding(1041, "RESULT_WITHOUT_BUILDING", name, action=Action.REFUSED, message=message)
    for name in sorted(repeated):
        message = "two buildings bear this gml:id; the first gets the results"
        yield Finding(1001, "DUPLICATE_ID", name, message=message)


class _Edit(NamedTuple):
    """From byte `start` to `stop` the document gets other content."""

    start: int
    stop: int
    content: Callable[[], bytes]


class _Splice:
    """The changes to a document, and a copy with them."""

    def __init__(self, values: Results, encoding: str, places: Mapping[str, Place]) -> None:
        self._values = values
        self._encoding = encoding
        self._edits = sorted(
            (edit for place in places.values() for edit in self._edits_of(place)),
            key=lambda edit: (edit.start, edit.stop),
        )

    def _edits_of(self, place: Place) -> Iterator[_Edit]:
        if place.closing:
            slash = len(self._encoded("/"))
            yield _Edit(place.at, place.at, lambda: self._encoded(">", self._text(place), "<"))
            yield _Edit(place.at + slash, place.at + slash, lambda: self._encoded(place.closing))
        else:
            yield _Edit(place.at, place.at, lambda: self._encoded(self._text(place)))
        for start, stop in place.own:
            yield _Edit(start, stop, bytes)

    def _text(self, place: Place) -> str:
        values = self._values
        attributes, demands = values.attributes(place.identifier), values.energy(place.identifier)
        return rendered(added_nodes(place.identifier, place.dialect, attributes, demands, values.losses), place.layout)

    def _encoded(self, *texts: str) -> bytes:
        """Text in the encoding of the document; characters it lacks as references."""
        return "".join(texts).encode(self._encoding, "xmlcharrefreplace")

    def copy(self, source: Source, limits: ReadLimits, size: int, put: Callable[[bytes], Any]) -> None:
        """Copy the document with its changes.

        Raises
        ------
        CityReadError
            The document is not as long as it was.
        """
        with source.open(limits) as stream:
            at = 0
            for edit in self._edits:
                at = _pass(stream, at, edit.start, put)
                put(edit.content())
                at = _pass(stream, at, edit.stop, None)
            _pass(stream, at, size, put)
            if stream.unpacked != size or stream.read(1):
                raise CityReadError("the file changes while it is read", source.name, advice="Run again")


def _pass(stream: Stream, at: int, stop: int, put: Callable[[bytes], Any] | None) -> int:
    """Read on to byte `stop`, handing what is read to `put`."""
    while at < stop:
        data = stream.read(min(CHUNK, stop - at))
        if not data:
            break
        if put is not None:
            put(data)
        at += len(data)
    return stop
