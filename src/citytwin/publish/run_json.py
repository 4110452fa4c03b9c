"""``run.json``: what was run, on which inputs, with which outputs."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from citytwin.model.provenance import InputFile, Provenance

if TYPE_CHECKING:
    from citytwin.run.assessment import Assessment


def run_record(
    assessment: Assessment,
    outputs: Mapping[str, bytes],
    command: Sequence[str],
    parameters: Mapping[str, Any],
    more_inputs: Sequence[InputFile] = (),
) -> dict[str, Any]:
    """Record of a run, JSON-able.

    Parameters
    ----------
    assessment : Assessment
    outputs : mapping of relative path to content
    command : sequence of str
        The command line that reproduces the run.
    parameters : mapping
        JSON-able values.
    more_inputs : sequence of InputFile
        Files behind the run that are not inputs of the assessment itself.
    """
    import citytwin
    from citytwin.kernels._jit import kernel_hash

    inputs = [
        {"path": item.path, "sha256": item.sha256, "bytes": item.bytes, "as_of": item.as_of}
        for item in (assessment.provenance + Provenance(tuple(more_inputs))).inputs
    ]
    district = {
        row.kpi: {"value": row.value, "unit": row.unit}
        for row in assessment.kpis.itertuples(index=False)
        if row.value == row.value
    }
    return {
        "citytwin": citytwin.__version__,
        "python": platform.python_version(),
        "platform": f"{sys.platform}-{platform.machine()}",
        "kernel_hash": kernel_hash(),
        "command": list(command),
        "inputs": inputs,
        "parameters": {**assessment.provenance.parameters, **parameters},
        "counts": dict(assessment.twin.city.counts),
        "outputs": [
            {"path": path, "sha256": hashlib.sha256(content).hexdigest()} for path, content in sorted(outputs.items())
        ],
        "district": district,
    }
