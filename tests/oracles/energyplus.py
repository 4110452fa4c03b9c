"""A block between party walls for EnergyPlus, as epJSON; weather for it as EPW; and what it answers."""

from __future__ import annotations

import csv
import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from citytwin.energy.elements import Layer
from citytwin.energy.glazing import CLEAR_REFLECTANCE, CLEAR_TRANSMITTANCE
from citytwin.model import Weather

STEFAN_BOLTZMANN = 5.6697e-8


class Block(NamedTuple):
    """A block of flats: plan along the street and across, storeys, windows to the street and to the yard.

    Layers go from outside to inside. Party walls at both ends, slabs and light partitions are inside.
    """

    width: float
    depth: float
    storeys: int
    height: float
    glazed_share: float
    wall: tuple[Layer, ...]
    roof: tuple[Layer, ...]
    floor: tuple[Layer, ...]
    party_wall: tuple[Layer, ...]
    slab: tuple[Layer, ...]
    partition: tuple[Layer, ...]
    panes: int
    air_change_1_h: float
    gains_w_m2: float
    heat_above: float
    cool_below: float

    @property
    def plan(self) -> float:
        """Area of a storey, m2."""
        return self.width * self.depth

    @property
    def facade(self) -> float:
        """Area of street and yard facade together, m2."""
        return 2.0 * self.width * self.height * self.storeys


GROUND_C = (8.0, 7.0, 7.0, 8.0, 10.0, 12.0, 14.0, 15.0, 14.0, 13.0, 11.0, 9.0)
"""Monthly temperature under the floor, degrees Celsius; the same wherever the block stands."""

AIR_DENSITY = 1.204
"""Of standard air at sea level, kg/m3; air exchange is a flow of the standard density of the place."""


def building(block: Block, storeys_apart: bool) -> dict[str, Any]:
    """The block as one zone, or with a zone for each storey."""
    zones = [f"z{k}" for k in range(block.storeys if storeys_apart else 1)]
    high = block.height * (1 if storeys_apart else block.storeys)
    surfaces: dict[str, Any] = {}
    windows: dict[str, Any] = {}
    for k, zone in enumerate(zones):
        z = (k * high, (k + 1) * high)
        _walls(block, zone, z, surfaces, windows)
        below = ("Ground", "", "floor") if k == 0 else ("Surface", f"z{k - 1} top", "slab")
        above = ("Outdoors", "", "roof") if k == len(zones) - 1 else ("Surface", f"z{k + 1} bottom", "slab up")
        corners = [(0, 0), (block.width, 0), (block.width, block.depth), (0, block.depth)]
        _surface(surfaces, f"{zone} bottom", zone, "Floor", [(x, y, z[0]) for x, y in corners[::-1]], *below)
        kind = "Roof" if above[0] == "Outdoors" else "Ceiling"
        _surface(surfaces, f"{zone} top", zone, kind, [(x, y, z[1]) for x, y in corners], *above)
    a_zone = block.storeys // len(zones)
    mass = {f"{zone} partitions": _mass(zone, "partition", 2.0 * block.plan * a_zone) for zone in zones}
    if not storeys_apart:
        mass["slabs"] = _mass("z0", "slab", 2.0 * block.plan * (block.storeys - 1))
    return {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Building": {
            "block": {
                "solar_distribution": "FullExterior", "terrain": "Suburbs", "maximum_number_of_warmup_days": 60
            }
        },
        "GlobalGeometryRules": {
            "g": {
                "starting_vertex_position": "LowerLeftCorner", "vertex_entry_direction": "Counterclockwise",
                "coordinate_system": "World",
            }
        },
        "Timestep": {"t": {"number_of_timesteps_per_hour": 4}},
        "SimulationControl": {
            "s": {
                "run_simulation_for_weather_file_run_periods": "Yes", "run_simulation_for_sizing_periods": "No"
            }
        },
        "RunPeriod": {
            "year": {
                "begin_month": 1, "begin_day_of_month": 1, "end_month": 12, "end_day_of_month": 31,
                "use_weather_file_daylight_saving_period": "No", "use_weather_file_holidays_and_special_days": "No",
            }
        },
        "Site:GroundTemperature:BuildingSurface": {
            "ground": {f"{month}_ground_temperature": value for month, value in zip(MONTHS, GROUND_C, strict=True)}
        },
        "ScheduleTypeLimits": {"any": {}},
        "Schedule:Constant": {
            name: {"schedule_type_limits_name": "any", "hourly_value": value}
            for name, value in (("always", 1.0), ("heat", block.heat_above), ("cool", block.cool_below), ("dual", 4.0))
        },
        "Zone": {zone: {} for zone in zones},
        "BuildingSurface:Detailed": surfaces,
        "FenestrationSurface:Detailed": windows,
        "InternalMass": mass,
        **_materials(block),
        **_services(block, zones, a_zone),
        "Output:Variable": {
            f"o{k}": {"key_value": "*", "variable_name": name, "reporting_frequency": "Hourly"}
            for k, name in enumerate(VARIABLES)
        },
        "OutputControl:Files": {"f": {"output_csv": "Yes", "output_tabular": "No", "output_sqlite": "No"}},
    }  # fmt: skip


MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
HEATING, COOLING = "Zone Ideal Loads Zone Sensible Heating Rate", "Zone Ideal Loads Zone Sensible Cooling Rate"
SUNLIT = "Enclosure Windows Total Transmitted Solar Radiation Rate"
VARIABLES = (HEATING, COOLING, SUNLIT)


def _walls(block: Block, zone: str, z: tuple[float, float], surfaces: dict[str, Any], windows: dict[str, Any]) -> None:
    """Street, yard and party walls of a zone; one window in each facade."""
    w, d = block.width, block.depth
    sides = {"street": ((0, 0), (w, 0)), "yard": ((w, d), (0, d)), "right": ((w, 0), (w, d)), "left": ((0, d), (0, 0))}
    for side, (a, b) in sides.items():
        corners = [(*a, z[0]), (*b, z[0]), (*b, z[1]), (*a, z[1])]
        outdoors = side in ("street", "yard")
        behind = ("Outdoors", "", "wall") if outdoors else ("Adiabatic", "", "party wall")
        _surface(surfaces, f"{zone} {side}", zone, "Wall", corners, *behind)
        if outdoors:
            scale = np.sqrt(block.glazed_share)
            centre = np.mean(corners, axis=0)
            inner = centre + scale * (np.array(corners, float) - centre)
            windows[f"{zone} {side} window"] = {
                "surface_type": "Window", "construction_name": "window", "building_surface_name": f"{zone} {side}",
                "number_of_vertices": 4,
                **{
                    f"vertex_{i + 1}_{axis}_coordinate": float(value)
                    for i, corner in enumerate(inner)
                    for axis, value in zip("xyz", corner, strict=True)
                },
            }  # fmt: skip


def _surface(
    surfaces: dict[str, Any],
    name: str,
    zone: str,
    kind: str,
    corners: list[tuple[float, float, float]],
    boundary: str,
    other: str,
    construction: str,
) -> None:
    outdoors = boundary == "Outdoors"
    axes = ("vertex_x_coordinate", "vertex_y_coordinate", "vertex_z_coordinate")
    surfaces[name] = {
        "surface_type": kind, "construction_name": construction, "zone_name": zone,
        "outside_boundary_condition": boundary, "sun_exposure": "SunExposed" if outdoors else "NoSun",
        "wind_exposure": "WindExposed" if outdoors else "NoWind", "number_of_vertices": 4,
        "vertices": [dict(zip(axes, map(float, corner), strict=True)) for corner in corners],
    }  # fmt: skip
    if other:
        surfaces[name]["outside_boundary_condition_object"] = other


