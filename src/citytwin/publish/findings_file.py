"""Findings summed up and written for people: CSV, JSON, or GeoPackage with footprints."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.errors import OutputError
from citytwin.model.enums import Grade, Severity
from citytwin.publish.text_table import columns

if TYPE_CHECKING:
    from citytwin.model.city import CityModel
    from citytwin.model.findings import Findings

SUFFIXES = (".csv", ".gpkg", ".json")
FIRST_OWN_CODE = 1000
"""Codes below are those of the geometry validator val3dity."""


def all_findings(city: CityModel) -> Findings:
    """Findings of reader, which checks geometry, and of derivation; what both see counts once."""
    objects = city.objects
    read, derived = city.findings, city.buildings().findings

    def root(name: str) -> str:
        return objects.id[int(objects.root[objects.id.lookup[name]])] if name in objects.id.lookup else ""

    seen = {(code, root(name)) for code, name in zip(read.code.tolist(), read.object_id, strict=True)}
    pairs = zip(derived.code.tolist(), derived.object_id, strict=True)
    new = np.array([(code, root(name)) not in seen for code, name in pairs], bool)
    return read + derived.where(new)


def findings_summary(city: CityModel, findings: Findings) -> dict[str, Any]:
    """Counts of findings, JSON-able.

    Parameters
    ----------
    city : CityModel
    findings : Findings
        All findings about the city.
    """
    kinds = dict.fromkeys(zip(findings.code.tolist(), findings.name, findings.severity.tolist(), strict=True))
    rows = []
    for code, name, severity in sorted(kinds, key=lambda kind: (-kind[2], kind[0], kind[1])):
        same = (findings.code == code) & (findings.name == name) & (findings.severity == severity)
        example = int(np.flatnonzero(same)[0])
        rows.append(
            {
                "code": code,
                "name": name,
                "severity": Severity(severity).word,
                "count": int(same.sum()),
                "objects": len(set(findings.object_id[same]) - {""}),
                "example": str(findings.message[example]),
            }
        )
    quality = city.buildings().quality
    invalid = (findings.code < FIRST_OWN_CODE) & (findings.severity >= Severity.WARNING)
    return {
        "counts": dict(city.counts),
        "grades": {grade.word: int((quality == grade).sum()) for grade in Grade},
        "errors": int((findings.severity == Severity.ERROR).sum()),
        "invalid_geometry": int(invalid.sum()),
        "warnings": int((findings.severity == Severity.WARNING).sum()),
        "findings": len(findings),
        "kinds": rows,
    }


def summary_text(summary: dict[str, Any]) -> str:
    """The counts as text."""
    lines = [
        f"{summary['findings']} findings: {summary['errors']} errors, {summary['warnings']} warnings, "
        f"{summary['invalid_geometry']} of them about invalid geometry",
        "objects  " + "  ".join(f"{word} {count}" for word, count in summary["counts"].items()),
        "grades   " + "  ".join(f"{grade} {count}" for grade, count in summary["grades"].items()),
    ]
    if summary["kinds"]:
        header = ["severity", "code", "name", "count", "objects"]
        rows = [
            [row["severity"], str(row["code"]), row["name"], str(row["count"]), str(row["objects"])]
            for row in summary["kinds"]
        ]
        aligned = columns([header, *rows], left=3)
        examples = ["", *(f"  {row['example']}" for row in summary["kinds"])]
        lines += ["", *(f"{line}{example}" for line, example in zip(aligned, examples, strict=True))]
    return "\n".join(lines)


def write_findings(city: CityModel, findings: Findings, path: str | Path) -> Path:
    """Write findings as ``.csv``, ``.json`` or ``.gpkg``; the last holds the footprint of the building at fault.

    Raises
    ------
    OutputError
        The ending is another, or the file cannot be written.
    """
    from citytwin.io._atomic import write_bytes

    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise OutputError(f"{file}: findings are written as {', '.join(SUFFIXES)}, not {suffix or 'without ending'}")
    table = findings.to_pandas()
    if suffix == ".csv":
        content = table.to_csv(index=False, lineterminator="\n").encode()
    elif suffix == ".json":
        content = table.to_json(orient="records", force_ascii=False, indent=1).encode()
    else:
        content = _geopackage(city, table)
    write_bytes(file, content)
    return file


def _geopackage(city: CityModel, table: Any) -> bytes:
    import geopandas as gpd
    import pyogrio

    objects = city.objects
    roots = [
        objects.id[int(objects.root[objects.id.lookup[name]])] if name in objects.id.lookup else ""
        for name in table["object_id"]
    ]
    shapes = city.buildings().to_geopandas().geometry
    frame = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes.reindex(roots).to_numpy(), crs=shapes.crs))
    buffer = io.BytesIO()
    pyogrio.write_dataframe(frame, buffer, driver="GPKG", layer="findings", geometry_type="Polygon")
    return buffer.getvalue()
