"""Members cut out by counting tags, which a regular expression finds one by one."""

import re

TOKEN = re.compile(
    rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|<(/?)[^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*>", re.DOTALL
)


def scan_members(data):
    """Begin and end of every element at the top."""
    spans, depth, begin = [], 0, 0
    for token in TOKEN.finditer(data):
        if token[0][1:2] in b"!?":
            continue
        if token[1]:
            depth -= 1
        else:
            if depth == 0:
                begin = token.start()
            depth += not token[0].endswith(b"/>")
        if depth == 0:
            spans.append((begin, token.end()))
    return spans
