"""Rings of polygons by regular expressions and ``float``."""

import re


def polygons(text):
    """Points of the rings of every polygon of a text in which all stand by themselves."""
    found = []
    for polygon in re.findall(r"<gml:Polygon.*?</gml:Polygon>", text, re.DOTALL):
        rings = []
        for ring in re.findall(r"<gml:LinearRing.*?</gml:LinearRing>", polygon, re.DOTALL):
            numbers = " ".join(re.findall(r"<gml:pos(?:List)?[^>]*>([^<]*)<", ring)).split()
            size = 2 if 'srsDimension="2"' in ring else 3
            points = [tuple(map(float, numbers[k : k + size])) for k in range(0, len(numbers), size)]
            rings.append([point + (0.0,) * (3 - size) for point in points])
        found.append(rings)
    return found
