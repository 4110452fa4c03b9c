"""Decoded by Python, then character by character."""


def is_xml_text(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") for c in text)
