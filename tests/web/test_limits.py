"""How often one address may ask."""

import pytest

from gis_service.web import limits
from gis_service.web.limits import Allowance, address_of, household_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_worth_may_be_asked_at_once_and_then_as_it_comes_back() -> None:
    clock = Clock()
    allowance = Allowance(6, clock)
    assert [allowance.wait_s("a") for _ in range(7)] == [0] * 6 + [10]
    clock.now += 9.9
    assert allowance.wait_s("a") == 1
    clock.now += 0.1
    assert [allowance.wait_s("a"), allowance.wait_s("a")] == [0, 10]


def test_a_long_silence_saves_nothing_up() -> None:
    clock = Clock()
    allowance = Allowance(2, clock)
    clock.now += 3600
    assert [allowance.wait_s("a") for _ in range(3)] == [0, 0, 30]


def test_one_address_does_not_use_up_what_another_has() -> None:
    allowance = Allowance(1, Clock())
    assert [allowance.wait_s(address) for address in ("a", "a", "b")] == [0, 60, 0]


def test_the_address_that_asked_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ADDRESSES", 2)
    allowance = Allowance(1, Clock())
    assert [allowance.wait_s(address) for address in ("a", "b", "a", "c", "b", "c")] == [0, 0, 60, 0, 0, 60]


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ("", 0, "10.0.0.9"),
        ("", 1, "10.0.0.9"),
        ("203.0.113.7", 0, "10.0.0.9"),
        ("203.0.113.7", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7", 1, "203.0.113.7"),
        ("1.1.1.1, 203.0.113.7, 10.0.0.2", 2, "203.0.113.7"),
        ("203.0.113.7", 3, "203.0.113.7"),
        (" , ", 1, "10.0.0.9"),
    ],
)
def test_only_what_our_own_proxies_say_is_believed(forwarded: str, proxies: int, expected: str) -> None:
    assert address_of(forwarded, "10.0.0.9", proxies) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("-", "-"),
        ("unknown", "unknown"),
    ],
)
def test_all_addresses_of_a_household_share_one_allowance(address: str, expected: str) -> None:
    assert household_of(address) == expected
