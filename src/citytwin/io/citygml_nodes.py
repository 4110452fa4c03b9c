"""What is added to a building of a CityGML document: its nodes as text, laid out as their neighbours are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from citytwin.io._losses import Losses
from citytwin.io._xml_text import content
from citytwin.io.citygml_results import Demand, Value

SET = "citytwin"
"""Name of the set of attributes, and in CityGML 1.0, which has no sets, the first word of their names."""
MARK = "citytwin-demand-"
"""How the identifiers of energy demands begin."""
ENERGY = "http://www.sig3d.org/citygml/2.0/energy/1.0"
YEAR = ("2001-01-01T00:00:00", "2002-01-01T00:00:00")
"""The nominal year of the results."""
GML_SPACES = frozenset({"http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2"})


@dataclass(frozen=True)
class Dialect:
    """A version of CityGML, by its namespaces.

    Parameters
    ----------
    version : str
    core, building, generics, gml : str
    leading : frozenset of str
        Local names of the properties in the namespace `core` that stand before the generic attributes.
    """

    version: str
    core: str
    building: str
    generics: str
    gml: str
    leading: frozenset[str]


def _dialect(version: str, gml: str, leading: Iterable[str]) -> Dialect:
    base = "http://www.opengis.net/citygml"
    names = (f"{base}/{version}", f"{base}/building/{version}", f"{base}/generics/{version}")
    return Dialect(version, *names, gml, frozenset(leading))


_OF_OBJECT = ("creationDate", "terminationDate", "externalReference", "generalizesTo")
_RELATIVE = ("relativeToTerrain", "relativeToWater")
_OF_3 = ("validFrom", "validTo", "relatedTo", "appearance", "genericAttribute")
DIALECTS = (
    _dialect("1.0", "http://www.opengis.net/gml", _OF_OBJECT),
    _dialect("2.0", "http://www.opengis.net/gml", (*_OF_OBJECT, *_RELATIVE)),
    _dialect("3.0", "http://www.opengis.net/gml/3.2", (*_OF_OBJECT, *_RELATIVE, *_OF_3)),
)
"""OGC 08-007r1, 12-019 and 21-006r2: generic attributes stand behind these properties of a city object."""


class Node(NamedTuple):
    """An element: namespace, local name, attributes as (namespace, local name, value), and its text or children."""

    space: str
    name: str
    attributes: tuple[tuple[str, str, str], ...] = ()
    content: str | Sequence[Node] = ""


@dataclass(frozen=True)
class Layout:
    """Prefixes in scope and white space.

    Parameters
    ----------
    prefixes : mapping
        Prefix of each namespace; "" for the default namespace.
    line : str
        Line break and indentation of a property of the building; "" to write all in one line.
    step : str
        What a level is indented by.
    """

    prefixes: Mapping[str, str]
    line: str
    step: str


def prefixes_of(bindings: Mapping[str, str]) -> dict[str, str]:
    """Prefix of each namespace among those in scope; that of GML can be used for attributes."""
    named = {space: prefix for prefix, space in bindings.items() if prefix}
    default = bindings.get("", "")
    return named if default in named or default in GML_SPACES else {**named, default: ""}


def added_nodes(
    identifier: str, dialect: Dialect, values: Iterable[Value], demands: Iterable[Demand], losses: Losses
) -> list[Node]:
    """Nodes that carry the results of one building."""
    values = list(values)
    nodes: list[Node] = []
    if dialect.version == "1.0":
        nodes += [_named(dialect.generics, _without_unit(value, losses)) for value in values]
    elif values and dialect.version == "2.0":
        inner = [_named(dialect.generics, value) for value in values]
        nodes.append(Node(dialect.generics, "genericAttributeSet", (("", "name", SET),), inner))
    elif values:
        inner = [Node(dialect.generics, "name", (), SET), *(_typed(dialect.generics, value) for value in values)]
        whole = Node(dialect.generics, "GenericAttributeSet", (), inner)
        nodes.append(Node(dialect.core, "genericAttribute", (), [whole]))
    return nodes + [_demand(identifier, dialect.gml, demand) for demand in demands]


def _without_unit(value: Value, losses: Losses) -> Value:
    name = f"{SET}:{value.name}"
    if value.type != "measure":
        return value._replace(name=name)
    losses.add("ATTRIBUTE_CHANGED", f"{value.name} without its unit {value.unit}, which CityGML 1.0 cannot say")
    return Value(name, "double", value.text, "")


def _value(generics: str, value: Value) -> Node:
    return Node(generics, "value", (("", "uom", value.unit),) if value.unit else (), value.text)


def _named(generics: str, value: Value) -> Node:
    """A generic attribute of CityGML 1.0 and 2.0."""
    return Node(generics, f"{value.type}Attribute", (("", "name", value.name),), [_value(generics, value)])


def _typed(generics: str, value: Value) -> Node:
    """A generic attribute of CityGML 3.0, inside a set."""
    parts = [Node(generics, "name", (), value.name), _value(generics, value)]
    return Node(generics, "genericAttribute", (), [Node(generics, f"{value.type.capitalize()}Attribute", (), parts)])


def _demand(identifier: str, gml: str, demand: Demand) -> Node:
    """An energy demand of the Energy ADE 1.0 with one value a month."""

    def energy(name: str, *parts: Node, text: str = "", attributes: tuple[tuple[str, str, str], ...] = ()) -> Node:
        return Node(ENERGY, name, attributes, parts or text)

    begin, end = YEAR
    period = Node(gml, "TimePeriod", (), [Node(gml, "beginPosition", (), begin), Node(gml, "endPosition", (), end)])
    series = energy(
        "RegularTimeSeries",
        energy(
            "variableProperties",
            energy(
                "TimeValuesProperties",
                energy("acquisitionMethod", text="simulation"),
                energy("interpolationType", text="succeedingTotal"),
                energy("source", text=SET),
            ),
        ),
        energy("temporalExtent", period),
        energy("timeInterval", text="1", attributes=(("", "unit", "month"),)),
        energy("values", text=" ".join(map(repr, demand.months)), attributes=(("", "uom", "kWh"),)),
    )
    name = f"{MARK}{identifier}-{demand.end_use}"
    parts = (energy("energyAmount", series), energy("endUse", text=demand.end_use))
    return energy("demands", energy("EnergyDemand", *parts, attributes=((gml, "id", name),)))


def rendered(nodes: Iterable[Node], layout: Layout) -> str:
    """Nodes as text, each on a line of its own where the document has lines; prefixes out of scope are declared."""
    parts = []
    for node in nodes:
        missing = sorted(_spaces(node) - layout.prefixes.keys())
        declared = {space: _prefix(space) for space in missing}
        spaces = tuple(("", f"xmlns:{prefix}", space) for space, prefix in declared.items())
        inner = Layout({**layout.prefixes, **declared}, layout.line, layout.step)
        parts.append(layout.line + _rendered(node._replace(attributes=spaces + node.attributes), inner, layout.line))
    return "".join(parts)


def _rendered(node: Node, layout: Layout, line: str) -> str:
    tag = _qualified(layout.prefixes[node.space], node.name)
    attributes = "".join(
        f" {_qualified(layout.prefixes[space] if space else '', name)}={quoteattr(value)}"
        for space, name, value in node.attributes
    )
    if isinstance(node.content, str):
        return f"<{tag}{attributes}>{content(node.content)}</{tag}>"
    inner = line + layout.step if line else ""
    children = "".join(inner + _rendered(child, layout, inner) for child in node.content)
    return f"<{tag}{attributes}>{children}{line}</{tag}>"


def _qualified(prefix: str, name: str) -> str:
    return f"{prefix}:{name}" if prefix else name


def _spaces(node: Node) -> set[str]:
    children = () if isinstance(node.content, str) else node.content
    own = {node.space, *(space for space, _, _ in node.attributes if space)}
    return own.union(*map(_spaces, children))


def _prefix(space: str) -> str:
    if space == ENERGY:
        return "energy"
    if space in GML_SPACES:
        return "gml"
    return "gen" if "/generics/" in space else "core"
