"""A plan of sites in words: one sentence on what it brings, one on how far it can be from the best."""

import math

import numpy as np

from gis_service.analysis.siting import Model
from gis_service.analysis.siting.problem import exact_sum
from gis_service.messages.plural import counted
from gis_service.services.site_plan import SitePlan
from gis_service.text import amount_words, percent
from gis_service.types import Language, Text

_BRINGS: dict[Model, Text] = {
    "mclp": Text(
        vi="{count} điểm phục vụ được {objective} trên tổng {total} ({share}) trong giới hạn {limit}.",
        en="{count} {count:site covers|sites cover} {objective} of {total} ({share}) within {limit}.",
    ),
    "lscp": Text(
        vi="Cần {objective} điểm để mọi nhu cầu có thể phục vụ đều nằm trong giới hạn {limit}.",
        en="{objective} {objective:site covers|sites cover} all demand that can be covered within {limit}.",
    ),
    "p-median": Text(
        vi="{count} điểm, tổng trọng số × chi phí là {objective}, trung bình {mean}.",
        en="{count} {count:site|sites}, sum of weight × cost {objective}, mean {mean}.",
    ),
    "p-center": Text(
        vi="{count} điểm, nơi xa nhất cách {objective}.",
        en="{count} {count:site|sites}; the farthest demand is {objective} away.",
    ),
}
_BEST = Text(vi="Đã chứng minh là tốt nhất.", en="This is proved to be the best possible.")
_WITHIN = Text(
    vi="Kém phương án tốt nhất có thể nhiều nhất {gap} (cận {bound}).",
    en="It is within {gap} of the best possible (bound {bound}).",
)
_NO_SHARE = Text(
    vi="Chưa biết kém phương án tốt nhất bao nhiêu (cận {bound}).",
    en="How far it is from the best possible is not known yet (bound {bound}).",
)
_SITES = Text(vi="Điểm được chọn: {names}", en="Sites: {names}")
_UNCOVERABLE = Text(
    vi="Nhu cầu không điểm nào phục vụ được ({count}): {names}",
    en="Demand that no site covers ({count}): {names}",
)


def site_plan_text(plan: SitePlan, language: Language) -> str:
    """Tell a plan for a terminal: what it brings, how sure that is, the sites, and whom no site covers."""
    answer, problem = plan.answer, plan.problem
    total = exact_sum(problem.weight)
    values = {
        "count": len(answer.sites),
        "objective": amount_words(answer.objective, language),
        "total": amount_words(total, language),
        "share": percent(answer.objective / total if total else 0.0, language),
        "limit": amount_words(plan.question.limit or 0, language),
        "mean": amount_words(answer.objective / total if total else 0.0, language),
        "bound": amount_words(answer.bound, language),
        # Rounded up: it is never nearer than it says.
        "gap": f"{amount_words(math.ceil(1e5 * (answer.gap or 0)) / 1e3, language)} %",
        "names": ", ".join(plan.site_names()),
    }
    proof = _BEST if answer.status == "optimal" else _WITHIN if answer.gap is not None else _NO_SHARE
    lines = [_BRINGS[plan.question.model], proof, _SITES]
    told = [counted(line.in_language(language)).format(**values) for line in lines]
    if answer.uncoverable:
        names = problem.names(np.array(answer.uncoverable))
        told.append(_UNCOVERABLE.in_language(language).format(count=len(answer.uncoverable), names=names))
    return "\n".join(told)
