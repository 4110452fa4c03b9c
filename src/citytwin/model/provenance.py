"""Where a table comes from: inputs by hash, parameters, version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class InputFile:
    """One file that was read.

    Parameters
    ----------
    path : str
    sha256 : str
        Hash of the bytes on disk, hexadecimal.
    bytes : int
        Size on disk.
    as_of : str
        Date the data describe where the file says so, else its modification date, ISO 8601.
    """

    path: str
    sha256: str
    bytes: int
    as_of: str


@dataclass(frozen=True)
class Provenance:
    """Inputs and parameters behind a table. `parameters` holds JSON-able values only."""

    inputs: tuple[InputFile, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __add__(self, other: Provenance) -> Provenance:
        inputs = self.inputs + tuple(item for item in other.inputs if item not in self.inputs)
        return Provenance(inputs, {**self.parameters, **other.parameters})

    def with_parameters(self, **parameters: Any) -> Provenance:
        """The same with more parameters."""
        return replace(self, parameters={**self.parameters, **parameters})

    @property
    def synthetic(self) -> bool:
        """Whether the city behind the table was generated, not surveyed."""
        return str(self.parameters.get("generator", "")).startswith("synthetic")
