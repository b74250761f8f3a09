import base64
from datetime import UTC, datetime

import pytest

from gis_service.errors import WrongUse
from gis_service.services.list_pages import LARGEST_PAGE, page_key, read_page_key, require_limit

AT = datetime(2026, 1, 6, 10, tzinfo=UTC)
ID = "b9d6f3a4-6f0c-4b58-9d67-1f0f6f8a2b31"


def test_a_key_leads_back_to_what_it_was_written_of() -> None:
    assert read_page_key(page_key(AT, ID)) == (AT, ID)
    assert read_page_key(None) is None


@pytest.mark.parametrize(
    "key",
    [
        "",
        "?",
        "é",
        base64.urlsafe_b64encode(b"[]").decode(),
        base64.urlsafe_b64encode(b'["2026-01-06T10:00:00+00:00", 7]').decode(),
        page_key(AT, "\x00"),
    ],
)
def test_a_key_that_no_page_gave_is_wrong_use(key: str) -> None:
    with pytest.raises(WrongUse) as caught:
        read_page_key(key)
    assert (caught.value.code, caught.value.params["name"]) == ("wrong_argument", "after")


def test_ids_are_uuids_where_the_database_takes_no_others() -> None:
    assert read_page_key(page_key(AT, ID), uuids=True) == (AT, ID)
    with pytest.raises(WrongUse):
        read_page_key(page_key(AT, "x"), uuids=True)


@pytest.mark.parametrize("limit", [0, LARGEST_PAGE + 1])
def test_a_page_has_a_length(limit: int) -> None:
    require_limit(1)
    require_limit(LARGEST_PAGE)
    with pytest.raises(WrongUse):
        require_limit(limit)
