"""The document of a siting: the difference that its sites make, and the plan itself."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gis_service.analysis.ranges import HIGH, LOW
from gis_service.analysis.siting import gap_of
from gis_service.services.coverage_document import Document
from gis_service.services.coverage_inputs import CoverageInputs, Notice
from gis_service.services.documents import PER_UNIT, document_id, persons, plain
from gis_service.services.siting import Sited
from gis_service.services.siting_progress import shown
from gis_service.services.siting_request import PROCESS
from gis_service.services.siting_rooms import room_notices, room_told
from gis_service.services.siting_rows import communes_of, existing_rows, site_rows, weight_told
from gis_service.services.siting_table import COVERING

PLAN, SCENARIO, ASKED = "plan", "scenario", "siting"
"""Members of the document, and of its parameters."""
CHOSEN = "chosen"
"""Member of the plan: a choice that was made, beside it."""
SOURCES = ("candidates_", "outside_")
"""Begin the roles of layers that only candidates are read from."""
UNITS = {"mclp": "people", "lscp": "sites"}
"""What objective and bound count, where it does not depend on the measure."""
_NOTICE_ENDED = {"time_limit": "siting_time_over", "cancelled": "siting_cancelled"}


def siting_document(
    compared: Document,
    sited: Sited,
    references: Mapping[str, object],
    scenario: Document | None,
    *,
    is_generated: bool,
    chosen: Document | None = None,
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
    scenario
        The plan as the body of a scenario; None where it has too many edits for one.
    chosen
        A choice that was made, as it is told beside the plan; None when nobody asked for one.

    Returns
    -------
    Document
        As `compared`, with ``plan``, with ``scenario`` to be kept, and with what was asked among its
        parameters. Its id follows from the plan too: a search that ended early may come out otherwise
        another time.
    """
    plan = plan_of(sited) | ({} if chosen is None else {CHOSEN: chosen})
    parameters = compared["parameters"] | {ASKED: sited.asked.as_document()}
    notices = [*plan_notices(sited, plan), *compared["notices"]]
    return _named(
        compared
        | {
            "inputs": dict(sorted({**compared["inputs"], **references}.items())),
            "parameters": parameters,
            PLAN: plan,
            SCENARIO: scenario,
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
    sites, existing = (_told_by(inputs, plan.get(name, [])) for name in ("sites", "existing"))
    told = plan | {"sites": sites} | ({"existing": existing} if existing else {})
    if CHOSEN in plan:
        told[CHOSEN] = plan[CHOSEN] | {"zones": []}
    own = {role: one for role, one in kept["inputs"].items() if role.startswith(SOURCES)}
    said = [one for one in kept["notices"] if str(one["code"]).startswith(f"{PROCESS}_")]
    return _named(
        compared
        | {
            "inputs": dict(sorted({**compared["inputs"], **own}.items())),
            "parameters": compared["parameters"] | {ASKED: kept["parameters"][ASKED]},
            PLAN: told,
            SCENARIO: kept[SCENARIO],
            "notices": [*said, *compared["notices"]],
            "generated_data": kept["generated_data"],
        }
    )


def _told_by(inputs: CoverageInputs, rows: Sequence[Document]) -> list[Document]:
    """Name the units of other vintages that sites lie in."""
    lonlat = np.array([(one["lon"], one["lat"]) for one in rows], dtype=np.float64).reshape(-1, 2)
    return [one | {"commune": name} for one, name in zip(rows, communes_of(inputs, lonlat), strict=True)]


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
        "base": _base(sited) if asked.model in COVERING else None,
        "mean": _mean(sited) if asked.model == "p-median" else None,
        "bound": bound,
        "gap": gap_of(objective, bound),
        "status": choice.status,
        "cost": answer.cost,
        "sites": site_rows(sited),
        "closed": sited.closed,
        "kept": sited.kept,
        "candidates": {
            "count": len(sited.table.sites),
            "left_out": {name: count for name, count in sorted(sited.table.sites.left_out.items()) if count},
        },
        "uncoverable": {
            "people": persons(int(ground.demand.people[ground.parameters.group][choice.uncoverable].sum())),
            "places": len(choice.uncoverable),
        },
    }
    if existing := existing_rows(sited):
        told["existing"] = existing
    if asked.is_capacitated:
        told["room"] = room_told(sited)
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
    ids = [*table.codes(sited.ground), *table.sites.ids]
    stay = [site for site in sited.choice.kept if not sited.ground.stays[site]]

    def shares(sites: list[int]) -> list[Document]:
        return [{"id": ids[site], "share": float(found.share[site])} for site in sites]

    low, high = (None if np.isinf(end) else _own(sited, end) for end in (found.low, found.high))
    return {
        "draws": len(found.objective),
        "sites": shares(planned),
        "kept": shares(stay),
        "always": [ids[site] for site in (*planned, *stay) if site in found.always],
        "others": shares(sited.drawn.often(table, {*planned, *sited.choice.kept})),
        f"p{LOW}": low,
        f"p{HIGH}": high,
        "proved": found.proved,
        "unanswered": found.unanswered,
    }


def _base(sited: Sited) -> float:
    """Give the people whom the facilities that stay serve."""
    ground = sited.ground
    base = sited.choice.offset if sited.asked.is_capacitated else ground.weight[ground.covered].sum()
    return weight_told(float(base))


def _own(sited: Sited, value: float) -> float:
    return shown(sited.asked.model, value)


def _mean(sited: Sited) -> float | None:
    """Give the mean way of those who are served, s or m."""
    weight, left = sited.ground.weight, sited.choice.uncoverable
    served = float(weight[sited.table.rows].sum() - weight[left].sum())
    return round(sited.choice.answer.objective / served / PER_UNIT, 3) if served else None


def plan_notices(sited: Sited, plan: Document) -> list[Document]:
    """Say what a reader of a plan must know."""
    found = []
    if (code := _NOTICE_ENDED.get(plan["status"])) is not None:
        found.append(Notice(code, {"seconds": sited.asked.time_limit_s} if "time" in code else {}))
    if told := plan["candidates"]["left_out"]:
        reasons = (
            "values",
            "small",
            "inside",
            "beyond",
            "no_road",
            "thinned",
            "excluded",
            "too_near",
            "taken",
        )
        counts = {name: told.get(name, 0) for name in reasons}
        found.append(Notice("siting_candidates_left_out", {"count": plan["candidates"]["count"], **counts}))
    if plan["uncoverable"]["people"]:
        found.append(Notice("siting_uncoverable", {"people": plan["uncoverable"]["people"]}))
    if (drawn := plan.get("under_draws")) is not None:
        planned = len(plan["sites"]) + len(plan["kept"])
        params = {"draws": drawn["draws"], "always": len(drawn["always"]), "planned": planned}
        found.append(Notice("siting_draws", params))
    if (room := plan.get("room")) is not None:
        found += room_notices(room)
    if (chosen := plan.get(CHOSEN)) is not None and chosen["elsewhere"]:
        found.append(Notice("siting_chosen_elsewhere", {"count": len(chosen["elsewhere"])}))
    return [notice.as_document() for notice in found]
