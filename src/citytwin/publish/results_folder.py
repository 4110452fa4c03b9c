"""The folder of results an assessment leaves: all of it or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from citytwin.io import _atomic
from citytwin.io._streams import input_file
from citytwin.publish.geodata import geopackage, geoparquet
from citytwin.publish.picture import render
from citytwin.publish.published import RECORD, REPORT
from citytwin.publish.report import report
from citytwin.publish.run_json import run_record

if TYPE_CHECKING:
    from citytwin.run.assessment import Assessment
    from citytwin.scenario.compare import Comparison

PICTURE = "district.png"


def publish_assessment(
    assessment: Assessment,
    directory: str | Path,
    comparison: Comparison | None = None,
    command: Sequence[str] | None = None,
    progress: Callable[[int, int], None] | None = None,
    inputs: Sequence[str | Path] = (),
) -> list[Path]:
    """Write tables, map layers, report, picture and record of an assessment.

    ``buildings.parquet`` (GeoParquet), ``buildings.gpkg`` (with a saved QGIS style), ``alternatives.csv`` where there
    is a comparison, ``report.html``, ``district.png`` and ``run.json``. The folder appears as a whole: it is written
    beside its place and renamed.

    Parameters
    ----------
    assessment : Assessment
    directory : path-like
        Target folder; one that exists is replaced if it holds a run of citytwin, else refused.
    comparison : Comparison, optional
        Of alternatives, shown in the report.
    command : sequence of str, optional
        Command line recorded as the way to reproduce the run.
    progress : callable, optional
        Called as ``progress(done, total)``.
    inputs : sequence of path-like
        Files behind the run that the assessment does not know of, such as alternatives or joined tables; recorded with
        their hashes.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    OutputError
        The folder cannot be written or holds something else.
    MissingExtraError
        matplotlib is not installed.
    """
    _atomic.check_directory(directory, RECORD)
    more_inputs = [input_file(Path(path)) for path in inputs]
    steps = 5

    def advance(done: int) -> None:
        if progress is not None:
            progress(done, steps)

    frame = assessment.to_geopandas()
    outputs = {"buildings.parquet": geoparquet(frame), "buildings.gpkg": geopackage(frame)}
    advance(1)
    picture, note = render(assessment)
    outputs[PICTURE] = picture
    advance(2)
    if comparison is not None:
        outputs["alternatives.csv"] = comparison.to_pandas().to_csv(index=False).encode()
    outputs[REPORT] = report(assessment, frame, picture, note, comparison).encode()
    advance(3)
    record = run_record(assessment, outputs, command or (), {"picture": note}, more_inputs)
    outputs[RECORD] = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False).encode()
    advance(4)

    def fill(folder: Path) -> None:
        for name, content in outputs.items():
            _atomic.write_bytes(folder / name, content)

    target = _atomic.publish_directory(directory, fill, RECORD)
    advance(steps)
    return [target / name for name in outputs]