def _mass(zone: str, construction: str, area: float) -> dict[str, Any]:
    return {"construction_name": construction, "zone_or_zonelist_name": zone, "surface_area": area}


PANE = {
    "optical_data_type": "SpectralAverage", "thickness": 0.003048, "conductivity": 1.0,
    "solar_transmittance_at_normal_incidence": CLEAR_TRANSMITTANCE,
    "visible_transmittance_at_normal_incidence": 0.9, "infrared_transmittance_at_normal_incidence": 0.0,
    **{
        f"{side}_side_{name}": value
        for side in ("front", "back")
        for name, value in (
            ("solar_reflectance_at_normal_incidence", CLEAR_REFLECTANCE),
            ("visible_reflectance_at_normal_incidence", 0.08), ("infrared_hemispherical_emissivity", 0.84),
        )
    },
}  # fmt: skip


def _materials(block: Block) -> dict[str, Any]:
    """Layers, panes and constructions."""
    chains = {
        "wall": block.wall, "roof": block.roof, "floor": block.floor, "party wall": block.party_wall,
        "slab": block.slab, "slab up": block.slab[::-1], "partition": block.partition,
    }  # fmt: skip
    materials, constructions = {}, {}
    for name, layers in chains.items():
        names = [f"{name} {k}" for k in range(len(layers))]
        for key, layer in zip(names, layers, strict=True):
            materials[key] = {
                "roughness": "MediumRough", "thickness": layer.thickness, "conductivity": layer.conductivity,
                "density": layer.density, "specific_heat": layer.specific_heat, "thermal_absorptance": 0.9,
                "solar_absorptance": 0.6, "visible_absorptance": 0.6,
            }  # fmt: skip
        constructions[name] = _layers(names)
    constructions["window"] = _layers(
        [name for k in range(block.panes) for name in (("gap",) if k else ()) + ("pane",)]
    )
    return {
        "Material": materials,
        "WindowMaterial:Glazing": {"pane": PANE},
        "WindowMaterial:Gas": {"gap": {"gas_type": "Air", "thickness": 0.012}},
        "Construction": constructions,
    }  # fmt: skip


def _layers(names: list[str]) -> dict[str, str]:
    return {"outside_layer": names[0], **{f"layer_{k + 2}": name for k, name in enumerate(names[1:])}}


def _services(block: Block, zones: list[str], storeys_a_zone: int) -> dict[str, Any]:
    """Air exchange, gains and ideal heating and cooling of every zone."""
    area, volume = block.plan * storeys_a_zone, block.plan * storeys_a_zone * block.height
    return {
        "ZoneInfiltration:DesignFlowRate": {
            f"{zone} air": {
                "zone_or_zonelist_or_space_or_spacelist_name": zone, "schedule_name": "always",
                "design_flow_rate_calculation_method": "Flow/Zone",
                "design_flow_rate": block.air_change_1_h * volume / 3600.0,
                "constant_term_coefficient": 1.0, "density_basis": "Standard",
            }
            for zone in zones
        },
        "OtherEquipment": {
            f"{zone} gains": {
                "fuel_type": "None", "zone_or_zonelist_or_space_or_spacelist_name": zone, "schedule_name": "always",
                "design_level_calculation_method": "EquipmentLevel", "design_level": block.gains_w_m2 * area,
                "fraction_radiant": 0.6,
            }
            for zone in zones
        },
        "ThermostatSetpoint:DualSetpoint": {
            "set": {
                "heating_setpoint_temperature_schedule_name": "heat",
                "cooling_setpoint_temperature_schedule_name": "cool",
            }
        },
        "ZoneControl:Thermostat": {
            f"{zone} control": {
                "zone_or_zonelist_name": zone, "control_type_schedule_name": "dual",
                "control_1_object_type": "ThermostatSetpoint:DualSetpoint", "control_1_name": "set",
            }
            for zone in zones
        },
        "ZoneHVAC:IdealLoadsAirSystem": {
            f"{zone} ideal": {"zone_supply_air_node_name": f"{zone} in", "dehumidification_control_type": "None"}
            for zone in zones
        },
        "ZoneHVAC:EquipmentList": {
            f"{zone} list": {
                "equipment": [
                    {
                        "zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem",
                        "zone_equipment_name": f"{zone} ideal", "zone_equipment_cooling_sequence": 1,
                        "zone_equipment_heating_or_no_load_sequence": 1,
                    }
                ]
            }
            for zone in zones
        },
        "ZoneHVAC:EquipmentConnections": {
            f"{zone} connections": {
                "zone_name": zone, "zone_conditioning_equipment_list_name": f"{zone} list",
                "zone_air_inlet_node_or_nodelist_name": f"{zone} in", "zone_air_node_name": f"{zone} node",
                "zone_return_air_node_or_nodelist_name": f"{zone} return",
            }
            for zone in zones
        },
    }  # fmt: skip


