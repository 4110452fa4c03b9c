"""The one decorator that compiles, and the folder its machine code is cached in.

Every kernel is compiled with ``nogil`` (threads come from above), ``error_model="numpy"`` (a division by zero gives
inf, as in numpy) and a cache on disk. Numba's own cache does not notice an edited callee or constant in another file,
hence the folder is keyed by the content of every file in this package: change one character and all kernels compile
anew.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, overload

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

FASTMATH: dict[str, str] = {
    "zone_block.add_inputs": "finite inputs, whole blocks of lanes; fused multiply-add, 61 to 54 ns",
    "zone_block.add_drive": "finite inputs, whole blocks of lanes; fused multiply-add",
    "zone_block.held": "finite inputs, whole blocks of lanes; fused multiply-add",
    "zone_block.warm_lanes": "finite inputs, whole blocks of lanes; vector sum, 28 to 3 ns",
    "zone_block.air_out": "finite inputs, whole blocks of lanes; as step_four",
    "zone_block.step_two": "finite inputs, whole blocks of lanes; fused multiply-add, 52 to 48 ns",
    "zone_block.step_four": "finite inputs, whole blocks of lanes; fused multiply-add, 71 to 66 ns",
    "zone_block.tally": "finite inputs, whole blocks of lanes; 14 to 12 ns",
    "zone_block.add_weighted": "finite inputs, whole blocks of lanes; fused multiply-add",
    "zone_block.add_above": "finite inputs, whole blocks of lanes; as tally",
    "zone_block.add_totals": "finite inputs, whole blocks of lanes; vector sum, 32 to 3 ns",
}
"""Kernels (``module.function``) that may ask for ``fastmath=True``: why it is safe and what was measured.

Finite inputs: limits that are infinite are replaced before. Whole blocks: loops always run over full vectors, so that
each lane goes through the same instructions. Times are of 64 lanes and up to four hours.
"""


def kernel_hash() -> str:
    """First 16 hexadecimal digits of the SHA-256 over the names and bytes of ``kernels/*.py``.

    Results of runs with the same hash come from the same kernels. The compiler is not imported.

    Examples
    --------
    >>> len(kernel_hash())
    16
    """
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def cache_base() -> Path:
    """Folder that holds one folder of compiled kernels for each kernel hash.

    ``CITYTWIN_CACHE_DIR`` where set, else ``citytwin`` in the user's cache folder of the platform.

    Raises
    ------
    RuntimeError
        There is no home directory to derive the folder from.
    """
    asked = os.environ.get("CITYTWIN_CACHE_DIR")
    if asked:
        return Path(asked)
    if sys.platform == "win32":
        user_cache = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        user_cache = Path.home() / "Library" / "Caches"
    else:
        user_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user_cache) / "citytwin"


def cache_directory() -> Path:
    """Folder of the kernels as they are now: ``cache_base() / kernel_hash()``. It need not exist."""
    return cache_base() / kernel_hash()


def clear_cache() -> list[Path]:
    """Remove every folder of compiled kernels under :func:`cache_base` and return what was removed."""
    base = cache_base()
    if not base.is_dir():
        return []
    folders = [path for path in sorted(base.iterdir()) if re.fullmatch("[0-9a-f]{16}", path.name) and path.is_dir()]
    for folder in folders:
        shutil.rmtree(folder)
    return folders


@cache
def _usable_cache_directory() -> Path | None:
    """The cache folder, made with mode 0700 and tried by writing; None, with one warning, where that fails."""
    try:
        directory = cache_directory()
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            status = directory.stat()
            if status.st_uid != os.geteuid():
                raise PermissionError(f"{directory} belongs to another user")
            if status.st_mode & 0o077:
                directory.chmod(0o700)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except (OSError, RuntimeError) as error:
        warnings.warn(
            f"Compiled kernels cannot be cached ({error}), so that each process compiles them again. "
            "Set CITYTWIN_CACHE_DIR to a folder of your own that can be written.",
            UserWarning,
            stacklevel=2,
        )
        return None
    return directory


def is_compiled() -> bool:
    """Whether kernels are compiled; ``NUMBA_DISABLE_JIT`` has them interpreted."""
    import numba

    return not numba.config.DISABLE_JIT


def _compile(function: Kernel, fastmath: bool, borrows: bool) -> Kernel:
    name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
    if fastmath and name not in FASTMATH:
        raise ValueError(f"{name} asks for fastmath without a row in citytwin.kernels._jit.FASTMATH")
    import numba

    if numba.config.DISABLE_JIT:
        return function
    directory = _usable_cache_directory()
    before = numba.config.CACHE_DIR
    try:
        if directory is not None:
            numba.config.CACHE_DIR = str(directory)
        options = {"error_model": "numpy", "fastmath": fastmath, "_nrt": not borrows, "no_cfunc_wrapper": True}
        compiled: Kernel = numba.njit(nogil=True, cache=directory is not None, **options)(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled


@overload
def jit(function: Kernel) -> Kernel: ...


@overload
def jit(*, fastmath: bool = False, borrows: bool = False) -> Callable[[Kernel], Kernel]: ...


def jit(
    function: Kernel | None = None, *, fastmath: bool = False, borrows: bool = False
) -> Kernel | Callable[[Kernel], Kernel]:
    """Compile a kernel without the GIL, cached on disk; the only place where compiler options are set.

    Parameters
    ----------
    function : callable
        Takes and returns numpy arrays, NamedTuples of arrays and scalars.
    fastmath : bool, default False
        Let the compiler reorder and assume finite numbers; only for kernels listed in :data:`FASTMATH`.
    borrows : bool, default False
        Leave out the counting of references to arrays, two atomic operations for each array in each call: for functions
        that make no arrays and are called for every few bytes. One that does make some fails to compile.

    Raises
    ------
    ValueError
        `fastmath` is asked for by a kernel that :data:`FASTMATH` does not list.
    """
    if function is None:
        return lambda kernel: _compile(kernel, fastmath, borrows)
    return _compile(function, fastmath, borrows)
