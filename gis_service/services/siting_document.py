"""The document of a siting: the difference that its sites make, and the plan itself."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from gis_service.analysis.ranges import HIGH, LOW
from gis_service.analysis.siting import gap_of
from gis_service.analysis.what_if import ROOM
from gis_service.crs import STORAGE, transform_xy
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.documents import PER_UNIT, document_id, persons, plain
from gis_service.services.facilities import units_of
from gis_service.services.siting import Sited
from gis_service.services.siting_progress import shown
from gis_service.services.siting_request import PROCESS
from gis_service.services.siting_table import COVERING
from gis_service.services.what_if_request import Edits
from gis_service.types import Floats, Geometries

PLAN, SCENARIO, ASKED = "plan", "scenario", "siting"
"""Members of the document, and of its parameters."""
SOURCES = ("candidates_", "outside_")
"""Begin the roles of layers that only candidates are read from."""
UNITS = {"mclp": "people", "lscp": "sites"}
"""What objective and bound count, where it does not depend on the measure."""
_NOTICE_ENDED = {"time_limit": "siting_time_over", "cancelled": "siting_cancelled"}


def siting_document(
    compared: Document,
    sited: Sited,
    references: Mapping[str, object],
    question: Mapping[str, Any],
    *,
    is_generated: bool,
) -> Document:
    """Write the document of a siting.

    Parameters
    ----------
    compared
        The comparison of the state as it is with that of the plan.
    sited
        The plan.
    references, is_generated
        The layers that candidates come from, by role, and whether any of them is generated data.
    question
        Inputs of the study that it was asked for, without what is asked of siting.

    Returns
    -------
    Document
        As `compared`, with ``plan``, with ``scenario`` to be kept, and with what was asked among its
        parameters. Its id follows from the plan too: a search that ended early may come out otherwise
        another time.
    """
    plan = plan_of(sited)
    parameters = compared["parameters"] | {ASKED: sited.asked.as_document()}
    notices = [*plan_notices(sited, plan), *compared["notices"]]
    return _named(
        compared
        | {
            "inputs": dict(sorted({**compared["inputs"], **references}.items())),
            "parameters": parameters,
            PLAN: plan,
            SCENARIO: _scenario(question, sited.edits()),
            "notices": notices,
            "generated_data": compared["generated_data"] or is_generated,
        }
    )


def retold_siting(compared: Document, kept: Document, inputs: CoverageInputs) -> Document:
    """Write a kept siting as it is told by other units.

    Parameters
    ----------
    compared
        The same comparison, told by these units.
    kept
        As it is kept.
    inputs
        What the comparison is told by.
    """
    plan = kept[PLAN]
    lonlat = np.array([(one["lon"], one["lat"]) for one in plan["sites"]], dtype=np.float64).reshape(-1, 2)
    communes = _communes(inputs, lonlat)
    sites = [one | {"commune": name} for one, name in zip(plan["sites"], communes, strict=True)]
    own = {role: one for role, one in kept["inputs"].items() if role.startswith(SOURCES)}
    said = [one for one in kept["notices"] if str(one["code"]).startswith(f"{PROCESS}_")]
    return _named(
        compared
        | {
            "inputs": dict(sorted({**compared["inputs"], **own}.items())),
            "parameters": compared["parameters"] | {ASKED: kept["parameters"][ASKED]},
            PLAN: plan | {"sites": sites},
            SCENARIO: kept[SCENARIO],
            "notices": [*said, *compared["notices"]],
            "generated_data": kept["generated_data"],
        }
    )


def _named(document: Document) -> Document:
    found = {name: plain(value) for name, value in document.items()}
    proof = {name: found[PLAN][name] for name in ("status", "objective", "bound")}
    parameters = found["parameters"] | {"edits": found["parameters"].get("edits", [])}
    said = {**parameters, "proof": proof}
    return found | {
        "process": PROCESS,
        "parameters": parameters,
        "id": document_id(PROCESS, found["inputs"], said),
    }


def plan_of(sited: Sited) -> Document:
    """Write a plan as the document of a siting tells it."""
    asked, ground, choice, answer = sited.asked, sited.ground, sited.choice, sited.choice.answer
    objective, bound = (_own(sited, value - choice.offset) for value in (answer.objective, answer.bound))
    unit = "s" if ground.parameters.is_time else "m"
    told: dict[str, Any] = {
        "model": asked.model,
        "objective": objective,
        "unit": UNITS.get(asked.model, unit if asked.model == "p-center" else f"people_{unit}"),
        "base": _weight(float(ground.weight[ground.covered].sum())) if asked.model in COVERING else None,
        "mean": _mean(sited) if asked.model == "p-median" else None,
        "bound": bound,
        "gap": gap_of(objective, bound),
        "status": choice.status,
        "cost": answer.cost,
        "sites": _site_rows(sited),
        "closed": sited.closed,
        "kept": [sited.table.codes(ground)[site] for site in choice.kept],
        "candidates": {
            "count": len(sited.table.sites),
            "left_out": {name: count for name, count in sorted(sited.table.sites.left_out.items()) if count},
        },
        "uncoverable": {
            "people": persons(int(ground.demand.people[ground.parameters.group][choice.uncoverable].sum())),
            "places": len(choice.uncoverable),
        },
    }
    if (drawn := _drawn(sited)) is not None:
        told["under_draws"] = drawn
    found: Document = plain(told)
    return found


def _drawn(sited: Sited) -> Document | None:
    """Tell what became of the plan under draws of the assumption range; None when nobody asked for them."""
    if sited.drawn is None or (found := sited.drawn.found) is None:
        return None
    table = sited.table
    planned = [step.site for step in sited.choice.steps]
    ids = ["" for _ in range(table.n_closable)] + list(table.sites.ids)

    def shares(sites: list[int]) -> list[Document]:
        return [{"id": ids[site], "share": float(found.share[site])} for site in sites]

    low, high = (None if np.isinf(end) else _own(sited, end) for end in (found.low, found.high))
    return {
        "draws": len(found.objective),
        "sites": shares(planned),
        "always": [ids[site] for site in planned if site in found.always],
        "others": shares(sited.drawn.often(table, set(planned))),
        f"p{LOW}": low,
        f"p{HIGH}": high,
        "proved": found.proved,
        "unanswered": found.unanswered,
    }


def _own(sited: Sited, value: float) -> float:
    return shown(sited.asked.model, value)


def _mean(sited: Sited) -> float | None:
    """Give the mean way of those who are served, s or m."""
    weight, left = sited.ground.weight, sited.choice.uncoverable
    served = float(weight[sited.table.rows].sum() - weight[left].sum())
    return round(sited.choice.answer.objective / served / PER_UNIT, 3) if served else None


def _weight(thousandths: float) -> float:
    return persons(int(thousandths)) if float(thousandths).is_integer() else thousandths / 1000


def _site_rows(sited: Sited) -> list[Document]:
    """Tell the sites in their order; each is named as its layer names it, else by the nearest settlement."""
    table, inputs = sited.table, sited.ground.inputs
    rows = np.array([step.site - table.n_closable for step in sited.choice.steps], dtype=np.int64)
    near = _settlements(inputs, table.sites.xy[rows])
    communes = _communes(inputs, table.sites.lonlat[rows], table.sites.xy[rows])
    found = []
    for order, (step, row) in enumerate(zip(sited.choice.steps, rows.tolist(), strict=True)):
        lon, lat = table.sites.lonlat[row].tolist()
        cost = float(table.sites.cost[row])
        found.append(
            {
                "id": table.sites.ids[row],
                "name": table.sites.names[row] or near[order] or table.sites.ids[row],
                "commune": communes[order],
                "lon": lon,
                "lat": lat,
                "order": order + 1,
                "gain": _weight(step.gain),
                "cost": None if np.isnan(cost) else cost,
                "source": table.sites.sources[row],
            }
        )
    return found


def _settlements(inputs: CoverageInputs, xy: Floats) -> list[str | None]:
    known = inputs.settlements
    if known is None or not len(known.xy):
        return [None] * len(xy)
    nearest = [int(np.argmin(np.hypot(*(known.xy - place).T))) for place in xy]
    return [known.names[at] for at in nearest]


def _communes(inputs: CoverageInputs, lonlat: Floats, xy: Floats | None = None) -> list[str | None]:
    """Name the units that places lie in."""
    if not inputs.zones.have_areas or not len(lonlat):
        return [None] * len(lonlat)
    places: Geometries = np.asarray(
        shapely.points(transform_xy(lonlat, STORAGE, inputs.crs) if xy is None else xy), dtype=object
    )
    units = units_of(places, inputs.zones).tolist()
    return [inputs.zones.names[unit] if unit >= 0 else None for unit in units]


def plan_notices(sited: Sited, plan: Document) -> list[Document]:
    """Say what a reader of a plan must know."""
    found = []
    if (code := _NOTICE_ENDED.get(plan["status"])) is not None:
        found.append(Notice(code, {"seconds": sited.asked.time_limit_s} if "time" in code else {}))
    if told := plan["candidates"]["left_out"]:
        reasons = ("values", "small", "inside", "beyond", "no_road", "thinned", "excluded", "too_near")
        counts = {name: told.get(name, 0) for name in reasons}
        found.append(Notice("siting_candidates_left_out", {"count": plan["candidates"]["count"], **counts}))
    if plan["uncoverable"]["people"]:
        found.append(Notice("siting_uncoverable", {"people": plan["uncoverable"]["people"]}))
    if (drawn := plan.get("under_draws")) is not None:
        params = {"draws": drawn["draws"], "always": len(drawn["always"]), "planned": len(plan["sites"])}
        found.append(Notice("siting_draws", params))
    return [notice.as_document() for notice in found]


def _scenario(question: Mapping[str, Any], edits: Edits) -> Document | None:
    """Give the plan as the body of a scenario, less its title; None where it has too many edits for one."""
    if not 0 < len(edits.facilities) <= ROOM:
        return None
    asked = {
        name: {key: one for key, one in value.items() if key != "version"}
        if isinstance(value, dict)
        else value
        for name, value in question.items()
    }
    return {
        "inputs": {name: value for name, value in asked.items() if value not in (None, {})},
        "edits": [_as_request(one) for one in edits.as_document()],
    }


def _as_request(edit: Mapping[str, Any]) -> Document:
    """Write an edit as it is asked for: a new facility bears a name, and no code yet."""
    named = {"tmp_id" if edit["op"] == "add" else "id": edit["id"]}
    return {name: value for name, value in edit.items() if name != "id"} | named
