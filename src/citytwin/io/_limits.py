"""What a reader accepts at most: one frozen value, set by the caller and never by the input."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """Limits of the readers; beyond one of them the input is refused unless the field says otherwise.

    They bound what an input of some size can do to memory and time. Each can be changed by the caller, for example for
    one large terrain model, and none by the input.

    Parameters
    ----------
    file_bytes : int
        Bytes of one input after unpacking.
    expansion_ratio : float
        Unpacked over packed bytes of an archive, applied from `expansion_free_bytes` on.
    expansion_free_bytes : int
        Unpacked bytes that are never too many.
    archive_members : int
        Entries in the directory of one archive, whatever they are.
    json_bytes : int
        Bytes of one JSON document, which is held as a whole: a CityJSON file, or a line of a CityJSONSeq.
    object_bytes : int
        Bytes of XML between the ends of two top-level objects, and so of any text, attribute value or comment.
    object_elements : int
        XML elements held at one time: those of one top-level object, and what stands beside objects below the root.
    element_attributes : int
        Attributes and namespace declarations of one XML element.
    nesting : int
        Levels of nested XML elements, the root being the first; also levels of nested geometry, and of objects that
        are parents of each other.
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
    json_bytes: int = 4 * 10**9
    object_bytes: int = 512 * 10**6
    object_elements: int = 10**7
    element_attributes: int = 256
    nesting: int = 128
    ring_points: int = 10**6
    object_vertices: int = 10**7
    coordinate: float = 1e8
    xlink_hops: int = 4
    extras_bytes: int = 256 * 10**6
    findings: int = 100_000

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ValueError(f"limit {field.name} must be above 0, not {getattr(self, field.name)}")
