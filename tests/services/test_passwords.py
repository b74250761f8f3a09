"""Which passwords are taken, and how they are kept."""

import unicodedata

import pytest
from argon2 import PasswordHasher

from gis_service.errors import ErrorCode, RefusedInput
from gis_service.services import passwords
from gis_service.services.passwords import (
    LEAST,
    MOST,
    hash_password,
    is_outdated,
    is_right,
    require_good,
)

KNOWN = ("lan.nguyen", "Nguyễn Thị Lan", "Thái Bình", "gis service")
GOOD = "con trâu ăn cỏ ngoài đê"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "purple tractor seldom sings",
        "ngoài đê có 12 con cò",
        "7hq2-vk81-zzp0-3mma",
        "831947502938471",
        "🚜" * 3 + " ruộng lúa chín vàng",
        "a" * 7 + "xuân hạ thu đông",
    ],
)
def test_long_phrases_of_any_signs_are_taken(password: str) -> None:
    require_good(password, KNOWN)


@pytest.mark.parametrize("password", ["", "short", "x" * (LEAST - 1), "á" * (LEAST - 1), "y7" * MOST])
def test_too_short_and_too_long_ones_are_refused(password: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        require_good(password, KNOWN)
    assert refused.value.code == ErrorCode.PASSWORD_LENGTH


@pytest.mark.parametrize(
    "password",
    [
        "123456789012345",
        "098765432109876",
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "PasswordPassword",
        "Mật khẩu 1234567890",
        "matkhau@@@@@@@2026",
        "Anh Yêu Em Nhiều Lắm",
        "anhyeuem19081990!",
        "Thái Bình 2025!!!!!",
        "thaibinhthaibinh",
        "lan.nguyen.1990!!",
        "nguyen thi lan 1990",
        "uybannhandantinh2025",
        "Độc lập Tự do Hạnh phúc",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(RefusedInput) as refused:
        require_good(password, KNOWN)
    assert refused.value.code == ErrorCode.PASSWORD_COMMON


def test_a_password_is_right_however_its_marks_are_typed() -> None:
    kept = hash_password(unicodedata.normalize("NFC", GOOD))
    assert kept.startswith("$argon2id$")
    assert is_right(kept, unicodedata.normalize("NFD", GOOD))
    assert not is_right(kept, GOOD + " ")
    assert not is_right(kept, "con trau an co ngoai de")


def test_equal_passwords_have_unequal_hashes() -> None:
    assert hash_password(GOOD) != hash_password(GOOD)


@pytest.mark.parametrize("kept", [None, "", "no hash at all"])
def test_without_a_hash_nothing_is_right(kept: str | None) -> None:
    assert not is_right(kept, GOOD)


def test_an_account_that_does_not_exist_is_checked_like_one_that_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []

    class Watched(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002 as there
            checked.append(str(hash)[:30])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    kept = hash_password(GOOD)
    assert [is_right(None, GOOD), is_right(kept, "another")] == [False, False]
    assert checked[0] == checked[1]


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    assert not is_outdated(hash_password(GOOD))
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD))
