"""A plan of sites phase by phase in words: what opens when, how sure that is, what other plans lose."""

from gis_service.messages.plural import counted
from gis_service.services.site_plan_phases import PhasedPlan, amount
from gis_service.services.siting_words import proof_words
from gis_service.text import amount_words, percent
from gis_service.types import Language, Text

_LEAD = Text(
    vi="Trong giới hạn {limit}, phương án đạt {objective} (trọng số × ngày).",
    en="Within {limit} the plan brings {objective} (weight × days).",
)
_PHASE = Text(
    vi="Giai đoạn {phase} ({days} ngày): mở thêm {count} điểm, phục vụ {covered} trên tổng {total}"
    " ({share}): {names}",
    en="Phase {phase} ({days} {days:day|days}): {count} more {count:site|sites}, {covered} of {total}"
    " ({share}) covered: {names}",
)
_NOW = Text(
    vi="Nếu mỗi giai đoạn chỉ tính cho riêng nó: đạt {objective}, ít hơn phương án này {least},"
    " ít hơn mức tốt nhất có thể không quá {most}.",
    en="Each phase planned by itself brings {objective}: {least} less than this plan, and at most {most} less"
    " than the best possible.",
)
_END = Text(
    vi="Nếu chỉ tính cho giai đoạn cuối: đạt {objective}, ít hơn phương án này {least},"
    " ít hơn mức tốt nhất có thể không quá {most}.",
    en="Planned for the last phase alone it brings {objective}: {least} less than this plan, and at most"
    " {most} less than the best possible.",
)


def phased_plan_text(plan: PhasedPlan, language: Language) -> str:
    """Tell a plan for a terminal: what it brings, how sure that is, the phases, what other plans lose."""
    joint, asked = plan.regret.joint, plan.question

    def said(thousandths: int) -> str:
        return amount_words(amount(thousandths), language)

    lead = _LEAD.in_language(language)
    told = [
        lead.format(limit=amount_words(asked.limit, language), objective=said(joint.objective)),
        proof_words(joint.status, joint.gap, language, said(joint.bound)),
    ]
    for at, covered in enumerate(joint.covered.sum(axis=1).tolist()):
        names = plan.sites_of(joint, at)
        told.append(
            counted(_PHASE.in_language(language)).format(
                phase=at + 1,
                days=asked.days[at],
                count=len(names),
                covered=said(covered),
                total=said(plan.total),
                share=percent(covered / plan.total if plan.total else 0.0, language),
                names=", ".join(names),
            )
        )
    for words, other in ((_NOW, plan.regret.best_now), (_END, plan.regret.best_end)):
        least, most = map(said, plan.regret.of(other))
        values = {"objective": said(other.objective), "least": least, "most": most}
        told.append(words.in_language(language).format(**values))
    return "\n".join(told)
