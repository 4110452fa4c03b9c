"""Python's own sort."""


def sorted_order(keys):
    return sorted(range(len(keys)), key=lambda row: keys[row])
