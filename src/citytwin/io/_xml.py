"""The one hardened way to XML: a streaming parser that opens nothing, expands nothing and raises one kind of error."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from lxml import etree

from citytwin.errors import CityReadError

if TYPE_CHECKING:
    from citytwin.io._streams import Stream

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

_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BYTE_ORDER_MARKS = {
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


def members(stream: Stream, tags: Collection[str]) -> Iterator[Any]:
    """Elements with the given tags directly below the root, one after the other; each is emptied before the next.

    Parameters
    ----------
    stream : Stream
    tags : collection of str
        Names in Clark notation.

    Yields
    ------
    element
        Complete; its root is reached by ``element.getparent()``. Last of all comes the root itself, with whatever else
        stands below it.

    Raises
    ------
    CityReadError
        Not XML, not well-formed, a document type declaration, or an encoding that is not on the list.
    """
    head = stream.read(CHUNK)
    _check_head(head, stream.name)
    parser = etree.XMLPullParser(events=("end",), tag=list(tags), **OPTIONS)
    first = True
    previous: Any = None
    try:
        while head:
            parser.feed(head)
            events: Iterator[Any] = parser.read_events()
            for _, element in events:
                parent = element.getparent()
                if first:
                    _refuse_doctype(element, stream.name)
                    first = False
                if parent is None or parent.getparent() is not None:
                    continue
                yield element
                element.clear()
                if previous is not None:
                    parent.remove(previous)
                previous = element
            head = stream.read(CHUNK)
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax_error(error, stream.name) from error
    except (etree.LxmlError, UnicodeError, LookupError) as error:
        raise CityReadError(
            f"cannot be parsed ({error})", stream.name, advice="Check that the file is complete"
        ) from error
    _refuse_doctype(root, stream.name)
    yield root


def syntax_error(error: etree.XMLSyntaxError, name: str) -> CityReadError:
    """Typed error for what the parser says, with its line."""
    message = re.sub(r", line \d+, column \d+.*", "", error.msg or "it is empty", flags=re.DOTALL)
    return CityReadError(
        f"not well-formed XML ({message})",
        name,
        line=error.lineno or None,
        advice="The file is damaged or cut short: fetch or export it again",
    )


def root_of(head: bytes, name: str) -> Any:
    """Root element of a document of which only the first bytes are known, without its content.

    Raises
    ------
    CityReadError
        As :func:`members`.
    """
    _check_head(head, name)
    parser = etree.XMLPullParser(events=("start",), **OPTIONS)
    try:
        parser.feed(head)
        for _, element in parser.read_events():
            _refuse_doctype(element, name)
            return element
        parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax_error(error, name) from error
    except (etree.LxmlError, UnicodeError, LookupError) as error:
        raise CityReadError(f"cannot be parsed ({error})", name, advice="Check that the file is complete") from error
    raise CityReadError("the first bytes hold no element", name, advice="Check that the file is complete")


def _check_head(head: bytes, name: str) -> None:
    """Refuse what is no XML, has an encoding that is not on the list, or a document type declaration."""
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), "latin-1")
    text = head[: CHUNK - CHUNK % 2].decode(encoding, "replace").lstrip("\ufeff\xef\xbb\xbf \t\r\n")
    if not text:
        raise CityReadError("the file is empty", name, advice="Fetch or export it again")
    if not text.startswith("<"):
        raise CityReadError("this is not XML", name, advice="CityGML begins with '<'")
    declared = _DECLARED.match(text)
    if declared and declared[1].lower() not in ENCODINGS:
        raise CityReadError(
            f"encoding {declared[1]} is not accepted",
            name,
            line=1,
            advice=f"Convert the file to UTF-8; accepted are {', '.join(sorted(ENCODINGS))}",
        )
    prolog = re.match(r"(?:\s|<\?.*?\?>|<!--.*?-->)*", text, re.DOTALL)
    assert prolog is not None
    if text.startswith("<!DOCTYPE", prolog.end()):
        raise _doctype(name, text.count("\n", 0, prolog.end()) + 1)


def _refuse_doctype(element: Any, name: str) -> None:
    information = element.getroottree().docinfo
    if information.internalDTD is not None or information.doctype:
        raise _doctype(name, None)


def _doctype(name: str, line: int | None) -> CityReadError:
    return CityReadError(
        "has a document type declaration (DOCTYPE)",
        name,
        line=line,
        advice="City models need none, and entities can hide content: remove it and whatever it defines",
    )
