"""Byte strings as keys of a dictionary."""


def find_span(texts, text):
    """Row of the first of `texts` that is `text`, or -1."""
    return texts.index(text) if text in texts else -1


def intern_code(keys, key):
    """Row of `key`, added where it is new."""
    if key not in keys:
        keys.append(key)
    return keys.index(key)
