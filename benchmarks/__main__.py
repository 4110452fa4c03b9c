"""``python -m benchmarks [NAME ...] [--size smallest|all]``: run benchmarks, print a table, write ``results.json``."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

from benchmarks.measure import Row, memory_growth, memory_row, time_row
from benchmarks.registry import SPECS, BenchSpec

FOLDER = Path(__file__).parent
HEADER = (
    f"{'benchmark':34} {'size':>9} {'ours':>11} {'peer':>11} {'unit':16} "
    f"{'ratio':>7} {'gate':>6} {'reach':>6} {'spread':>6}  peer"
)


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 0 when every benchmark ran (a missing peer is no failure), else 1."""
    options = _parser().parse_args(arguments)
    _limit_threads(options.threads)
    for path in sorted(FOLDER.glob("bench_*.py")):
        import_module(f"benchmarks.{path.stem}")
    unknown = [name for name in options.names if name not in SPECS]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(sorted(SPECS))}", file=sys.stderr)
        return 2
    chosen = [SPECS[name] for name in options.names or sorted(SPECS)]
    if options.memory_of:
        growth = memory_growth(chosen[0], options.at, options.memory_of)
        print("missing" if growth is None else growth)
        return 0

    print(f"{options.threads} thread(s), {options.repeats} measurements of each side in turns, medians")
    print(HEADER)
    rows: list[Row] = []
    failed: list[str] = []
    for spec in chosen:
        try:
            for size in spec.sizes[:1] if options.size == "smallest" else spec.sizes:
                for row in _rows(spec, size, options):
                    rows.append(row)
                    print(_line(row), flush=True)
        except Exception:  # one broken benchmark must not hide the others
            failed.append(spec.name)
            traceback.print_exc()
    _write(rows, FOLDER / "results.json")
    missed = [f"{row.name} at {row.size}" for row in rows if row.below_gate]
    if missed:
        print(f"below the gate: {', '.join(missed)}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed or (options.check and missed) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="benchmarks to run; all where none is named")
    parser.add_argument("--size", choices=["smallest", "all"], default="all")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--budget", type=float, default=20.0, help="seconds after which a size gets no more repeats")
    parser.add_argument("--threads", type=int, default=1, help="threads either side may use")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a ratio misses its gate")
    parser.add_argument("--memory-of", choices=["ours", "peer"], help=argparse.SUPPRESS)
    parser.add_argument("--at", type=int, help=argparse.SUPPRESS)
    return parser


def _limit_threads(threads: int) -> None:
    """Give both sides the same number of threads; read by the libraries when they are imported, so done first."""
    for name in ("CITYTWIN_NUM_THREADS", "NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)


def _rows(spec: BenchSpec, size: int, options: argparse.Namespace) -> list[Row]:
    rows = []
    if "time" in spec.phases:
        rows.append(time_row(spec, size, options.repeats, options.budget, options.threads))
    if "memory" in spec.phases:
        rows.append(memory_row(spec, size, options.threads))
    return rows


def _line(row: Row) -> str:
    def number(value: float | None, digits: int) -> str:
        return "-" if value is None else f"{value:,.{digits}g}" if abs(value) < 1000 else f"{value:,.0f}"

    mark = "  BELOW GATE" if row.below_gate else ""
    return (
        f"{row.name:34} {row.size:>9} {number(row.ours, 4):>11} {number(row.peer, 4):>11} {row.unit:16} "
        f"{number(row.ratio, 3):>7} {number(row.gate, 3):>6} {number(row.reach, 3):>6} {row.spread:>6.0%}  "
        f"{row.note or row.peer_name}{mark}"
    )


def _write(rows: list[Row], path: Path) -> None:
    """Write the rows as JSON; a reader sees the old file or the new one, never half of one."""
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    os.replace(temporary, path)


if __name__ == "__main__":
    sys.exit(main())
