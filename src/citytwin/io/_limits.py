"""What a reader accepts at most: one frozen value, set by the caller and never by the input."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """Limits of the readers; beyond one of them the input is refused unless the field says otherwise.

    Parameters
    ----------
    file_bytes : int
        Bytes of one input after unpacking.
    expansion_ratio : float
        Unpacked over packed bytes of an archive, applied from `expansion_free_bytes` on.
    expansion_free_bytes : int
        Unpacked bytes that are never too many.
    archive_members : int
        City model files in one archive.
    nesting : int
        Levels of nested geometry or building parts.
    ring_points : int
        Points of one ring.
    object_vertices : int
        Vertices of one top-level object with its parts; an object with more is read without its geometry and counts as
        degraded.
    coordinate : float
        Largest magnitude of a coordinate.
    xlink_hops : int
        Links followed one after the other, all inside the file; links beyond are findings.
    extras_bytes : int
        Bytes of content that the model does not understand; what is beyond is left out, with a finding.
    findings : int
        Rows of the findings table of one file; the rest are summarised by code.

    Examples
    --------
    >>> ReadLimits(ring_points=1000).ring_points
    1000
    """

    file_bytes: int = 64 * 10**9
    expansion_ratio: float = 200.0
    expansion_free_bytes: int = 10**7
    archive_members: int = 100_000
    nesting: int = 128
    ring_points: int = 10**6
    object_vertices: int = 10**7
    coordinate: float = 1e8
    xlink_hops: int = 4
    extras_bytes: int = 256 * 10**6
    findings: int = 100_000

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"limit {field.name} must be above 0, not {getattr(self, field.name)}")
