"""
What a new block does to the sun of its neighbours
==================================================

Generates a small city, takes some of its buildings for a plan that does not stand yet, and asks what roofs yield, how
many sun hours facades have, and what the plan takes from whom. Run it in the root of the repository.
"""

# %%
# A synthetic city and a synthetic weather year; read your own with ``ct.read_city`` and ``ct.read_weather``.
from pathlib import Path
from tempfile import TemporaryDirectory

import citytwin as ct

everything = ct.synthetic.city(60, seed=4)
names = everything.buildings().id.tolist()
city, plan = everything.select(ids=names[6:]), everything.select(ids=names[:6])
weather = ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())

# %%
# Irradiation of every wall and roof, shaded by neighbours, with what ground and facades send back. Levels go from
# "draft" to "exact"; hours are made for the rows that ask.
sun = ct.solar.irradiate(city, weather, level="fast")
print(sun)
print(sun.to_pandas()[["area_m2", "annual_kwh_m2", "sky_view"]].describe().round(1))
print("best hour of the brightest face, W/m2:", sun.hourly([int(sun.annual.argmax())]).max().round())

# %%
# Sun hours by storey on two days, every convention stated in the result.
hours = ct.solar.sun_hours(city, ["2026-03-21", "2026-06-22"], weather=weather, timezone="Europe/Helsinki")
print(hours.to_pandas().groupby("kind")[["sun_hours_2026-03-21", "sun_hours_2026-06-22"]].mean().round(1))
print(hours.conventions["time"], hours.conventions["minimum_sun_altitude_deg"])

# %%
# What the plan takes: only places that it can shade are looked at again.
impact = ct.solar.shadow_impact(city, plan, weather, irradiation=sun, level="fast", timezone="Europe/Helsinki")
print(impact.by_building().round(0).head().T)

# %%
# Pictures for the sheet that goes with the plan.
from citytwin.publish.shadow_sheet import shadow_sheet
from citytwin.publish.sun_pictures import impact_map, irradiation_picture

series = ct.solar.shadow_series(
    city, ["2026-03-21", "2026-06-22"], range(8, 20, 2), alternative=everything, weather=weather,
    timezone="Europe/Helsinki",
)  # fmt: skip
with TemporaryDirectory() as folder:
    for path in (
        irradiation_picture(city, sun, Path(folder) / "irradiation.png"),
        impact_map(impact, Path(folder) / "impact.png"),
        shadow_sheet(series, Path(folder) / "sheet.pdf", title="A new block"),
    ):
        print(path.name)
