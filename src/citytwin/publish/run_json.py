"""``run.json``: what was run, on which inputs, with which outputs."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from citytwin.run.assessment import Assessment


def run_record(
    assessment: Assessment, outputs: Mapping[str, bytes], command: Sequence[str], parameters: Mapping[str, Any]
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
    """
    import citytwin
    from citytwin.kernels._jit import kernel_hash

    inputs = [
        {"path": item.path, "sha256": item.sha256, "bytes": item.bytes, "as_of": item.as_of}
        for item in assessment.provenance.inputs
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
