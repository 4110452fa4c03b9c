"""How fast synthetic cities and weather years come into being; there is no peer for either."""

from __future__ import annotations

from benchmarks.registry import BenchSpec, register


def build_city(n: int) -> int:
    import citytwin

    citytwin.synthetic.city(16)
    return n


def make_city(n: int) -> float:
    import citytwin

    return float(citytwin.synthetic.city(n).n_buildings)


def build_weather(n: int) -> tuple[int, dict[str, object]]:
    import citytwin

    normals = citytwin.synthetic.helsinki_normals()
    citytwin.synthetic.weather(60.17, 24.94, normals)
    return n, normals


def make_weather(state: tuple[int, dict[str, object]]) -> float:
    import citytwin

    n, normals = state
    for seed in range(n):
        citytwin.synthetic.weather(60.17, 24.94, normals, seed=seed)
    return float(n)


register(
    BenchSpec(
        name="synthetic_city",
        unit="buildings/s",
        sizes=(1_000, 100_000),
        build=build_city,
        ours=make_city,
        phases=("time", "memory"),
    )
)
register(BenchSpec(name="synthetic_weather", unit="years/s", sizes=(1, 10), build=build_weather, ours=make_weather))
