"""Places that a catchment was asked about: a home may be among them, so they are personal detail.

Who is within the limit of one place alone tells how many live at an address, as soon as the limit is short.
"""

from gis_service.services.suppression import Row

NOTICE = "places_closed"
_OPEN = frozenset({"id", "name", "total"})
"""What is told of people whatever they can reach."""


def hide_places(shown: Row) -> None:
    """Take the places out of a document, and what is told or drawn of them, and say so.

    Parameters
    ----------
    shown
        A study document, changed in place; its shapes are replaced and not changed.
    """
    asked = shown.get("parameters", {})
    if not asked.get("places"):
        return
    shown["parameters"] = {name: value for name, value in asked.items() if name != "places"}
    if asked.get("of") == "places":
        _hide_all(shown)
    elif "shapes" in shown:
        shown["shapes"] = {name: one for name, one in shown["shapes"].items() if name != "places"}
    shown["notices"] = [*shown["notices"], {"code": NOTICE, "params": {}}]


def _hide_all(shown: Row) -> None:
    """Leave of a catchment of places only how many people there are."""
    for row in (*shown["totals"].values(), *shown["zones"]):
        _empty(row)
    shown["gaps"] = []
    if "shapes" in shown:
        shown["shapes"] = {}
    if "tables" in shown:
        shown["tables"] = {}
    shown["notices"] = [one for one in shown["notices"] if "people" not in one["params"]]


def _empty(row: Row) -> None:
    for name, value in row.items():
        if name == "groups":
            for inner in value.values():
                _empty(inner)
        elif isinstance(value, dict):
            row[name] = dict.fromkeys(value)
        elif name not in _OPEN:
            row[name] = None
