"""Arrays on disk that grow: npy files whose length is written when they are complete."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from citytwin.io._atomic import open_part

HEADER = 128
"""Bytes before the values, enough for any length."""


class ArrayFiles:
    """The npy files of a folder that is being filled; a context that completes them at its end.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        self._like: dict[str, NDArray[Any]] = {}
        self._lengths: dict[str, int] = {}
        self._stack = ExitStack()

    def __enter__(self) -> ArrayFiles:
        return self

    def __exit__(self, *error: object) -> None:
        with self._stack:
            for name, file in self._files.items():
                file.seek(0)
                file.write(_header(self._like[name], self._lengths[name]))

    @property
    def names(self) -> list[str]:
        """Arrays there are."""
        return list(self._files)

    def append(self, name: str, array: NDArray[Any]) -> None:
        """Put rows behind those an array has."""
        array = np.ascontiguousarray(array)
        if name not in self._files:
            self._files[name] = self._stack.enter_context(open_part(self._folder / f"{name}.npy"))
            self._files[name].write(bytes(HEADER))
            self._like[name], self._lengths[name] = array[:0], 0
        self._files[name].write(array.data)
        self._lengths[name] += len(array)


def _header(like: NDArray[Any], length: int) -> bytes:
    """Header of an npy file with `length` rows like those given, of always the same size."""
    exact = BytesIO()
    described = {"descr": np.lib.format.dtype_to_descr(like.dtype), "fortran_order": False}
    np.lib.format.write_array_header_1_0(exact, described | {"shape": (length, *like.shape[1:])})
    text = exact.getvalue()[10:].rstrip()
    padded = text.ljust(HEADER - 11) + b"\n"
    return np.lib.format.magic(1, 0) + len(padded).to_bytes(2, "little") + padded
