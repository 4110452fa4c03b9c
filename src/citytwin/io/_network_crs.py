"""The last step of every network reader: into the CRS that was asked for."""

from __future__ import annotations

from pathlib import Path

from citytwin.errors import CrsError
from citytwin.model.network import Network


def transformed(network: Network, crs: str | None, path: Path) -> Network:
    """The network in `crs`, or as it is where none is asked for.

    Raises
    ------
    CrsError
        `crs` is not known or does not cover the network.
    """
    if crs is None:
        return network
    from pyproj.exceptions import CRSError

    try:
        return network.to_crs(crs)
    except (ValueError, CRSError) as error:
        raise CrsError(
            f"the network cannot be brought into {crs} ({error})", path, advice="Pass another crs"
        ) from error
