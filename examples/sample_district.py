"""
A district today and for two alternatives
=========================================

Reads the sample city of this repository (buildings of central Helsinki from OpenStreetMap), assesses it, and compares
renovated envelopes and solar roofs with today. Run it in the root of the repository.
"""

# %%
# Read the city and the weather. What is odd about the data is a table, not a guess.
from pathlib import Path
from tempfile import TemporaryDirectory

import citytwin as ct

sample = Path("data/sample_citygml")
city = ct.read_city(sample / "helsinki_centre.gml")
weather = ct.read_weather(sample / "helsinki_synthetic.epw")
print(city)
print(weather)
print(city.findings.to_pandas().groupby(["severity", "name"]).size())

# %%
# Buildings are derived from geometry and attributes; each value says where it comes from.
buildings = city.buildings()
columns = buildings.to_pandas()
print(columns[["use", "use_source", "year_built", "year_built_source", "heated_floor_area"]].head())

# %%
# One call shades, simulates 8,760 hours and accounts emissions.
today = ct.Twin(city, weather)
assessment = ct.assess(today)
print(assessment.kpis.set_index("kpi").loc[["heating_kwh", "heating_kwh_m2", "heat_peak_kw", "co2e_kg_2025"]])

# %%
# Alternatives are data: the same measures could stand in a TOML file, see ``ct.scenario.load_alternatives``.
from citytwin.scenario.alternatives import Alternative, Pv, Retrofit

envelope = Retrofit(where="year_built < 1980", u_wall=0.17, u_roof=0.09, u_window=0.8, heat_recovery=0.7)
plans = [
    Alternative("Renovated envelopes", retrofit=(envelope,)),
    Alternative("Solar roofs", pv=(Pv(min_irradiation_kwh_m2=800, usable_share=0.5),)),
]
alternatives = [ct.assess(ct.scenario.apply(today, plan)) for plan in plans]

# %%
# Differences to today, with the band that what is not known leaves.
comparison = ct.compare([assessment, *alternatives])
table = comparison.table
shown = table[table["kpi"].isin(["heating_kwh", "heat_peak_kw", "pv_kwh", "co2e_kg_2025", "co2e_kg_2040"])]
print(shown[["alternative", "kpi", "value", "difference", "difference_low", "difference_high"]].to_string(index=False))

# %%
# Tables, maps, a report and the record of the run, written as a whole or not at all.
with TemporaryDirectory() as folder:
    for path in assessment.publish(Path(folder) / "district"):
        print(path.name)
