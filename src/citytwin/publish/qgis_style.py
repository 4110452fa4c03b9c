"""A saved QGIS style, stored in the GeoPackage so that the layer opens coloured.

QGIS reads the table ``layer_styles`` of a GeoPackage and applies the row marked as default
(QGIS user manual, "Saving and loading styles").
"""

from __future__ import annotations

import sqlite3
from html import escape

import numpy as np

from citytwin.publish.heat_classes import COLOURS, NOT_SIMULATED, UPPER_KWH_M2, class_labels

STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
    f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
    description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""
CHANGE_COUNTERS = (slice(24, 28), slice(92, 96))
"""Fields of the header that count transactions and must agree; https://www.sqlite.org/fileformat.html section 1.3.7."""
EPOCH = "2001-01-01T00:00:00.000Z"


def heat_demand_qml(column: str) -> str:
    """QML of a rule-based polygon style by heat demand.

    Parameters
    ----------
    column : str
        Field with the net heat demand, kWh/(m2 a); empty where a building is not simulated.
    """
    rules, symbols = [], []
    lows = (0.0, *UPPER_KWH_M2[:-1])
    for index, (low, high, colour, label) in enumerate(zip(lows, UPPER_KWH_M2, COLOURS, class_labels(), strict=True)):
        upper = "" if np.isinf(high) else f' AND "{column}" <= {high:g}'
        lower = f'"{column}" > {low:g}' if index else f'"{column}" IS NOT NULL'
        rules.append((f"{lower}{upper}", f"{label} kWh/(m2 a)"))
        symbols.append(colour)
    rules.append((f'"{column}" IS NULL', "not simulated"))
    symbols.append(NOT_SIMULATED)
    rule_xml = "".join(
        f'<rule key="r{i}" symbol="{i}" filter="{escape(condition)}" label="{escape(label)}"/>'
        for i, (condition, label) in enumerate(rules)
    )
    symbol_xml = "".join(
        f'<symbol type="fill" name="{i}" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map">'
        f'<Option type="QString" name="color" value="{_rgba(colour)}"/>'
        '<Option type="QString" name="outline_color" value="90,90,90,255"/>'
        '<Option type="QString" name="outline_width" value="0.15"/></Option></layer></symbol>'
        for i, colour in enumerate(symbols)
    )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        '<qgis version="3.28" styleCategories="Symbology"><renderer-v2 type="RuleRenderer" symbollevels="0">'
        f'<rules key="all">{rule_xml}</rules><symbols>{symbol_xml}</symbols></renderer-v2></qgis>'
    )


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def with_style(geopackage: bytes, table: str, column: str) -> bytes:
    """GeoPackage with the heat-demand style as the default of a layer.

    Time stamps and change counters are fixed, so that equal content has equal bytes.
    """
    connection = sqlite3.connect(":memory:")
    connection.deserialize(geopackage)
    with connection:
        connection.execute(STYLE_TABLE)
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
            " VALUES ('', '', ?, 'geom', 'heat demand', ?, '', 1, 'Net heat demand, kWh per heated m2', '', ?)",
            (table, heat_demand_qml(column), EPOCH),
        )
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)",
            (EPOCH,),
        )
        connection.execute("UPDATE gpkg_contents SET last_change = ?", (EPOCH,))
    data = bytearray(connection.serialize())
    connection.close()
    for field in CHANGE_COUNTERS:
        data[field] = bytes([0, 0, 0, 1])
    return bytes(data)
