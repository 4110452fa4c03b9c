"""Published runs read back: comparing folders, finding the report, checking that a run can be reproduced."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from citytwin.errors import CityReadError
from citytwin.io._atomic import check_directory
from citytwin.publish.text_table import columns, figure

RECORD = "run.json"
REPORT = "report.html"
KEYS = ("command", "inputs", "outputs", "district")


def check_output(directory: str | Path) -> None:
    """Tell before a run whether its results can be published in a folder.

    Raises
    ------
    OutputError
        The folder cannot be made or written, or holds something else than a published run.
    """
    check_directory(directory, RECORD)


def read_record(path: str | Path) -> dict[str, Any]:
    """Content of a ``run.json``, or of the one in a folder.

    Raises
    ------
    CityReadError
        There is none, or it is not a record of a run.
    """
    file = Path(path)
    if file.is_dir():
        file = file / RECORD
    try:
        record = json.loads(file.read_bytes())
    except OSError as error:
        raise CityReadError(f"{error.strerror}", file, advice=f"A published run holds a {RECORD}") from error
    except (ValueError, RecursionError) as error:
        raise CityReadError("not JSON", file, advice=f"Name the {RECORD} of a published run") from error
    if not isinstance(record, dict) or any(key not in record for key in KEYS):
        raise CityReadError("not the record of a run", file, advice=f"It needs the keys {', '.join(KEYS)}")
    return record


def report_path(directory: str | Path) -> Path:
    """Report of a published run.

    Raises
    ------
    CityReadError
        The folder holds no report.
    """
    report = Path(directory) / REPORT
    if not report.is_file():
        raise CityReadError(f"there is no {REPORT}", directory, advice="Name a folder that citytwin assess wrote")
    return report.resolve()


def compare_runs(directories: Sequence[str | Path]) -> dict[str, Any]:
    """Figures of published runs beside each other and their differences to the first.

    Parameters
    ----------
    directories : sequence of path-like

    Returns
    -------
    dict
        ``runs``: the folders; ``kpis``: one row a figure and unit, with ``kpi``, ``unit``, ``values`` and
        ``differences`` in the order of the runs, None where a run has no such figure in that unit.

    Raises
    ------
    CityReadError
        A folder is no published run.
    """
    districts = [read_record(directory)["district"] for directory in directories]
    keys = dict.fromkeys((kpi, cell["unit"]) for district in districts for kpi, cell in district.items())
    rows = []
    for kpi, unit in keys:
        found = [district.get(kpi, {}) for district in districts]
        values = [cell["value"] if cell.get("unit") == unit else None for cell in found]
        differences = [None if v is None or values[0] is None else v - values[0] for v in values]
        rows.append({"kpi": kpi, "unit": unit, "values": values, "differences": differences})
    return {"runs": [str(directory) for directory in directories], "kpis": rows}


def comparison_text(comparison: dict[str, Any]) -> str:
    """The comparison as text: the value of the first run, then value and difference of each other one."""
    lines = [["figure", "unit", *comparison["runs"]]]
    for row in comparison["kpis"]:
        others = zip(row["values"][1:], row["differences"][1:], strict=True)
        cells = [f"{figure(value)} ({figure(difference, signed=True)})" for value, difference in others]
        lines.append([row["kpi"].replace("_", " "), row["unit"], figure(row["values"][0]), *cells])
    return "\n".join(columns(lines, left=2, indent=""))


def refuse_changed_inputs(record: dict[str, Any], path: str | Path) -> None:
    """Check that the inputs of a run are as they were.

    Raises
    ------
    CityReadError
        An input is gone or its content differs.
    """
    for item in record["inputs"]:
        file = Path(item["path"])
        if not file.is_file():
            raise CityReadError(
                f"input {item['path']} is not there", path, advice="Run in the folder its paths are relative to"
            )
        if hashlib.sha256(file.read_bytes()).hexdigest() != item["sha256"]:
            raise CityReadError(f"input {item['path']} has changed since the run", path)


def changed_outputs(record: dict[str, Any], directory: str | Path) -> list[str]:
    """Outputs of a run that are missing or differ in a folder, in the order of the record."""
    changed = []
    for item in record["outputs"]:
        file = Path(directory) / item["path"]
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != item["sha256"]:
            changed.append(item["path"])
    return changed
