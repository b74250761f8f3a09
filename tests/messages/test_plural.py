"""English words that follow a count."""

import pickle

import pytest

from gis_service.messages.plural import Counted, counted, with_many

FEATURES = "{count} {count:feature is|features are} wrong in {file}."


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 features are wrong in a."),
        (1, "1 feature is wrong in a."),
        ("1", "1 feature is wrong in a."),
        (2, "2 features are wrong in a."),
        (1.5, "1.5 features are wrong in a."),
        ("1,000", "1,000 features are wrong in a."),
    ],
)
def test_words_fit_their_count(count: object, said: str) -> None:
    assert counted(FEATURES).format(count=count, file="a") == said


def test_a_text_without_forms_is_as_it_was() -> None:
    plain = "{value:.2f} of {file}, a | b"
    assert type(counted(plain)) is str
    assert Counted(plain).format(value=1, file="a|b") == "1.00 of a|b, a | b"


def test_forms_outlive_the_way_to_another_process() -> None:
    there = pickle.loads(pickle.dumps(counted(FEATURES)))  # noqa: S301  our own
    assert there.format(count=1, file="a") == "1 feature is wrong in a."


def test_who_looks_at_placeholders_sees_the_words_for_several() -> None:
    assert with_many(FEATURES) == "{count} features are wrong in {file}."
