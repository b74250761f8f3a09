"""The codes of errors of a programme: in which order projects are built, and with which money."""

from gis_service.former_codes import CodeWithPast


class RoadmapCode(CodeWithPast):
    """Beside `gis_service.error_codes.ErrorCode`, to be read in one sitting; words and page are the same."""

    # the programme as it was told
    ROADMAP_PHASES_APART = "roadmap_phases_apart"
    ROADMAP_COLUMNS_MISSING = "roadmap_columns_missing"
    ROADMAP_PROJECTS_NONE = "roadmap_projects_none"
    ROADMAP_NOT_ONE = "roadmap_not_one"
    # plans: in which order
    PLAN_SECTOR_UNKNOWN = "plan_sector_unknown"
    PLAN_REQUIRED_UNKNOWN = "plan_required_unknown"
    PLAN_PHASE_EMPTY = "plan_phase_empty"
    PLAN_BUDGET_NEGATIVE = "plan_budget_negative"
    PLAN_PRIORITY_INVALID = "plan_priority_invalid"
    PLAN_COST_NEGATIVE = "plan_cost_negative"
    PLAN_REQUIRES_CYCLE = "plan_requires_cycle"
    PLAN_BUDGET_BELOW_CHEAPEST = "plan_budget_below_cheapest"
    PLAN_CUT_INVALID = "plan_cut_invalid"
    PLAN_COUNTS_NOT_RISING = "plan_counts_not_rising"
