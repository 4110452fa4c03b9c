"""Which buildings a measure applies to: ids and a small condition language, read by syntax tree and never executed."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import ScenarioError
from citytwin.model.enums import Carrier, Grade, Status, Use

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings
    from citytwin.model.city import CityModel
    from citytwin.scenario.alternatives import Selection

NUMBERS = {
    "year_built": "year_built", "storeys": "storeys", "height_m": "height", "volume_m3": "volume",
    "permitted_floor_area_m2": "permitted_floor_area", "total_floor_area_m2": "total_floor_area",
    "gross_floor_area_m2": "gross_floor_area", "heated_floor_area_m2": "heated_floor_area",
    "footprint_area_m2": "footprint_area", "wall_area_m2": "wall_area", "party_wall_area_m2": "party_wall_area",
    "roof_area_m2": "roof_area", "window_area_m2": "window_area",
}  # fmt: skip
WORDS = {"use": Use, "status": Status, "carrier": Carrier, "quality": Grade}
LONGEST = 1000


@dataclass(frozen=True)
class Truth:
    """Outcome of a condition by building: surely true, surely false, or neither where a value is missing."""

    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]


def select(
    selection: Selection, buildings: Buildings, city: CityModel, eligible: NDArray[np.bool_], purpose: str
) -> tuple[str, ...]:
    """Ids of the buildings a measure applies to, in the order of the table.

    A condition compares columns named as in ``buildings.parquet``, or attributes of the city whose names are words,
    with numbers and texts: ``use == 'apartment' and (year_built < 1980 or storeys >= 6)``, ``1960 <= year_built <
    1980``, ``owner in ('city', 'state')``, ``not heated``. A building whose value is missing is never selected on that
    value, neither by a comparison nor by its ``not``.

    Parameters
    ----------
    selection : Selection
    buildings : Buildings
    city : CityModel
        Holds the attributes.
    eligible : bool array (n,)
        Buildings the measure can apply to at all.
    purpose : str
        What the selection is for; begins every message.

    Raises
    ------
    ScenarioError
        An id is unknown or not eligible, the condition is not one, or no building is selected.
    """
    chosen = eligible.copy()
    if selection.ids is not None:
        try:
            rows = buildings.rows_of(selection.ids)
        except ValueError as error:
            raise ScenarioError(f"{purpose}: {error}") from None
        for row in rows[~eligible[rows]]:
            status = Status(buildings.status[row]).word.replace("_", " ")
            heated = "heated" if buildings.heated[row] else "unheated"
            raise ScenarioError(f"{purpose} cannot apply to building {buildings.id[row]!r}: status {status}, {heated}")
        chosen &= np.isin(buildings.id, list(selection.ids))
    if selection.where is not None:
        chosen &= _Condition(selection.where, buildings, city, purpose).truth().yes
    if not chosen.any():
        condition = f" where {selection.where!r}" if selection.where else ""
        raise ScenarioError(
            f"{purpose} selects none of the {int(eligible.sum())} buildings it could apply to{condition}"
        )
    return tuple(buildings.id[chosen])


class _Condition:
    """One condition over one table."""

    def __init__(self, text: str, buildings: Buildings, city: CityModel, purpose: str) -> None:
        self.text, self.buildings, self.city = text, buildings, city
        self.purpose = f"{purpose}, where {text[:80]!r}:"

    def truth(self) -> Truth:
        """Outcome for every building."""
        if len(self.text) > LONGEST:
            raise ScenarioError(f"{self.purpose} longer than {LONGEST} characters")
        try:
            tree = ast.parse(self.text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            example = "year_built < 1980 and use == 'office'"
            raise ScenarioError(f'{self.purpose} not a condition such as "{example}"') from None
        try:
            return self._evaluate(tree.body)
        except RecursionError:
            raise ScenarioError(f"{self.purpose} nested too deep") from None

    def _evaluate(self, node: ast.expr) -> Truth:
        if isinstance(node, ast.BoolOp):
            parts = [self._evaluate(value) for value in node.values]
            yes, no = [part.yes for part in parts], [part.no for part in parts]
            if isinstance(node.op, ast.And):
                return Truth(np.logical_and.reduce(yes), np.logical_or.reduce(no))
            return Truth(np.logical_or.reduce(yes), np.logical_and.reduce(no))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self._evaluate(node.operand)
            return Truth(inner.no, inner.yes)
        if isinstance(node, ast.Name):
            values, known = self._column(node.id)
            if values.dtype != bool:
                raise ScenarioError(f"{self.purpose} {node.id} is no yes-or-no column, compare it with a value")
            return Truth(values & known, ~values & known)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        raise ScenarioError(
            f"{self.purpose} {ast.unparse(node)[:60]!r} is not a comparison; use < <= > >= == != in and or not"
        )

    def _compare(self, node: ast.Compare) -> Truth:
        sides = [node.left, *node.comparators]
        yes, no = np.ones(len(self.buildings), bool), np.zeros(len(self.buildings), bool)
        for left, operator, right in zip(sides[:-1], node.ops, sides[1:], strict=True):
            step = self._compare_pair(left, operator, right)
            yes, no = yes & step.yes, no | step.no
        return Truth(yes, no)

    def _compare_pair(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Truth:
        if not isinstance(left, ast.Name):
            if not isinstance(right, ast.Name) or type(operator) not in MIRRORED:
                raise ScenarioError(f"{self.purpose} every comparison needs a column name and a value")
            left, operator, right = right, MIRRORED[type(operator)](), left
        values, known = self._column(left.id)
        if isinstance(operator, ast.In | ast.NotIn):
            if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
                raise ScenarioError(f"{self.purpose} 'in' needs a list of values, such as ('office', 'school')")
            options = [self._value(item, left.id, values) for item in right.elts]
            hit = np.isin(values, options) == isinstance(operator, ast.In)
        else:
            if type(operator) not in COMPARISONS:
                raise ScenarioError(f"{self.purpose} 'is' is not known here, use ==")
            value = self._value(right, left.id, values)
            if isinstance(value, str | bool) and not isinstance(operator, ast.Eq | ast.NotEq):
                raise ScenarioError(f"{self.purpose} {left.id} holds words: they can only be equal or not")
            with np.errstate(invalid="ignore"):
                hit = COMPARISONS[type(operator)](values, value)
        hit = np.asarray(hit, bool)
        return Truth(hit & known, ~hit & known)

    def _value(self, node: ast.expr, name: str, values: NDArray[Any]) -> Any:
        try:
            value: Any = ast.literal_eval(node)
        except ValueError:
            raise ScenarioError(f"{self.purpose} {ast.unparse(node)[:60]!r} is not a number or a quoted text") from None
        expected = {"O": str, "b": bool}.get(values.dtype.kind, int | float)
        if not isinstance(value, expected) or (expected not in (str, bool) and isinstance(value, bool)):
            kind = {"O": "texts", "b": "True or False"}.get(values.dtype.kind, "numbers")
            raise ScenarioError(f"{self.purpose} {name} holds {kind}, {value!r} is none")
        if name in WORDS and value not in [member.word for member in WORDS[name]]:
            known = ", ".join(member.word for member in WORDS[name])
            raise ScenarioError(f"{self.purpose} {value!r} is no {name}; there are {known}")
        return value

    def _column(self, name: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Values by building and where they are known."""
        buildings = self.buildings
        if name in NUMBERS:
            values = getattr(buildings, NUMBERS[name])
            return values, ~np.isnan(values)
        if name in WORDS:
            codes = getattr(buildings, name)
            known = codes != 0 if name in ("use", "carrier") else np.ones(len(codes), bool)
            return WORDS[name].words(codes), known
        if name == "building_id":
            return buildings.id, np.ones(len(buildings), bool)
        if name == "heated":
            return buildings.heated, np.ones(len(buildings), bool)
        attributes = self.city.objects.attributes
        if name in attributes:
            column = attributes[name]
            return column.values[buildings.object], ~column.mask[buildings.object]
        names = [*NUMBERS, *WORDS, "building_id", "heated", *attributes.keys]
        close = get_close_matches(name, names, 1)
        advice = f"did you mean {close[0]!r}?" if close else "columns are those of buildings.parquet"
        raise ScenarioError(f"{self.purpose} there is no column {name!r}; {advice}")


COMPARISONS = {
    ast.Lt: np.less, ast.LtE: np.less_equal, ast.Gt: np.greater, ast.GtE: np.greater_equal,
    ast.Eq: np.equal, ast.NotEq: np.not_equal,
}  # fmt: skip
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq,
}  # fmt: skip
