"""The only resolver of names that come out of an input: URIs, texture paths, archive members."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from citytwin.errors import CityReadError

_FORBIDDEN = re.compile(r"[\\\x00-\x1f]|^[A-Za-z][A-Za-z0-9+.-]*:|^//")
"""Backslashes, control characters, schemes and drive letters, network locations."""


def resolve(root: Path, name: str) -> Path:
    """Path of the file an input calls `name`, inside the folder `root`.

    Parameters
    ----------
    root : Path
        Folder the name is relative to.
    name : str
        Relative reference as the input has it, percent-encoded or not; a query or fragment is cut off.

    Raises
    ------
    CityReadError
        The name has a scheme, a drive, a backslash or a control character, is absolute, or leaves `root`.

    Examples
    --------
    >>> resolve(Path("/data"), "tiles/0.b3dm").as_posix()
    '/data/tiles/0.b3dm'
    """
    root = root.resolve()
    plain = unquote(name.split("#")[0].split("?")[0])
    if not _FORBIDDEN.search(name) and not _FORBIDDEN.search(plain):
        path = (root / plain).resolve()
        if path.is_relative_to(root) and path != root:
            return path
    raise CityReadError(
        f"refused reference {name!r}: it leaves the folder", root, advice="Put the file beside its input"
    )
