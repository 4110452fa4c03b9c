"""A building as input of EnergyPlus (epJSON): one zone with ideal loads, from the same tables as our own model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.air_exchange import air_exchange, airing_conductance
from citytwin.energy.climate import MONTH_OF_DAY, check_climate, seasonal_wave
from citytwin.energy.constructions import Layers, element_layers, on_soil
from citytwin.energy.envelope import ground_conductance, inner_areas, window_areas
from citytwin.energy.inputs import check_overrides, check_setpoints
from citytwin.energy.lanes import Lanes
from citytwin.energy.measures import SET_POINT
from citytwin.energy.schedules import build_schedules
from citytwin.energy.stock import MODES, Stock, load_stock
from citytwin.model._cast import as_rows
from citytwin.model.enums import GroupKind

if TYPE_CHECKING:
    from pathlib import Path

    from citytwin.model.buildings import Buildings
    from citytwin.model.weather import Weather

Objects = dict[str, dict[str, dict[str, Any]]]

VERSION = "25.2"
ZONE = "zone"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
AIR_J_KGK, AIR_J_KG_K_GAS = 1006.0, 287.055
"""Specific heat and gas constant of dry air."""
CELL_M, CELL_R = 0.05, 2e-3
"""Thickness and resistance, m2 K/W, of a layer that stands for a cell of an element."""
STONE_W_MK, STONE_KG_M3, STONE_J_KGK = 2.0, 2400.0, 1000.0
"""Concrete of the mass inside, ISO 10456:2007, Table 3."""
LEAST_R = 1e-4
"""Resistance between cells below which no layer stands for it, m2 K/W."""
MOST_GLAZED = 0.95
SIMPLE_U = (0.3, 5.8)
"""U-values that the simple glazing of EnergyPlus takes, W/(m2 K)."""


def energyplus_model(
    buildings: Buildings,
    row: int,
    weather: Weather,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    use: str = "operated",
) -> Objects:
    """One building as an epJSON object of EnergyPlus 25.2, to be checked against an independent program.

    Areas, orientations, U-values, glass, air exchange, gains, set-points, airing and ground are those of
    :func:`simulate`, and so are the cells of walls, roof, floors and inner mass that store heat. Surfaces
    stand apart in a convex ring, so that every one sees the whole sky and the zone gets its volume by number:
    shading by neighbours, unlike in our model, is left out. Party walls are adiabatic and left out. Flows of air are
    such that they carry at the mean temperature and the height of the place what they carry in our model.

    Parameters
    ----------
    buildings : Buildings
    row : int
        Of a building that is simulated.
    weather : Weather
        Gives the temperatures of the ground; EnergyPlus itself reads the EPW file.
    stock : Stock, mapping, path or None
    use : {"operated", "standard"}

    Returns
    -------
    dict of class to name to fields
        JSON-able; hourly energy of ideal heating and cooling goes to an SQLite output.

    Raises
    ------
    ValueError
        Unknown `use`, a row out of range, an override that cannot be, or a building that is not simulated, and why.
    WeatherError
        Air or sky temperature is missing in some hour.

    References
    ----------
    EnergyPlus 25.2, Input Output Reference. Ground: ISO 13370:2017, as a floor of the same conductance on ground whose
    temperature carries the part that follows the seasons.

    Examples
    --------
    >>> import citytwin as ct
    >>> year = ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())
    >>> model = energyplus_model(ct.synthetic.city(2, seed=1).buildings(), 0, year)
    >>> sorted(model)[:3], len(model["Zone"])
    (['Building', 'BuildingSurface:Detailed', 'Construction'], 1)
    """
    if use not in MODES:
        raise ValueError(f"use must be one of {', '.join(MODES)}, not {use!r}")
    row = int(as_rows([row], "row", len(buildings))[0])
    if buildings.exclusion[row]:
        raise ValueError(f"building {buildings.id[row]!r} is not simulated: {buildings.exclusion[row]}")
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    ours = buildings.take(np.array([row]))
    check_overrides(ours)
    check_climate(weather)
    lanes = Lanes(ours, tables, use)
    check_setpoints(lanes)
    objects = _frame(str(ours.id[0]), ours)
    _add_envelope(objects, ours, lanes, weather)
    _add_use(objects, lanes, _air_capacity(weather))
    return objects


def _frame(name: str, ours: Buildings) -> Objects:
    """Everything that is no physics: version, control, zone, ideal loads, output."""
    dates = {"begin_month": 1, "begin_day_of_month": 1, "end_month": 12, "end_day_of_month": 31}
    plain = {"use_weather_file_holidays_and_special_days": "No", "use_weather_file_daylight_saving_period": "No"}
    no = ("do_zone_sizing_calculation", "do_system_sizing_calculation", "do_plant_sizing_calculation",
          "run_simulation_for_sizing_periods")  # fmt: skip
    return {
        "Version": {"version": {"version_identifier": VERSION}},
        "SimulationControl": {
            "control": dict.fromkeys(no, "No") | {"run_simulation_for_weather_file_run_periods": "Yes"}
        },
        "Building": {name: {"terrain": "City", "solar_distribution": "FullExterior", "north_axis": 0.0}},
        "Timestep": {"timestep": {"number_of_timesteps_per_hour": 4}},
        "GlobalGeometryRules": {
            "rules": {"starting_vertex_position": "UpperLeftCorner", "vertex_entry_direction": "Counterclockwise",
                      "coordinate_system": "World"}
        },
        "RunPeriod": {"year": dates | plain | {"day_of_week_for_start_day": "Monday"}},
        "Zone": {
            ZONE: {
                "volume": float(ours.volume[0]), "floor_area": float(ours.heated_floor_area[0]),
                "part_of_total_floor_area": "Yes",
            }
        },
        "ScheduleTypeLimits": {"any": {}},
        "Construction": {},
        "Material": {},
        "Material:NoMass": {},
        "BuildingSurface:Detailed": {},
        "FenestrationSurface:Detailed": {},
        "ZoneHVAC:IdealLoadsAirSystem": {
            "ideal": {"zone_supply_air_node_name": "supply", "dehumidification_control_type": "None",
                      "humidification_control_type": "None"}
        },
        "ZoneHVAC:EquipmentList": {
            "list": {
                "load_distribution_scheme": "SequentialLoad",
                "equipment": [
                    {"zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem", "zone_equipment_name": "ideal",
                     "zone_equipment_cooling_sequence": 1, "zone_equipment_heating_or_no_load_sequence": 1}
                ],
            }
        },
        "ZoneHVAC:EquipmentConnections": {
            "connections": {"zone_name": ZONE, "zone_conditioning_equipment_list_name": "list",
                            "zone_air_inlet_node_or_nodelist_name": "supply", "zone_air_node_name": "air",
                            "zone_return_air_node_or_nodelist_name": "return"}
        },
        "Output:SQLite": {"sqlite": {"option_type": "Simple"}},
        "Output:Variable": {
            word: {"key_value": "*", "variable_name": f"Zone Ideal Loads Zone Sensible {word} Energy",
                   "reporting_frequency": "Hourly"}
            for word in ("Heating", "Cooling")
        },
    }  # fmt: skip


def _add_envelope(objects: Objects, ours: Buildings, lanes: Lanes, weather: Weather) -> None:
    """Walls with windows, roofs, floors and the mass inside."""
    tables = lanes.stock
    bridges = 1.0 + tables.constant("bridge_share")
    u_wall, u_roof, u_floor, u_window = (float(lanes.chosen(f"u_{k}")[0]) for k in ("wall", "roof", "floor", "window"))
    u_outer = float(np.fmin(lanes.aged("u_outer_floor"), lanes.override("u_floor"))[0])
    ground = float(ours.ground_area[0])
    steady, season = ground_conductance(ours.ground_area, ours.exposed_perimeter, lanes.chosen("u_floor"), tables)
    for name, u in (("wall", u_wall), ("roof", u_roof), ("outer_floor", u_outer)):
        layers = element_layers(lanes, name, np.array([u * bridges]))
        _add_construction(objects, name, layers, tables.constant("absorptance"))
    if ground > 0:
        soil = (tables.constant("soil_conductivity"), tables.constant("soil_heat_capacity"))
        floor = element_layers(lanes, "ground_floor", np.array([u_floor]))
        layers = on_soil(floor, np.array([u_floor]), steady / ground, soil)
        _add_construction(objects, "ground_floor", layers, tables.constant("absorptance"))

    glass = float(lanes.chosen("g_window", _glass(lanes))[0])
    shade = tables.constant("glazed_share") * tables.constant("curtain_factor")
    objects["WindowMaterial:SimpleGlazingSystem"] = {
        "glass": {"u_factor": float(np.clip(u_window, *SIMPLE_U)), "solar_heat_gain_coefficient": glass * shade}
    }
    objects["Construction"]["window"] = {"outside_layer": "glass"}

    height = float(ours.height[0])
    walls = ours.group_kind == GroupKind.WALL
    total = float(ours.group_area[walls].sum())
    glazed = min(float(window_areas(ours, tables)[0]) / total, MOST_GLAZED) if total > 0 else 0.0
    for number, (kind, azimuth, tilt, area) in enumerate(
        zip(ours.group_kind, ours.group_azimuth, ours.group_tilt, ours.group_area, strict=True)
    ):
        if area < 1e-3 or kind == GroupKind.GROUND:
            continue
        name = f"{GroupKind(int(kind)).word}_{number}"
        wall = kind == GroupKind.WALL
        corners = _rectangle(float(area), float(np.nan_to_num(azimuth)), float(tilt), height, wall)
        construction, surface = {
            GroupKind.WALL: ("wall", "Wall"), GroupKind.ROOF: ("roof", "Roof"),
            GroupKind.OUTER_FLOOR: ("outer_floor", "Floor"),
        }[GroupKind(int(kind))]  # fmt: skip
        _add_surface(objects, name, surface, construction, corners, "Outdoors", kind != GroupKind.OUTER_FLOOR)
        if wall and glazed > 0:
            _add_window(objects, name, corners, glazed)
    if ground > 0:
        corners = _rectangle(ground, 0.0, 180.0, 0.0, False)
        _add_surface(objects, "ground", "Floor", "ground_floor", corners, "Ground", False)
    unheated = tables.constant("unheated_factor") * float(ours.unheated_wall_area[0])
    if unheated > 0:
        corners = _rectangle(unheated, 0.0, 90.0, height, True)
        _add_surface(objects, "to_unheated", "Wall", "wall", corners, "Outdoors", False)
    objects["Site:GroundTemperature:BuildingSurface"] = {
        "ground": _ground(weather, float(season[0] / max(steady[0], 1e-9)))
    }

    mass_area, stored = _inner_mass(lanes)
    thickness = stored / mass_area / (STONE_KG_M3 * STONE_J_KGK)
    objects["Material"]["stone"] = {
        "thickness": thickness, "conductivity": STONE_W_MK, "density": STONE_KG_M3, "specific_heat": STONE_J_KGK,
        "roughness": "Smooth",
    }  # fmt: skip
    objects["Construction"]["mass"] = {"outside_layer": "stone"}
    objects["InternalMass"] = {
        "mass": {"construction_name": "mass", "zone_or_zonelist_name": ZONE, "surface_area": mass_area}
    }


def _inner_mass(lanes: Lanes) -> tuple[float, float]:
    """Faces of slabs, partitions and party walls, m2, and the heat they store, J/K."""
    faces, stored = 0.0, 0.0
    for element, area in inner_areas(lanes).items():
        faces += float(area[0]) * (1.0 if element == "party_wall" else 2.0)
        stored += float(area[0]) * float(element_layers(lanes, element).capacity[0].sum())
    return faces, stored


def _glass(lanes: Lanes) -> Any:
    """Transmittance of the glass by the tables, that of today where better windows have been put in."""

    def glass(_: str) -> NDArray[np.float64]:
        built = lanes.aged("g_perpendicular")
        renewed = lanes.override("u_window") < lanes.aged("u_window")
        return np.where(renewed, np.minimum(built, lanes.newest("g_perpendicular")), built)

    return glass


def _add_construction(objects: Objects, name: str, layers: Layers, absorptance: float) -> None:
    """The cells of an element from outside to inside, each with the resistance to the next between them.

    A cell is a layer of :data:`CELL_R` that stores its heat; the innermost reaches to the inner face.
    """
    capacity, resistance = layers.capacity[0], layers.resistance[0].copy()
    own = np.full(len(capacity), CELL_R)
    own[-1] = 2.0 * resistance[-1]
    found: list[str] = []
    for k, (stored, r) in enumerate(zip(capacity.tolist(), own.tolist(), strict=True)):
        before = float(resistance[k]) - 0.5 * (r + (float(own[k - 1]) if k else 0.0))
        if before > LEAST_R:
            found.append(f"{name}_r{k}")
            objects["Material:NoMass"][found[-1]] = {
                "thermal_resistance": before, "solar_absorptance": absorptance, "roughness": "MediumRough",
            }  # fmt: skip
        found.append(f"{name}_c{k}")
        objects["Material"][found[-1]] = {
            "thickness": CELL_M, "conductivity": CELL_M / r, "density": stored / (CELL_M * STONE_J_KGK),
            "specific_heat": STONE_J_KGK, "solar_absorptance": absorptance, "roughness": "MediumRough",
        }  # fmt: skip
    rest = {f"layer_{k}": layer for k, layer in enumerate(found[1:], start=2)}
    objects["Construction"][name] = {"outside_layer": found[0]} | rest


def _rectangle(area: float, azimuth: float, tilt: float, height: float, wall: bool) -> NDArray[np.float64]:
    """Corners (4, 3) of a rectangle with this area and outward normal, upper left first, seen from outside.

    Walls are as high as the building; others are squares. Each lies off the middle along its normal, so that none
    stands in front of another.
    """
    a, t = np.radians([azimuth, tilt])
    normal = np.array([np.sin(t) * np.sin(a), np.sin(t) * np.cos(a), np.cos(t)])
    left = np.array([np.cos(a), -np.sin(a), 0.0])
    up = np.cross(normal, -left)
    tall = height if wall else np.sqrt(area)
    wide = area / tall
    aside = 2.0 * np.sqrt(area) + 50.0
    middle = aside * normal * [1.0, 1.0, 0.0] + [0.0, 0.0, 0.5 * height if wall else height]
    half_left, half_up = 0.5 * wide * left, 0.5 * tall * up
    if not wall and 0.0 < tilt < 90.0:
        middle[2] += 0.5 * tall
    return middle + np.array([half_left + half_up, half_left - half_up, -half_left - half_up, -half_left + half_up])


def _add_surface(
    objects: Objects, name: str, kind: str, construction: str, corners: NDArray[np.float64], beyond: str, sunlit: bool
) -> None:
    objects["BuildingSurface:Detailed"][name] = {
        "surface_type": kind,
        "construction_name": construction,
        "zone_name": ZONE,
        "outside_boundary_condition": beyond,
        "sun_exposure": "SunExposed" if sunlit else "NoSun",
        "wind_exposure": "WindExposed" if beyond == "Outdoors" else "NoWind",
        "vertices": [
            {f"vertex_{axis}_coordinate": float(value) for axis, value in zip("xyz", corner, strict=True)}
            for corner in corners
        ],
    }


def _add_window(objects: Objects, wall: str, corners: NDArray[np.float64], share: float) -> None:
    """Window of this share in the middle of a wall."""
    middle = corners.mean(axis=0)
    inner = middle + np.sqrt(share) * (corners - middle)
    fields: dict[str, Any] = {
        "surface_type": "Window", "construction_name": "window", "building_surface_name": wall, "number_of_vertices": 4,
    }  # fmt: skip
    for number, corner in enumerate(inner, start=1):
        for axis, value in zip("xyz", corner, strict=True):
            fields[f"vertex_{number}_{axis}_coordinate"] = float(value)
    objects["FenestrationSurface:Detailed"][f"{wall}_window"] = fields


def _ground(weather: Weather, seasonal: float) -> dict[str, float]:
    """Temperature below the floor by month: the mean of the air, and the part of its delayed wave that is felt."""
    month = np.repeat(MONTH_OF_DAY, 24)
    wave = np.bincount(month, seasonal_wave(weather.temp_air)) / np.bincount(month)
    names = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
             "november", "december")  # fmt: skip
    mean = float(weather.temp_air.mean())
    return {f"{name}_ground_temperature": mean + seasonal * float(w) for name, w in zip(names, wave, strict=True)}


def _air_capacity(weather: Weather) -> float:
    """Heat capacity of outdoor air at its mean temperature and the standard pressure of the height, J/(m3 K)."""
    pressure = 101_325.0 * (1.0 - 2.25577e-5 * weather.altitude) ** 5.2559
    return AIR_J_KGK * pressure / (AIR_J_KG_K_GAS * (273.15 + float(weather.temp_air.mean())))


def _add_use(objects: Objects, lanes: Lanes, air_j_m3k: float) -> None:
    """Gains, set-points, air exchange and airing by hour of the week."""
    tables = lanes.stock
    schedules = build_schedules(lanes.shares, tables, lanes.mode)
    air, profiles = air_exchange(lanes, schedules), schedules.profiles
    floor_area = float(lanes.floor_area[0])
    state = profiles.ventilation_state[0].astype(int)
    heating = profiles.heating_setpoint[0] + np.nan_to_num(lanes.override(SET_POINT)[0])
    warmest = float(heating.max())
    cooled = bool(lanes.aged("cooled")[0] >= 0.5)
    airing = air.recovered[0] + (0.0 if cooled else float(airing_conductance(lanes)[0]))
    circulation = lanes.aged("circulation_loss")[0] * floor_area * tables.constant("circulation_useful_share") / 8.76
    weekly = {
        "gains": profiles.gains[0] * floor_area + circulation,
        "air": air.conductance[0][state] / air_j_m3k,
        "airing": airing[state] / air_j_m3k,
    }
    largest = {name: max(float(values.max()), 1e-9) for name, values in weekly.items()}
    for name, values in weekly.items():
        _add_schedule(objects, name, values / largest[name])
    _add_schedule(objects, "heating", heating)
    _add_schedule(objects, "cooling", profiles.cooling_setpoint[0])
    _add_schedule(objects, "control", np.full(168, 4.0 if cooled else 1.0))
    objects["OtherEquipment"] = {
        "gains": {
            "zone_or_zonelist_or_space_or_spacelist_name": ZONE, "schedule_name": "gains", "fuel_type": "None",
            "design_level_calculation_method": "EquipmentLevel", "design_level": largest["gains"],
            "fraction_radiant": 0.5,
        }
    }  # fmt: skip
    in_zone = {"zone_or_zonelist_or_space_or_spacelist_name": ZONE, "design_flow_rate_calculation_method": "Flow/Zone"}
    objects["ZoneInfiltration:DesignFlowRate"] = {
        "air": in_zone | {"schedule_name": "air", "design_flow_rate": largest["air"], "constant_term_coefficient": 1.0}
    }
    objects["ZoneVentilation:DesignFlowRate"] = {
        "airing": in_zone | {
            "schedule_name": "airing", "design_flow_rate": largest["airing"], "ventilation_type": "Natural",
            "constant_term_coefficient": 1.0, "delta_temperature": 0.0,
            "minimum_indoor_temperature": max(tables.constant("airing_temperature"), warmest),
        }
    }  # fmt: skip
    kind, fields = "ThermostatSetpoint:SingleHeating", {"setpoint_temperature_schedule_name": "heating"}
    if cooled:
        kind = "ThermostatSetpoint:DualSetpoint"
        fields = {f"{word}_setpoint_temperature_schedule_name": word for word in ("heating", "cooling")}
    objects[kind] = {"setpoint": fields}
    objects["ZoneControl:Thermostat"] = {
        "thermostat": {
            "zone_or_zonelist_name": ZONE, "control_type_schedule_name": "control", "control_1_object_type": kind,
            "control_1_name": "setpoint",
        }
    }  # fmt: skip


def _add_schedule(objects: Objects, name: str, weekly: NDArray[np.floating]) -> None:
    """A week that begins on Monday (168,), the same all year."""
    for day, values in zip(DAYS, weekly.reshape(7, 24), strict=True):
        hours = {f"hour_{hour}": float(value) for hour, value in enumerate(values, start=1)}
        objects.setdefault("Schedule:Day:Hourly", {})[f"{name}_{day}"] = {"schedule_type_limits_name": "any"} | hours
    days = {f"{day}_schedule_day_name": f"{name}_{day}" for day in DAYS}
    special = ("holiday", "summerdesignday", "winterdesignday", "customday1", "customday2")
    days |= {f"{day}_schedule_day_name": f"{name}_sunday" for day in special}
    objects.setdefault("Schedule:Week:Daily", {})[f"{name}_week"] = days
    whole = {"schedule_week_name": f"{name}_week", "start_month": 1, "start_day": 1, "end_month": 12, "end_day": 31}
    objects.setdefault("Schedule:Year", {})[name] = {"schedule_type_limits_name": "any", "schedule_weeks": [whole]}
