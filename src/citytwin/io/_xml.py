"""The one hardened way to XML: a streaming parser that opens nothing, expands nothing and raises one kind of error."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lxml import etree

from citytwin.errors import CityReadError
from citytwin.io._markup import MarkupGuard

if TYPE_CHECKING:
    from citytwin.io._streams import Joined, Stream

LIBXML2_FLOOR = (2, 12)
"""Older versions let entities blow up although they are not resolved."""

OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "remove_comments": True,
    "remove_pis": True,
    "collect_ids": False,
    "remove_blank_text": True,
    "huge_tree": True,
}
"""``huge_tree`` lifts the limits of 256 levels and 10 MB of text, which coordinate lists of terrain exceed; libxml2
still refuses entity amplification, and every DOCTYPE is refused here."""

ENCODINGS = frozenset(
    {
        "utf-8",
        "utf8",
        "utf-16",
        "utf-16le",
        "utf-16be",
        "us-ascii",
        "ascii",
        "iso-8859-1",
        "iso-8859-15",
        "latin1",
        "windows-1252",
        "cp1252",
    }
)
CHUNK = 1 << 18
DEEPEST = 2048
"""The parser goes no deeper."""

ORDINARY = 16
"""Levels that few members go beyond: only where one does, it is worth while to look at its deepest."""

_COUNT: Any = etree.XPath("count(descendant::*)")

_NEAREST_ID: Any = etree.XPath("string(ancestor::*[@*[local-name() = 'id']][1]/@*[local-name() = 'id'])")
_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BYTE_ORDER_MARKS = {
    **dict.fromkeys((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"<\x00\x00\x00", b"\x00\x00\x00<"), "utf-32"),
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}

if etree.LIBXML_VERSION < LIBXML2_FLOOR:
    raise ImportError(
        f"citytwin needs libxml2 {'.'.join(map(str, LIBXML2_FLOOR))} or newer below lxml, this one has "
        f"{'.'.join(map(str, etree.LIBXML_VERSION))}: pip install --upgrade --only-binary lxml lxml"
    )


def members(
    stream: Stream | Joined, tags: Collection[str], below: Callable[[Any], None] | None = None
) -> Iterator[Any]:
    """Elements directly below the root, one after the other; each is emptied or taken away before the next.

    Parameters
    ----------
    stream : Stream
    tags : collection of str
        Names in Clark notation of those that are many; the others are held until one of these comes.
    below : callable, optional
        Called with every element of these names that is not directly below the root, when it ends. It may be emptied
        then, and the siblings before it removed.

    Yields
    ------
    element
        Complete; its root is reached by ``element.getparent()``. Last of all comes the root itself.

    Raises
    ------
    CityReadError
        Not XML, not well-formed, a document type declaration, an encoding that is not on the list, or beyond a limit.
    """
    head = stream.read(CHUNK)
    check_head(head, stream.name)
    guard = MarkupGuard(stream.name, stream.limits)
    levels = stream.limits.nesting
    root: Any = None
    parser = etree.XMLPullParser(events=("end",), tag=list(tags), **OPTIONS)
    previous: Any = None
    try:
        while head:
            guard.admit(head, root)
            parser.feed(head)
            events: Iterator[Any] = parser.read_events()
            for _, element in events:
                parent = element.getparent()
                if root is None:
                    _refuse_doctype(element, stream.name)
                    root = element.getroottree().getroot()
                if parent is None or parent.getparent() is not None:
                    if below is not None and parent is not None:
                        below(element)
                    continue
                guard.object_ended()
                while (other := parent[0]) is not element:
                    if other is not previous:
                        _check_depth(other, levels - 1, stream)
                        yield other
                    parent.remove(other)
                _check_depth(element, levels - 1, stream)
                yield element
                element.clear()
                previous = element
            head = stream.read(CHUNK)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax_error(error, stream.name, parser.feed_error_log) from error
    except (etree.LxmlError, UnicodeError, LookupError) as error:
        raise CityReadError(
            f"cannot be parsed ({error})", stream.name, advice="Check that the file is complete"
        ) from error
    _refuse_doctype(root, stream.name)
    _check_depth(root, levels, stream)
    yield from (other for other in root if other is not previous)
    yield root


def _check_depth(element: Any, levels: int, stream: Stream | Joined) -> None:
    """Raise CityReadError where more than `levels` elements are inside each other, `element` being the first."""
    if levels >= DEEPEST or _COUNT(element) < levels or not _reaches(min(levels, ORDINARY))(element):
        return
    for deep in _at_depth(levels)(element):
        raise CityReadError(
            f"elements are nested more than {stream.limits.nesting} levels deep",
            stream.name,
            line=deep.sourceline,
            gml_id=str(_NEAREST_ID(deep)) or None,
            advice="Raise limits.nesting if that is meant",
        )


@lru_cache
def _reaches(levels: int) -> Any:
    """Test whether there is an element `levels` below another; a third of the time of finding the first."""
    return etree.XPath(f"boolean({'/'.join('*' * levels)})")


@lru_cache
def _at_depth(levels: int) -> Any:
    """Finder of the first element `levels` below another, in a list."""
    return etree.XPath(f"({'/'.join('*' * levels)})[1]")


def syntax_error(error: etree.XMLSyntaxError, name: str, log: Any = ()) -> CityReadError:
    """Typed error for what the parser says, with its line; from its `log` where the error itself has none."""
    message, line = error.msg or "it is empty", error.lineno
    if not line and len(log):
        message, line = log[-1].message, log[-1].line
    message = re.sub(r", line \d+, column \d+.*", "", message, flags=re.DOTALL)
    return CityReadError(
        f"not well-formed XML ({message})",
        name,
        line=line or None,
        advice="The file is damaged or cut short: fetch or export it again",
    )


def root_of(head: bytes, name: str) -> Any:
    """Root element of a document of which only the first bytes are known, without its content.

    Raises
    ------
    CityReadError
        As :func:`members`.
    """
    check_head(head, name)
    parser = etree.XMLPullParser(events=("start",), **OPTIONS)
    try:
        parser.feed(head)
        for _, element in parser.read_events():
            _refuse_doctype(element, name)
            return element
        parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax_error(error, name, parser.feed_error_log) from error
    except (etree.LxmlError, UnicodeError, LookupError) as error:
        raise CityReadError(f"cannot be parsed ({error})", name, advice="Check that the file is complete") from error
    raise CityReadError("the first bytes hold no element", name, advice="Check that the file is complete")


def check_head(head: bytes, name: str) -> None:
    """Refuse what is no XML, has an encoding that is not on the list, or a document type declaration."""
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), "latin-1")
    if encoding == "utf-32":
        raise _encoding_error(encoding, name)
    text = head[: CHUNK - CHUNK % 2].decode(encoding, "replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if not text:
        raise CityReadError("the file is empty", name, advice="Fetch or export it again")
    if not text.startswith("<"):
        raise CityReadError("this is not XML", name, advice="CityGML begins with '<'")
    declared = _DECLARED.match(text)
    if declared and declared[1].lower() not in ENCODINGS:
        raise _encoding_error(declared[1], name)
    prolog = re.match(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", text, re.DOTALL)
    assert prolog is not None
    if text.startswith("<!DOCTYPE", prolog.end()):
        raise doctype_error(name, text.count("\n", 0, prolog.end()) + 1)


def _encoding_error(encoding: str, name: str) -> CityReadError:
    advice = f"Convert the file to UTF-8; accepted are {', '.join(sorted(ENCODINGS))}"
    return CityReadError(f"encoding {encoding} is not accepted", name, line=1, advice=advice)


def _refuse_doctype(element: Any, name: str) -> None:
    information = element.getroottree().docinfo
    if information.internalDTD is not None or information.doctype:
        raise doctype_error(name, None)


def doctype_error(name: str, line: int | None) -> CityReadError:
    """The error for a document type declaration."""
    return CityReadError(
        "has a document type declaration (DOCTYPE)",
        name,
        line=line,
        advice="City models need none, and entities can hide content: remove it and whatever it defines",
    )
