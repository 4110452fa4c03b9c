"""The command line: ``citytwin <verb>``, a thin door to the library.

Exit codes: 0 done, 1 a check found errors or a rerun differs, 2 wrong usage, 3 input refused, 4 an extra is missing,
5 output not writable, 130 interrupted.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import click

import citytwin as ct
from citytwin._threads import thread_count
from citytwin.errors import (
    CityReadError,
    CityTwinError,
    CityTwinWarning,
    MissingExtraError,
    OutputError,
    WeatherError,
)

WRITERS = {".gml": "write_citygml", ".xml": "write_citygml", ".json": "write_cityjson", ".jsonl": "write_cityjson"}
FOUND_ERRORS, WRONG_USAGE, REFUSED, MISSING_EXTRA, NOT_WRITABLE, INTERRUPTED = 1, 2, 3, 4, 5, 130

TOO_FAR_KM = 500.0
"""Weather from farther away is refused; from Python it is a finding."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
crs_option = click.option("--crs", metavar="CRS", help="CRS of the city where its file names none, e.g. EPSG:3879.")


class Bars:
    """One progress bar a stage on standard error, silent where that is no terminal."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Move the bar of `stage`; another stage takes its place."""
        if not sys.stderr.isatty():
            return
        from tqdm import tqdm

        if stage != self._stage:
            self.close()
            self._bar, self._stage = tqdm(total=total, desc=stage, leave=False, file=sys.stderr), stage
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def under(self, name: str) -> Callable[[str, int, int], None]:
        """The same with a name before each stage."""
        return lambda stage, done, total: self(f"{name}: {stage}", done, total)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
        self._bar, self._stage = None, ""


@contextmanager
def progress_bars() -> Iterator[Bars]:
    """Progress bars that are gone in the end, whatever happens."""
    bars = Bars()
    try:
        yield bars
    finally:
        bars.close()


def show(facts: dict[str, Any], text: str, as_json: bool) -> None:
    """Print the one answer of a verb."""
    click.echo(json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) if as_json else text)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ct.__version__, prog_name="citytwin")
def cli() -> None:
    """Energy, sun, emissions and alternatives of a city from its semantic 3D model."""


@cli.command()
@click.argument("path")
@crs_option
@json_option
def info(path: str, crs: str | None, as_json: bool) -> None:
    """Say what a city file holds."""
    from citytwin.publish.overview import city_overview, overview_text

    with progress_bars() as bars:
        city = ct.read_city(path, crs=crs, progress=partial(bars, "read"))
    overview = city_overview(city)
    show(overview, overview_text(overview), as_json)


@cli.command()
@click.argument("path")
@click.option("--out", metavar="FILE", help="Write the findings to FILE: .csv, .json, or .gpkg with geometry.")
@click.option("--snap", type=float, default=0.001, metavar="M", help="Points this near are one; 0.001.")
@click.option("--planarity", type=float, default=0.01, metavar="M", help="How far points may lie off a plane; 0.01.")
@click.option("--normals", type=float, default=20.0, metavar="DEG", help="How far a polygon may fold; 20.")
@click.option("--overlap", type=float, metavar="M", help="How wide buildings may overlap; as party walls do.")
@click.option("--heal", "healing", is_flag=True, help="Repair first what has one safe repair, and say so.")
@crs_option
@json_option
def check(
    path: str,
    out: str | None,
    snap: float,
    planarity: float,
    normals: float,
    overlap: float | None,
    healing: bool,
    crs: str | None,
    as_json: bool,
) -> int:
    """Check geometry and data; exit with 1 where a finding is an error or geometry is invalid."""
    from citytwin.model.healing import heal
    from citytwin.model.validity import Tolerances
    from citytwin.publish.findings_file import all_findings, findings_summary, summary_text, write_findings

    try:
        tolerances = Tolerances(snap, planarity, normals, overlap)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with progress_bars() as bars:
        city = ct.read_city(path, crs=crs, progress=partial(bars, "read"))
    if healing:
        city = heal(city, tolerances)
    city = city.with_tolerances(tolerances)
    findings = all_findings(city)
    summary = findings_summary(city, findings)
    if out is not None:
        write_findings(city, findings, out)
    show(summary, summary_text(summary), as_json)
    return FOUND_ERRORS if summary["errors"] or summary["invalid_geometry"] else 0


