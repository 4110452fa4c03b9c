"""The writer leaves the old result or the new one, whatever happens."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from citytwin.errors import CityReadError, OutputError
from citytwin.io import _atomic, open_city, read_city, save_city, write_citygml
from citytwin.io._atomic import publish_directory, write, write_bytes
from tests.io import gml


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_write_replaces_and_makes_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.txt"
    assert write_bytes(path, b"one") == path
    write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert names(path.parent) == ["b.txt"]


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    write_bytes(tmp_path / "ours", b"")
    assert (tmp_path / "ours").stat().st_mode == plain.stat().st_mode


def test_failure_while_filling_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    write_bytes(path, b"old")

    def fill(file: BinaryIO) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, fill)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


@pytest.mark.parametrize("step", ["fsync", "replace", "chmod"])
def test_every_step_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "x"
    write_bytes(path, b"old")

    def fail(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(_atomic.os, step, fail)
    with pytest.raises(OutputError, match="disk is full") as caught:
        write_bytes(path, b"new")
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


def test_targets_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        write_bytes(tmp_path / "file" / "x", b"")
    with pytest.raises(OutputError):
        write_bytes(tmp_path / "folder", b"")
    assert names(tmp_path) == ["file", "folder"]


def test_folder_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked through the system call, because a superuser may write anywhere."""

    def refuse(*arguments: object, **options: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(_atomic.tempfile, "mkstemp", refuse)
    with pytest.raises(OutputError, match="folder that you may write to"):
        write_bytes(tmp_path / "x", b"")


def test_disk_full_in_a_child_process(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: a typed error, the old city whole, no temporary left."""
    source = gml.write(tmp_path, gml.city(*(gml.box(f"b{i}", x=gml.EAST + 20 * i) for i in range(60))))
    city = read_city(source)
    saved, written = tmp_path / "saved", tmp_path / "out.gml"
    save_city(city, saved)
    write_citygml(city, written)
    before = names(tmp_path), written.read_bytes()
    program = f"""
import resource, signal
from citytwin.io import read_city, save_city, write_citygml
from citytwin.errors import OutputError
city = read_city({str(source)!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
for save, path in ((save_city, {str(saved)!r}), (write_citygml, {str(written)!r})):
    try:
        save(city, path)
    except OutputError as error:
        print(path in str(error), "larger" in str(error))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert answer == "True True\nTrue True\n"
    assert (names(tmp_path), written.read_bytes()) == before
    np.testing.assert_array_equal(open_city(saved).vertices, city.vertices)


def test_killed_writers_leave_whole_folders(tmp_path: Path) -> None:
    """A process that saves one of two cities over and over is killed at random moments."""
    source = gml.write(tmp_path, gml.city(*(gml.box(f"b{i}", x=gml.EAST + 20 * i) for i in range(30))))
    target = tmp_path / "saved"
    program = f"""
from citytwin.io import read_city, save_city
city = read_city({str(source)!r})
half = city.select(ids=list(city.objects.id)[:15])
while True:
    save_city(city, {str(target)!r})
    print("saved", flush=True)
    save_city(half, {str(target)!r})
"""
    generator = np.random.default_rng(4)
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    seen = set()
    for _ in range(4):
        time.sleep(float(generator.uniform(0.05, 0.2)))
        os.kill(process.pid, signal.SIGSTOP)
        try:
            seen.add(open_city(target).n_buildings)
        except CityReadError:
            assert not target.exists()
        os.kill(process.pid, signal.SIGCONT)
    process.kill()
    process.wait()
    process.stdout.close()
    city = open_city(target)
    assert city.n_buildings in (15, 30)
    assert seen <= {15, 30}
    save_city(city, target)
    assert names(tmp_path) == ["city.gml", "saved"]


def test_temporaries_of_dead_processes_are_swept(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f".x.{dead.pid}.tmpabc").write_bytes(b"")
    (tmp_path / f".x.{os.getppid()}.tmpabc").write_bytes(b"")
    (tmp_path / ".x.notours").write_bytes(b"")
    write_bytes(tmp_path / "x", b"")
    assert names(tmp_path) == sorted([f".x.{os.getppid()}.tmpabc", ".x.notours", "x"])


def test_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "photos"
    target.mkdir()
    (target / "a.jpg").write_bytes(b"")
    with pytest.raises(OutputError, match="nothing was overwritten"):
        publish_directory(target, lambda folder: None, "marker")
    assert names(target) == ["a.jpg"]


def test_retired_folder_comes_back(tmp_path: Path) -> None:
    """Its writer was killed after the first of the two renames."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b"))))
    save_city(city, tmp_path / "saved")
    (tmp_path / "saved").rename(tmp_path / f".saved.{dead.pid}.old")
    assert open_city(tmp_path / "saved").n_buildings == 1
