"""The system refuses one call after the other: every writer says so, and leaves the old result or the new one."""

from __future__ import annotations

import builtins
import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from citytwin.errors import OutputError
from citytwin.io import _atomic, read_city
from tests.hostile.writers import WRITERS, Writer
from tests.io import gml


class Refusal:
    """Stands before calls of the system and refuses the one with a given number."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.count = 0

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.count += 1
            if self.count == self.number:
                raise OSError(errno.ENOSPC, "No space left on device")
            return function(*arguments, **options)

        return call

    def open(self, *arguments: Any, **options: Any) -> Any:
        file = self.before(builtins.open)(*arguments, **options)
        return Refusing(file, self) if "w" in "".join(map(str, arguments[1:])) else file

    def fdopen(self, handle: int, mode: str) -> Any:
        return Refusing(os.fdopen(handle, mode), self)


class Refusing:
    """A file some writes to which are refused."""

    def __init__(self, file: Any, refusal: Refusal) -> None:
        self._file = file
        self.write = refusal.before(file.write)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Refusing:
        return self

    def __exit__(self, *reason: object) -> None:
        self._file.close()


class System:
    """The modules of the system as ``_atomic`` sees them, with a refusal before what can fail."""

    def __init__(self, module: Any, refusal: Refusal, names: tuple[str, ...]) -> None:
        self._module = module
        for name in names:
            setattr(self, name, refusal.before(getattr(module, name)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def refuse(monkeypatch: pytest.MonkeyPatch, number: int) -> Refusal:
    refusal = Refusal(number)
    system = System(os, refusal, ("replace", "rename", "chmod", "open"))
    system.fdopen = refusal.fdopen
    system.fsync = refusal.before(lambda handle: None)
    monkeypatch.setattr(_atomic, "os", system)
    monkeypatch.setattr(_atomic, "tempfile", System(tempfile, refusal, ("mkstemp", "mkdtemp")))
    monkeypatch.setattr(_atomic, "open", refusal.open, raising=False)
    return refusal


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.name)
@pytest.mark.parametrize("exists", [False, True])
def test_every_call_may_fail(writer: Writer, exists: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = read_city(gml.write(tmp_path, gml.city(gml.box("a")), "old.gml"))
    new = read_city(gml.write(tmp_path, gml.city(gml.box("b")), "new.gml"))
    folder = tmp_path / "out"
    target = folder / writer.target
    expected = {}
    for name, city in (("old", old), ("new", new)):
        writer.write(city, tmp_path / name / writer.target)
        expected[name] = writer.content(tmp_path / name / writer.target)
    if exists:
        writer.write(old, target)
    with monkeypatch.context() as patch:
        calls = refuse(patch, 0)
        writer.write(new, tmp_path / "calls" / writer.target)
    assert calls.count > 4
    for number in telling(calls.count + 2):
        before = sorted(folder.iterdir()) if folder.exists() else []
        with monkeypatch.context() as patch:
            refusal = refuse(patch, number)
            error = attempt(lambda: writer.write(new, target))
        assert (error is not None) == (refusal.count >= number)
        if error is None:
            break
        assert str(target) in str(error)
        assert "disk is full" in str(error)
        after = sorted(folder.iterdir()) if folder.exists() else []
        assert set(after) <= {*before, target}, f"call {number} leaves {after}"
        if target.exists():
            content = writer.content(target)
            assert content == expected["new"] or (exists and content == expected["old"])
        else:
            assert not exists
        if after != before or (exists and content != expected["old"]):
            writer.remove(target)
            if exists:
                writer.write(old, target)
    assert error is None
    assert writer.content(target) == expected["new"]


def telling(calls: int) -> list[int]:
    """Numbers of calls: all where they are few, else the first and last ones and some between."""
    return [n for n in range(1, calls + 1) if n < 8 or n > calls - 16 or n % 11 == 0 or calls < 60]


def attempt(write: Callable[[], Any]) -> OutputError | None:
    """The error that writing ends in."""
    try:
        write()
    except OutputError as error:
        return error
    return None