@cli.command()
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT")
@click.option("--results", metavar="FILE", help="CSV or Parquet with a column building_id, added to a copy of CityGML.")
@click.option("--to-crs", metavar="CRS", help="Reproject, e.g. to EPSG:3067 or EPSG:3067+3900.")
@click.option("--to-vertical", metavar="CRS", help="Convert heights, e.g. to N2000 (EPSG:3900); needs --height-grid.")
@click.option("--height-grid", metavar="FILE", help="Grid to convert heights by: GTX, GeoTIFF or PROJ triangulation.")
@crs_option
@json_option
def convert(
    source: str,
    target: str,
    results: str | None,
    to_crs: str | None,
    to_vertical: str | None,
    height_grid: str | None,
    crs: str | None,
    as_json: bool,
) -> None:
    """Convert a city: OUT ends in .gml or .xml (CityGML 2.0), .json or .jsonl (CityJSON 2.0), or is a folder of arrays.

    What the written format cannot take is printed. With --results, OUT is the CityGML file IN with the rows of a table
    added to its buildings, and else byte for byte.
    """
    suffix = Path(target).suffix.lower()
    if results is not None:
        if suffix in (".json", ".jsonl"):
            raise click.UsageError(f"--results adds to CityGML, which OUT ending in {suffix!r} would hide")
        if to_crs or to_vertical or height_grid:
            raise click.UsageError("--results leaves the document as it is: convert it in a second step")
        add_results(source, target, results, as_json)
        return
    if suffix and suffix not in WRITERS:
        raise click.UsageError(f"cannot write {suffix!r}: OUT ends in .gml, .xml, .json or .jsonl, or has no ending")
    with progress_bars() as bars:
        city = ct.read_city(source, crs=crs, progress=partial(bars, "read"))
    if to_crs or to_vertical or height_grid:
        from citytwin.model.crs_reproject import reproject

        try:
            city = reproject(city, to_crs, to_vertical, height_grid)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    losses: list[str] = []
    if suffix:
        losses = getattr(ct, WRITERS[suffix])(city, target).message.tolist()
    else:
        city.save(target)
    facts = {"in": source, "out": target, "buildings": city.n_buildings, "surfaces": len(city.surfaces)}
    text = f"{target}: {city.n_buildings} buildings, {len(city.surfaces)} surfaces"
    show(facts | {"losses": losses}, "\n".join([text, *losses]), as_json)


def add_results(source: str, target: str, results: str, as_json: bool) -> None:
    """Write a copy of a CityGML file with a table of results."""
    from citytwin.io import read_table

    table = read_table(results)
    if "building_id" not in table.columns:
        raise CityReadError("there is no column 'building_id'", results, advice="Name the column with the gml:id so")
    findings = ct.write_back(source, target, table)
    missing = int((findings.name == "RESULT_WITHOUT_BUILDING").sum())
    facts = {"in": source, "out": target, "buildings": len(table) - missing, "not_found": missing}
    show(facts, f"{target}: results of {len(table) - missing} buildings, {missing} not found", as_json)


@cli.command()
@click.argument("path")
@click.option("--weather", required=True, metavar="FILE", help="EPW or FMI test year.")
@click.option("--attributes", metavar="FILE", help="Table to join: CSV, Parquet or GeoPackage.")
@click.option("--key", metavar="NAME", help="Column of the table and attribute of the city to join on.")
@click.option("--mapping", metavar="FILE", help="TOML that says what attributes of the city mean.")
@click.option("--network", metavar="FILE", help="Street network, carried along and recorded.")
@click.option("--alternatives", metavar="FILE", help="TOML with alternatives to compare with today.")
@click.option("--out", required=True, metavar="DIR", help="Folder for the results; replaced as a whole.")
@crs_option
@json_option
@click.pass_context
def assess(
    context: click.Context,
    path: str,
    weather: str,
    attributes: str | None,
    key: str | None,
    mapping: str | None,
    network: str | None,
    alternatives: str | None,
    out: str,
    crs: str | None,
    as_json: bool,
) -> None:
    """Assess a city: heat, electricity, sun, emissions, today and for alternatives; print the decision sheet."""
    if (attributes is None) != (key is None):
        raise click.UsageError("--attributes and --key go together")
    from citytwin import scenario
    from citytwin.io import read_mapping, read_table
    from citytwin.model.place import place_of, weather_distance_km
    from citytwin.publish import publish_assessment
    from citytwin.publish.decision_sheet import decision_sheet, sheet_facts
    from citytwin.publish.published import check_output

    check_output(out)
    plans = scenario.load_alternatives(alternatives) if alternatives else ()
    costs = scenario.load_costs(alternatives) if alternatives else None
    with progress_bars() as bars:
        city = ct.read_city(path, crs=crs, progress=partial(bars, "read"))
        if attributes and key:
            city = city.join(read_table(attributes), on=key, source=Path(attributes).name)
        if mapping:
            city = with_mapping(city, read_mapping(mapping), mapping)
        year = ct.read_weather(weather, default_place=place_of(city))
        if (distance := weather_distance_km(city, year)) > TOO_FAR_KM:
            reason = f"the weather is of {year.place or 'a place'} {distance:,.0f} km from the city"
            raise WeatherError(reason, weather, advice="Use a weather year of the city's climate")
        today = ct.Twin(city, year, network=ct.read_network(network) if network else None)
        twins = [today, *(scenario.apply(today, plan) for plan in plans)]
        assessments = [ct.assess(twin, progress=bars.under(twin.name)) for twin in twins]
        comparison = scenario.compare(assessments, costs) if plans else None
        publish_assessment(
            assessments[0],
            out,
            comparison=comparison,
            command=command_line(context),
            progress=partial(bars, "publish"),
            inputs=[path for path in (attributes, mapping, alternatives) if path],
        )
    facts = sheet_facts(assessments[0], comparison) | {"out": out}
    show(facts, f"{decision_sheet(assessments[0], comparison)}\n\nResults are in {out}", as_json)


