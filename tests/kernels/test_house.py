"""Rules that every file of the kernels floor keeps, checked on the syntax tree without importing anything."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for path in (ROOT / "src" / "citytwin" / "kernels").glob("*.py") if path.name != "__init__.py")
KERNELS = [path for path in FILES if path.name != "_jit.py"]
NAIVE = ROOT / "tests" / "naive"
ALLOWED_IMPORTS = ("math", "typing", "numpy", "numpy.typing", "__future__", "citytwin.kernels")


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(decorator):
    return ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)


def jitted(path):
    return [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and any(name_of(d) == "jit" for d in node.decorator_list)
    ]


def fastmath_table():
    for node in tree(FILES[[path.name for path in FILES].index("_jit.py")]).body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "FASTMATH":
            return ast.literal_eval(node.value)
    raise AssertionError("no table FASTMATH in _jit.py")


def stem(path):
    return path.stem


def test_there_are_kernels():
    assert sum(len(jitted(path)) for path in KERNELS) > 20


@pytest.mark.parametrize("path", KERNELS, ids=stem)
def test_imports_only_numpy_and_kernels(path):
    for node in ast.walk(tree(path)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            modules = [node.module]
        for module in modules:
            assert module in ALLOWED_IMPORTS or module.startswith("citytwin.kernels."), f"imports {module}"


@pytest.mark.parametrize("path", KERNELS, ids=stem)
def test_decorated_by_jit_alone_and_once(path):
    functions = jitted(path)
    names = [function.name for function in functions]
    assert len(names) == len(set(names)), "one Python function compiled twice"
    for function in functions:
        assert len(function.decorator_list) == 1
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"jit", "njit", "vectorize", "guvectorize"}:
            assert node.lineno in {function.decorator_list[0].lineno for function in functions}, f"line {node.lineno}"


@pytest.mark.parametrize("path", KERNELS, ids=stem)
def test_compiler_options_are_those_the_table_allows(path):
    table = fastmath_table()
    for function in jitted(path):
        decorator = function.decorator_list[0]
        if isinstance(decorator, ast.Call):
            options = {ast.unparse(keyword) for keyword in decorator.keywords}
            assert options
            assert options <= {"fastmath=True", "borrows=True"}
        if isinstance(decorator, ast.Call) and "fastmath=True" in options:
            assert table.get(f"{path.stem}.{function.name}"), f"{function.name} has no row in FASTMATH"


def test_fastmath_table_names_kernels_that_exist():
    known = {f"{path.stem}.{function.name}" for path in KERNELS for function in jitted(path)}
    assert set(fastmath_table()) <= known


@pytest.mark.parametrize("path", [path for path in KERNELS if jitted(path)], ids=stem)
def test_kernel_has_a_naive_twin(path):
    """A file of the same name with plain functions that do not lean on the kernels they are there to check."""
    twin = NAIVE / path.name
    assert twin.is_file(), f"no {twin.relative_to(ROOT)}"
    assert any(isinstance(node, ast.FunctionDef) for node in tree(twin).body)
    imported = [node.module for node in ast.walk(tree(twin)) if isinstance(node, ast.ImportFrom)]
    assert not any(module.startswith("citytwin") for module in imported)


@pytest.mark.parametrize("path", [path for path in KERNELS if jitted(path)], ids=stem)
def test_kernel_has_a_test(path):
    assert (Path(__file__).parent / f"test_{path.name}").is_file()


@pytest.mark.parametrize("path", KERNELS, ids=stem)
def test_docstring_names_every_argument(path):
    """The table of arguments of a public kernel and its signature say the same."""
    for function in jitted(path):
        if function.name.startswith("_"):
            continue
        docstring = ast.get_docstring(function) or ""
        if "Parameters\n---" not in docstring:
            assert len(docstring) > 30, f"{function.name} says nothing about its arguments"
            continue
        section = re.split(r"\n\n\w+\n-{3,}\n", docstring.split("Parameters\n", 1)[1])[0]
        rows = [line for line in section.splitlines()[1:] if line and not line.startswith(" ")]
        documented = [name for row in rows for name in row.split(" : ")[0].split(", ")]
        assert sorted(documented) == sorted(argument.arg for argument in function.args.args), function.name
