"""Tiny height grids, written by the tests that use them."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

HELSINKI_SW = (59.0, 24.0)


def write_gtx(path: Path, values: ArrayLike, south_west: tuple[float, float] = HELSINKI_SW, step: float = 1.0) -> Path:
    """A GTX grid: latitude and longitude of the south-west corner, steps, size, then rows from the south."""
    rows = np.atleast_2d(np.asarray(values, ">f4"))
    path.write_bytes(struct.pack(">4d2i", *south_west, step, step, *rows.shape) + rows.tobytes())
    return path


def write_triangulation(path: Path, offset: float = 0.3, **changes: object) -> Path:
    """A PROJ triangulation of N60 to N2000: one triangle over southern Finland, constant offset."""
    content = {
        "file_type": "triangulation_file",
        "format_version": "1.0",
        "input_crs": "EPSG:2393+5717",
        "output_crs": "EPSG:2393+3900",
        "transformed_components": ["vertical"],
        "vertices_columns": ["source_x", "source_y", "offset_z"],
        "triangles_columns": ["idx_vertex1", "idx_vertex2", "idx_vertex3"],
        "vertices": [[3_200_000, 6_500_000, offset], [3_700_000, 6_500_000, offset], [3_200_000, 7_000_000, offset]],
        "triangles": [[0, 1, 2]],
    }
    path.write_text(json.dumps(content | changes), encoding="utf-8")
    return path