def with_mapping(city: ct.CityModel, mapping: dict[str, Any], path: str) -> ct.CityModel:
    """City with a mapping; what is wrong with it names the file."""
    try:
        return city.with_mapping(mapping)
    except ValueError as error:
        raise CityReadError(str(error), path) from error


def command_line(context: click.Context) -> list[str]:
    """The command as given, as a list of arguments, without the options that only shape what is printed."""
    words = ["citytwin", context.command.name or ""]
    for parameter in context.command.params:
        value = context.params[parameter.name or ""]
        if isinstance(parameter, click.Argument):
            words.append(value)
        elif value is not None and parameter.name != "as_json":
            words += [parameter.opts[0], value]
    return words


@cli.command()
@click.argument("directories", metavar="DIR DIR...", nargs=-1, required=True)
@json_option
def compare(directories: tuple[str, ...], as_json: bool) -> None:
    """Compare published runs with the first of them."""
    if len(directories) < 2:
        raise click.UsageError("compare needs at least two folders")
    from citytwin.publish.published import compare_runs, comparison_text

    comparison = compare_runs(directories)
    show(comparison, comparison_text(comparison), as_json)


@cli.command()
@click.argument("directory", metavar="DIR")
@json_option
def view(directory: str, as_json: bool) -> None:
    """Print where the report of a run lies, and open it where there is a terminal."""
    from citytwin.publish.published import report_path

    report = report_path(directory)
    show({"report": str(report)}, str(report), as_json)
    if not as_json and sys.stdout.isatty():
        click.launch(str(report))


@cli.command()
@click.argument("name", required=False)
@click.option("--size", metavar="SIZE", help="Size to run at, or 'smallest'.")
@json_option
def bench(name: str | None, size: str | None, as_json: bool) -> int:
    """Run the benchmarks; they are part of a checkout of the repository, not of the installed package."""
    import subprocess

    root = Path(ct.__file__).parents[2]
    if not (root / "benchmarks" / "__main__.py").is_file():
        raise click.UsageError("the benchmarks are part of the source repository: run this in a checkout of it")
    command = [sys.executable, "-m", "benchmarks", *([name] if name else []), *(["--size", size] if size else [])]
    code = subprocess.run(command, cwd=root, stdout=sys.stderr if as_json else None, check=False).returncode
    if as_json and code == 0:
        click.echo((root / "benchmarks" / "results.json").read_text("utf-8"))
    return code


@cli.command()
@click.argument("record", metavar="run.json")
@json_option
def reproduce(record: str, as_json: bool) -> int:
    """Run a recorded command again and compare its outputs; exit with 1 where they differ."""
    from citytwin.publish.published import changed_outputs, read_record, refuse_changed_inputs

    run = read_record(record)
    refuse_changed_inputs(run, record)
    words = list(run["command"])[1:]
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "run"
        words[words.index("--out") + 1] = str(out)
        with redirect_stdout(io.StringIO()):
            cli.main(args=words, prog_name="citytwin", standalone_mode=False)
        changed = changed_outputs(run, out)
    same = len(run["outputs"]) - len(changed)
    facts = {"same": same, "changed": changed}
    text = "\n".join(
        [f"{same} of {len(run['outputs'])} outputs are the same", *(f"differs: {path}" for path in changed)]
    )
    show(facts, text, as_json)
    return FOUND_ERRORS if changed else 0


@cli.group()
def cache() -> None:
    """Compiled kernels kept between runs."""


@cache.command()
@json_option
def clear(as_json: bool) -> None:
    """Remove the compiled kernels."""
    from citytwin.kernels._jit import clear_cache

    removed = [str(path) for path in clear_cache()]
    show({"removed": removed}, "\n".join(removed) or "nothing to remove", as_json)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every expected error becomes one sentence on standard error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", CityTwinWarning)
        warnings.filterwarnings("always", "Compiled kernels cannot be cached", UserWarning)
        warnings.showwarning = lambda message, *_, **__: click.echo(f"warning: {message}", err=True)
        try:
            thread_count()
        except ValueError as error:
            click.echo(f"error: {error}", err=True)
            return WRONG_USAGE
        try:
            code = cli.main(args=arguments, prog_name="citytwin", standalone_mode=False)
            return code if isinstance(code, int) else 0
        except click.exceptions.Exit as exit_:
            return exit_.exit_code
        except click.ClickException as error:
            click.echo(f"error: {error.format_message()}", err=True)
            return error.exit_code
        except (click.Abort, KeyboardInterrupt):
            click.echo("error: interrupted", err=True)
            return INTERRUPTED
        except CityTwinError as error:
            click.echo(f"error: {error}", err=True)
            if isinstance(error, MissingExtraError):
                return MISSING_EXTRA
            return NOT_WRITABLE if isinstance(error, OutputError) else REFUSED


if __name__ == "__main__":
    sys.exit(main())
