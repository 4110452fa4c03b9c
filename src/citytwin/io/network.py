"""Reading a street network, whatever its format."""

from __future__ import annotations

from pathlib import Path

from citytwin.errors import CityReadError
from citytwin.io.gmns import read_gmns
from citytwin.io.osm import is_osm, read_osm
from citytwin.model.network import Network


def read_network(path: str | Path, crs: str | None = None) -> Network:
    """Read the streets that carry motor traffic: an OpenStreetMap file or a GMNS folder.

    Parameters
    ----------
    path : path-like
        An OpenStreetMap file (``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``), or a folder with ``node.csv`` and
        ``link.csv`` of the General Modeling Network Specification.
    crs : str, optional
        CRS wanted, for example that of the city. Default: as in the file, for OpenStreetMap EPSG:4326 with longitude
        first. For a GMNS folder that names none, the CRS it is in.

    Returns
    -------
    Network
        Lengths in metres, speeds in km/h, whatever the units of the file.

    Raises
    ------
    CityReadError
        The file is not there, of no known format, damaged, contradictory, or holds no street.
    CrsError
        `crs` is not known or does not cover the network.
    MissingExtraError
        An OpenStreetMap file needs the package osmium.

    Examples
    --------
    >>> import citytwin as ct
    >>> streets = ct.read_network("helsinki.osm.pbf", crs="EPSG:3879")  # doctest: +SKIP
    >>> streets.links.length_m.sum() / 1000  # doctest: +SKIP
    26.2
    """
    path = Path(path)
    if path.is_dir():
        return read_gmns(path, crs)
    if not path.exists():
        raise CityReadError("there is no such file or folder", path, advice="Check the path")
    if is_osm(path):
        return read_osm(path, crs)
    if path.name in ("node.csv", "link.csv"):
        raise CityReadError("a GMNS network is a folder", path, advice=f"Give the folder instead: {path.parent}")
    raise CityReadError(
        "this is no street network that is known",
        path,
        advice="Use an OpenStreetMap file (.osm.pbf, .osm) or a folder with node.csv and link.csv (GMNS)",
    )
