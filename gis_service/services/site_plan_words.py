"""A plan of sites in words: one sentence on what it brings, one on how far it can be from the best."""

import numpy as np

from gis_service.analysis.siting import Model
from gis_service.analysis.siting.problem import exact_sum
from gis_service.messages.plural import counted
from gis_service.services.site_plan import SitePlan
from gis_service.services.siting_words import proof_words
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
        "names": ", ".join(plan.site_names()),
    }
    told = [
        counted(_BRINGS[plan.question.model].in_language(language)).format(**values),
        proof_words(answer.status, answer.gap, language, amount_words(answer.bound, language)),
        _SITES.in_language(language).format(**values),
    ]
    if answer.uncoverable:
        names = problem.names(np.array(answer.uncoverable))
        told.append(_UNCOVERABLE.in_language(language).format(count=len(answer.uncoverable), names=names))
    return "\n".join(told)
