"""What holds for the files of the repository as a whole."""

import ast
import csv
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import citytwin

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "citytwin"
MODULES = sorted(SOURCE.rglob("*.py"))
TABLES = sorted(SOURCE.rglob("*.csv"))
LONGEST = 500


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> list[Path]:
    """Files git knows or would add; every file below the root where this is no git checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_text_names_a_home_folder():
    """Paths of somebody's machine do not belong into the repository."""
    personal = re.compile(rb"(?<![\w.])/(home|Users|root)/\w|[A-Z]:\\Users\\")
    offending = [relative(path) for path in tracked_files() if personal.search(path.read_bytes())]
    assert offending == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_module_is_short_documented_and_silent(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= LONGEST, f"more than {LONGEST} lines: split by idea"
    assert ast.get_docstring(tree), "no module docstring"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {"logging", "pickle"}.isdisjoint(alias.name for alias in node.names), f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert node.module not in {"logging", "pickle"}, f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"print", "eval", "exec"}, f"line {node.lineno}"


def is_overload(node: ast.AST) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in getattr(node, "decorator_list", ()))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_public_names_have_docstrings(path):
    """Functions and classes of a module, and the methods of its public classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = [tree.body] + [n.body for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
    bare = [
        f"{node.name} (line {node.lineno})"
        for body in bodies
        for node in body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not is_overload(node)
        and not ast.get_docstring(node)
    ]
    assert bare == []


@pytest.mark.parametrize("path", TABLES, ids=relative)
def test_table_says_where_its_numbers_come_from(path):
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    rows = list(csv.DictReader(lines))
    assert rows, "an empty table"
    for number, row in enumerate(rows, start=1):
        cells_match = None not in row and None not in row.values()
        assert cells_match, f"row {number} has another number of cells than the header"
        assert {"source", "year", "licence", "confidence"} <= row.keys()
        assert row["source"].strip(), f"row {number} has no source"
        assert row["confidence"].strip(), f"row {number} has no confidence"


def writes_a_file(node: ast.AST) -> bool:
    """Whether `node` calls ``path.write_text``, ``path.write_bytes`` or ``open`` with a mode that writes."""
    if not isinstance(node, ast.Call) or ast.unparse(node.func).startswith("_atomic."):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    texts = [a.value for a in [*node.args, *(k.value for k in node.keywords)] if isinstance(a, ast.Constant)]
    modes = [text for text in texts if isinstance(text, str) and re.fullmatch("[rwaxbt+]{1,3}", text)]
    on_a_path = isinstance(node.func, ast.Attribute) and name in {"write_text", "write_bytes"}
    return on_a_path or (name == "open" and any(set(mode) & set("wax+") for mode in modes))


def test_only_the_atomic_writer_opens_files_for_writing():
    """Every other module hands its bytes to ``io/_atomic.py``."""
    offending = [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        if path.name != "_atomic.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if writes_a_file(node)
    ]
    assert offending == []


def test_the_stub_lists_what_it_imports():
    tree = ast.parse((SOURCE / "__init__.pyi").read_text(encoding="utf-8"))
    listed = next(ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign))
    assert sorted(listed) == sorted(citytwin.__all__)


def test_every_finding_is_explained():
    """Codes and names written out in the source stand in ``docs/findings.md``."""
    listed = set(
        re.findall(r"^\| (\d+) \| `(\w+)` \|", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"), re.M)
    )
    used = {
        (str(code.value), name.value)
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call | ast.Tuple)
        for code, name in pairwise(node.args if isinstance(node, ast.Call) else node.elts)
        if isinstance(code, ast.Constant) and isinstance(code.value, int) and 100 < code.value < 2000
        if isinstance(name, ast.Constant) and re.fullmatch(r"[A-Z_]{4,}", str(name.value))
    }
    assert len(used) > 30
    assert len({code for code, _ in used}) == len(used), "one code has two names"
    assert sorted(used - listed) == []


@pytest.mark.compiled
def test_readme_example_runs(tmp_path):
    """The Python example of README.md, word for word, on the sample city."""
    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    finished = subprocess.run(
        [sys.executable, "-W", "error", "-c", example], cwd=tmp_path, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    assert "GWh of heat a year" in finished.stdout
    assert (tmp_path / "out" / "today" / "run.json").is_file()
