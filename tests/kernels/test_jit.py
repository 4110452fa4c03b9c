"""The decorator and its cache, tested in child processes: both depend on the state of the process."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from citytwin.kernels import _jit

PACKAGE = Path(_jit.__file__).parents[1]
COMPILE = """
import numba
from citytwin.kernels._jit import cache_directory
from citytwin.kernels.newell import areas
import numpy as np
assert areas(np.array([[0.0, 3.0, 4.0]]))[0] == 5
assert numba.config.CACHE_DIR == ""
print(cache_directory())
"""


def run(program, *options, **environment):
    variables = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
    paths = [environment.pop("path", str(PACKAGE.parent)), variables.pop("PYTHONPATH", "")]
    variables.update(environment, PYTHONPATH=os.pathsep.join(paths))
    return subprocess.run(
        [sys.executable, *options, "-c", program], env=variables, capture_output=True, text=True, check=False
    )


def copy_of_kernels(folder):
    """A package `citytwin` with the errors and kernels only, to be edited."""
    kernels = folder / "citytwin" / "kernels"
    kernels.mkdir(parents=True)
    (folder / "citytwin" / "__init__.py").write_text("")
    for name in ("__init__.py", "_jit.py", "newell.py"):
        (kernels / name).write_bytes((PACKAGE / "kernels" / name).read_bytes())
    return kernels


@pytest.mark.skipif(os.name != "posix", reason="modes of folders are a matter of POSIX")
def test_cache_folder_is_private_and_named_by_the_hash(tmp_path):
    done = run(COMPILE, "-W", "error", CITYTWIN_CACHE_DIR=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    directory = tmp_path / "cache" / _jit.kernel_hash()
    assert done.stdout.strip() == str(directory)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert any(directory.rglob("*.nbi"))


def test_editing_one_kernel_or_constant_moves_the_cache(tmp_path):
    kernels = copy_of_kernels(tmp_path)
    ask = "from citytwin.kernels._jit import kernel_hash; print(kernel_hash())"
    before = run(ask, path=str(tmp_path)).stdout
    (kernels / "newell.py").write_text((kernels / "newell.py").read_text().replace("FLAT = 1e-6", "FLAT = 1e-5"))
    after = run(ask, path=str(tmp_path)).stdout
    assert len(before.strip()) == len(after.strip()) == 16
    assert before != after


def test_folder_that_cannot_be_written_costs_one_warning(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    program = COMPILE + "import citytwin.kernels.plane_distance"
    done = run(program, "-W", "always", CITYTWIN_CACHE_DIR=str(blocked / "cache"))
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("cannot be cached") == 1
    assert "CITYTWIN_CACHE_DIR" in done.stderr


def test_hash_and_folder_are_known_without_the_compiler():
    program = """
import sys
from citytwin.kernels._jit import cache_directory, kernel_hash
assert cache_directory().name == kernel_hash()
print(sorted({"numba", "numpy"} & set(sys.modules)))
"""
    assert run(program).stdout.strip() == "[]"


def test_kernels_run_as_plain_python_too(tmp_path):
    done = run(COMPILE.replace("import numba\n", "import numba\nassert numba.config.DISABLE_JIT\n"),
               NUMBA_DISABLE_JIT="1", CITYTWIN_CACHE_DIR=str(tmp_path / "cache"))  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "cache").exists()


def test_fastmath_needs_a_reason():
    def kernel(x):
        return x

    with pytest.raises(ValueError, match="FASTMATH"):
        _jit.jit(fastmath=True)(kernel)


def test_clear_cache_removes_what_is_ours_only(tmp_path, monkeypatch):
    monkeypatch.setenv("CITYTWIN_CACHE_DIR", str(tmp_path))
    assert _jit.clear_cache() == []
    ours, theirs = tmp_path / "0123456789abcdef", tmp_path / "precious"
    ours.mkdir()
    (ours / "kernel.nbi").write_text("")
    theirs.mkdir()
    assert _jit.clear_cache() == [ours]
    assert not ours.exists()
    assert theirs.exists()
    monkeypatch.setenv("CITYTWIN_CACHE_DIR", str(tmp_path / "nowhere"))
    assert _jit.clear_cache() == []


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "citytwin"),
        ("win32", "LOCALAPPDATA", "citytwin"),
        ("darwin", "HOME", "Library/Caches/citytwin"),
    ],
)
def test_cache_base_follows_the_platform(platform, variable, expected, tmp_path, monkeypatch):
    monkeypatch.delenv("CITYTWIN_CACHE_DIR", raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(Path, "home", classmethod(lambda cls: tmp_path))
    assert _jit.cache_base() == tmp_path / expected