class Answer(NamedTuple):
    """Hourly sums over all zones (8760,), W: heating, cooling, sun through windows."""

    heating: np.ndarray
    cooling: np.ndarray
    sunlit: np.ndarray


def simulate(binary: str, epjson: dict[str, Any], weather: Path, folder: Path) -> Answer:
    """Run EnergyPlus in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "in.epJSON").write_text(json.dumps(epjson))
    done = subprocess.run(
        [binary, "-w", str(weather), "-d", str(folder), str(folder / "in.epJSON")],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError((folder / "eplusout.err").read_text()[-3000:] or done.stderr)
    with (folder / "eplusout.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    table = np.array([[float(value) for value in row[1:]] for row in rows[1:]])
    return Answer(*(table[:, [name in head for head in rows[0][1:]]].sum(1) for name in VARIABLES))


def pressure_ratio(altitude: float) -> float:
    """Of the standard atmosphere at an altitude in m to that at sea level."""
    return float((1.0 - 2.25577e-5 * altitude) ** 5.2559)


def write_epw(weather: Weather, path: Path) -> None:
    """A weather year as EPW, with the infrared radiation of its sky temperature."""
    where = f"0,{weather.latitude},{weather.longitude},{weather.utc_offset_h},{weather.altitude}"
    place = f"LOCATION,{weather.place or 'somewhere'},-,-,-,{where}"
    header = [
        place.replace("\n", " "), "DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0",
        "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,", "COMMENTS 2,",
        "DATA PERIODS,1,1,Data,Monday,1/1,12/31",
    ]  # fmt: skip
    pressure = 101325.0 * pressure_ratio(weather.altitude)
    humidity = np.clip(weather.relative_humidity, 1.0, 100.0)
    gamma = np.log(humidity / 100.0) + 17.62 * weather.temp_air / (243.12 + weather.temp_air)
    dew = 243.12 * gamma / (17.62 - gamma)
    infrared = STEFAN_BOLTZMANN * (weather.sky_temperature + 273.15) ** 4
    lines, day = list(header), 0
    for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1):
        for date in range(1, days + 1):
            for hour in range(24):
                h = 24 * day + hour
                lines.append(
                    f"2001,{month},{date},{hour + 1},60,A,{weather.temp_air[h]:.2f},{dew[h]:.2f},{humidity[h]:.1f},"
                    f"{pressure:.0f},9999,9999,{infrared[h]:.2f},{weather.ghi[h]:.2f},{weather.dni[h]:.2f},"
                    f"{weather.dhi[h]:.2f},999999,999999,999999,9999,180,{weather.wind_speed[h]:.2f},5,5,9999,99999,9,"
                    f"999999999,0,0.0,0,88,0.2,0,0"
                )
            day += 1
    path.write_text("\n".join(lines) + "\n")
