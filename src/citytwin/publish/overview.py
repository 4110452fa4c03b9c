"""What a city holds, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.model.enums import Severity, Status, SurfaceKind
from citytwin.publish.text_table import columns, figure

if TYPE_CHECKING:
    from citytwin.model.city import CityModel


def city_overview(city: CityModel) -> dict[str, Any]:
    """Facts about a city, JSON-able.

    Parameters
    ----------
    city : CityModel
    """
    buildings = city.buildings()
    top = np.flatnonzero(city.objects.parent < 0)
    attributes = city.objects.attributes
    bounds = city.bounds
    return {
        "inputs": [item.path for item in city.provenance.inputs],
        "crs": city.crs,
        "vertical_crs": city.vertical_crs,
        "bounds": None if np.isnan(bounds).any() else [round(float(x), 3) for x in bounds],
        "counts": dict(city.counts),
        "buildings": city.n_buildings,
        "status": {s.word: int((buildings.status == s).sum()) for s in Status if (buildings.status == s).any()},
        "polygons": len(city.surfaces),
        "lod": {f"{lod / 10:g}": int((city.surfaces.lod == lod).sum()) for lod in np.unique(city.surfaces.lod)},
        "surface_kinds": {
            kind.word: int((city.surfaces.kind == kind).sum())
            for kind in SurfaceKind
            if (city.surfaces.kind == kind).any()
        },
        "volume_m3": round(float(np.nansum(buildings.volume)), 1),
        "attributes": {name: int((~attributes[name].mask[top]).sum()) for name in attributes},
        "findings": {s.word: int((city.findings.severity == s).sum()) for s in Severity},
    }


def overview_text(overview: dict[str, Any]) -> str:
    """The facts as text."""
    counted = "  ".join(f"{word.replace('_', ' ')} {count}" for word, count in overview["status"].items())
    rows = [
        ["buildings", f"{overview['buildings']:,}" + (f"  ({counted})" if counted else "")],
        ["read", "  ".join(f"{word} {count:,}" for word, count in overview["counts"].items())],
        ["CRS", overview["crs"] or "unknown"],
        ["vertical CRS", overview["vertical_crs"] or "not declared"],
        ["bounds", " ".join(figure(x) for x in overview["bounds"]) if overview["bounds"] else "-"],
        ["polygons", f"{overview['polygons']:,}"],
        ["by LoD", "  ".join(f"LoD{lod} {count:,}" for lod, count in overview["lod"].items()) or "-"],
        ["by kind", "  ".join(f"{kind} {count:,}" for kind, count in overview["surface_kinds"].items()) or "-"],
        ["volume", f"{figure(overview['volume_m3'])} m3"],
        ["findings", "  ".join(f"{word} {count:,}" for word, count in overview["findings"].items())],
    ]
    lines = columns(rows, left=2, indent="")
    if overview["attributes"]:
        lines += ["", "attributes (top-level objects with a value)"]
        lines += columns([[name, f"{count:,}"] for name, count in overview["attributes"].items()])
    return "\n".join(lines)
