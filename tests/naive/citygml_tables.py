"""Links looked up in a dictionary."""


def resolve(links, named):
    """First entry, the one behind the last and sign of the target of each link; zeros where it is not there."""
    return [named.get(link[1:], (0, 0, 0)) if link.startswith("#") else (0, 0, 0) for link in links]
