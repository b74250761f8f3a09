"""What a process keeps of studies is bounded by the people they are of."""

from dataclasses import dataclass, replace

import pytest

from gis_service.services.memo import Memo
from gis_service.services.prepared import KEPT_GROUNDS, KEPT_STUDIES, Prepared
from gis_service.services.study_reach import STORED


@dataclass
class Answer:
    """An answer of some people."""

    places: int


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("grounds", KEPT_GROUNDS),
        ("closed", KEPT_GROUNDS),
        ("beside", KEPT_GROUNDS),
        ("scenes", KEPT_GROUNDS),
        ("studies", KEPT_STUDIES),
    ],
)
def test_answers_are_weighed_by_their_places(name: str, times: int) -> None:
    memo: Memo = getattr(Prepared(reach=replace(STORED, places=100)), name)
    small, large = Answer(1), Answer(100 * times)
    assert memo.by_name("small", lambda: small) is memo.by_name("small", lambda: Answer(1))
    # The largest study that is taken in is kept, and sends the others away.
    assert memo.by_name("large", lambda: large) is memo.by_name("large", lambda: Answer(2))
    assert memo.by_name("small", lambda: Answer(3)).places == 3
