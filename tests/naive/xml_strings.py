"""Texts of a document with references and line ends resolved by substitution."""

import re

from tests.naive.xml_tokens import reference


def copy_texts(data, spans):
    texts = []
    for start, stop in spans:
        text = data[start : stop if stop >= 0 else ~stop]
        if stop < 0:
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            text = re.sub(rb"&[^;]*;", lambda match: chr(reference(match[0], 0, len(match[0]))[0]).encode(), text)
        texts.append(text)
    return texts


def copy_fragments(data, fragments, segments, declarations):
    """`declarations` by prefix; the first segment of a fragment is followed by those of the prefixes it uses."""
    texts = []
    for first, last, used in fragments:
        parts = [data[start:stop] for start, stop in segments[first:last]]
        parts[1:1] = [word for prefix, word in enumerate(declarations) if used >> prefix & 1]
        texts.append(b"".join(parts))
    return texts
