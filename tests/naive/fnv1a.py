"""FNV-1a in whole numbers without bound."""


def fnv1a(text):
    value = 14695981039346656037
    for byte in text:
        value = (value ^ byte) * 1099511628211 % 2**64
    return value
