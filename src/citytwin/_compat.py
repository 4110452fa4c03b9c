"""The only place that asks which optional packages are installed.

Nothing is imported to find out: :func:`importlib.util.find_spec` looks the package up without running it.
"""

from __future__ import annotations

from importlib.util import find_spec

from citytwin.errors import MissingExtraError

_EXTRA_OF = {"pyvista": "view", "matplotlib": "view", "osmium": "transport", "xarray": "raster"}


def has(package: str) -> bool:
    """Whether `package` can be imported."""
    return find_spec(package) is not None


def require(package: str, purpose: str) -> None:
    """Raise :class:`MissingExtraError` with the pip command when `package` is not installed.

    Parameters
    ----------
    package : str
        Import name of an optional package.
    purpose : str
        What it is needed for, used in the message.
    """
    if not has(package):
        extra = _EXTRA_OF[package]
        raise MissingExtraError(f"{purpose} needs {package}, which is not installed: pip install 'citytwin[{extra}]'")
