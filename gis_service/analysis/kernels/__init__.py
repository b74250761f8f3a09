"""The compiled loops of the engine: plain functions on arrays, one signature each, cached on disk.

Everything here is reached through the modules of ``analysis``; ``analysis.warm`` compiles it once.
"""

from gis_service.analysis.kernels.answers import CLOSED, FAR
from gis_service.analysis.kernels.catchments import facilities_of_homes, sums_of_facilities, sums_of_homes
from gis_service.analysis.kernels.chains import walk_chains
from gis_service.analysis.kernels.fractions import window_shares, window_sums
from gis_service.analysis.kernels.nearest import nearest_at, nearest_ways
from gis_service.analysis.kernels.pairs import pairs_within
from gis_service.analysis.kernels.plan_prices import NEVER_FITS, Offers, Turns, best_ways, offers_of, pulls_of
from gis_service.analysis.kernels.plan_search import build_up, first_in_order, give_way, rebuild, stand_at
from gis_service.analysis.kernels.plan_state import PlanState, PlanTerms, is_sound
from gis_service.analysis.kernels.plan_state import place as place_project
from gis_service.analysis.kernels.positions import ask_positions
from gis_service.analysis.kernels.recount import Places, ask_homes, homes_of, take_back
from gis_service.analysis.kernels.repair import (
    Log,
    SparseRows,
    find_again,
    forget,
    forget_of,
    improve,
    write_back,
)
from gis_service.analysis.kernels.rows import along_hilbert, lay_arcs
from gis_service.analysis.kernels.siting_bound import BOUND, PACE, climb
from gis_service.analysis.kernels.siting_cover import held_by_another
from gis_service.analysis.kernels.siting_prices import pick, pulls_of_rows, worths_of_rows
from gis_service.analysis.kernels.siting_rooms import choose_rooms, pulls_of_rooms, worths_of_rooms
from gis_service.analysis.kernels.siting_rows import first_twice, lay_columns, lay_rows, like_the_first
from gis_service.analysis.kernels.siting_search import (
    earlier_equal,
    exchange,
    savings_of_swaps,
    two_cheapest,
)
from gis_service.analysis.kernels.siting_within import (
    choose_within,
    exchange_within,
    three_cheapest,
    total_within,
)
from gis_service.analysis.kernels.tile_features import write_features
from gis_service.analysis.kernels.tile_grid import HIGH as TILE_HIGH
from gis_service.analysis.kernels.tile_grid import LOW as TILE_LOW
from gis_service.analysis.kernels.tile_grid import frame_of
from gis_service.analysis.kernels.tile_rows import columns_at, numbers_at
from gis_service.analysis.kernels.tile_shapes import AREAS as TILE_AREAS
from gis_service.analysis.kernels.tile_shapes import UNSURE as TILE_UNSURE
from gis_service.analysis.kernels.tile_shapes import draw_shapes, write_rings

__all__ = [
    "BOUND",
    "CLOSED",
    "FAR",
    "NEVER_FITS",
    "PACE",
    "TILE_AREAS",
    "TILE_HIGH",
    "TILE_LOW",
    "TILE_UNSURE",
    "Log",
    "Offers",
    "Places",
    "PlanState",
    "PlanTerms",
    "SparseRows",
    "Turns",
    "along_hilbert",
    "ask_homes",
    "ask_positions",
    "best_ways",
    "build_up",
    "choose_rooms",
    "choose_within",
    "climb",
    "columns_at",
    "draw_shapes",
    "earlier_equal",
    "exchange",
    "exchange_within",
    "facilities_of_homes",
    "find_again",
    "first_in_order",
    "first_twice",
    "forget",
    "forget_of",
    "frame_of",
    "give_way",
    "held_by_another",
    "homes_of",
    "improve",
    "is_sound",
    "lay_arcs",
    "lay_columns",
    "lay_rows",
    "like_the_first",
    "nearest_at",
    "nearest_ways",
    "numbers_at",
    "offers_of",
    "pairs_within",
    "pick",
    "place_project",
    "pulls_of",
    "pulls_of_rooms",
    "pulls_of_rows",
    "rebuild",
    "savings_of_swaps",
    "stand_at",
    "sums_of_facilities",
    "sums_of_homes",
    "take_back",
    "three_cheapest",
    "total_within",
    "two_cheapest",
    "walk_chains",
    "window_shares",
    "window_sums",
    "worths_of_rooms",
    "worths_of_rows",
    "write_back",
    "write_features",
    "write_rings",
]
