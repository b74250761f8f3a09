"""Old encodings are read letter by letter as their standards say, and as files were seen to hold them."""

import shutil
import subprocess
import unicodedata

import pytest

from gis_service.analysis.legacy_text import Encoding, decode
from tests.old_encodings import real_names, written_in

TCVN3_BYTES = [*range(0xA1, 0xAF), *range(0xB5, 0xBA), *range(0xBB, 0xBF), 0xC6]
TCVN3_BYTES += [byte for byte in range(0xC7, 0xFF) if byte not in {0xCD, 0xD9, 0xDA, 0xDB, 0xE0, 0xF0}]
VISCII_BYTES = [0x02, 0x05, 0x06, 0x14, 0x19, 0x1E, *range(0x80, 0x100)]


def iconv(octets: bytes, encoding: str) -> str:
    program = shutil.which("iconv")
    if program is None:
        pytest.skip("no iconv on this machine: the outside truth of the tables is missing")
    done = subprocess.run(
        [program, "-f", encoding, "-t", "UTF-8"], input=octets, capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.mark.parametrize(
    ("encoding", "name", "octets"),
    [(Encoding.TCVN3, "TCVN5712-1", TCVN3_BYTES), (Encoding.VISCII, "VISCII", VISCII_BYTES)],
)
def test_every_letter_is_the_one_that_glibc_knows(encoding: Encoding, name: str, octets: list[int]) -> None:
    # A blank behind each letter: glibc waits for a mark that might follow.
    text = b"".join(bytes([byte, 0x20]) for byte in octets)
    assert decode(text.decode("latin-1"), encoding) == unicodedata.normalize("NFC", iconv(text, name))


@pytest.mark.parametrize(
    ("encoding", "written", "meant"),
    [
        (Encoding.TCVN3, "Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
        (Encoding.TCVN3, "§éc lËp - Tù do - H¹nh phóc", "Độc lập - Tự do - Hạnh phúc"),
        (Encoding.TCVN3, "\x93x·\x94 \x96 ®", "“xã” – đ"),
        (Encoding.VNI, "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        (Encoding.VNI, "THAØNH PHOÁ HOÀ CHÍ MINH", "THÀNH PHỐ HỒ CHÍ MINH"),
        (Encoding.VNI, "Ñaø Naüng, Quaûng Ngaõi, Ñaék Laék", "Đà Nẵng, Quảng Ngãi, Đắk Lắk"),
        (Encoding.VNI, "ñöôøng Phaïm Nguõ Laõo, tænh Vónh Long", "đường Phạm Ngũ Lão, tỉnh Vĩnh Long"),
        (Encoding.VNI, "Thöøa Thieân Hueá, thò traán Kyø Sôn", "Thừa Thiên Huế, thị trấn Kỳ Sơn"),
        (Encoding.VISCII, "Huy®n Ðông Hßng", "Huyện Đông Hưng"),
        (Encoding.CP1258, "Huyêòn Ðông Hýng", "Huyện Đông Hưng"),
        (Encoding.UTF8, "PhÆ°á»\x9dng", "Phường"),
        (Encoding.UTF8, "ThÃ nh phá»‘", None),
        (Encoding.UTF8, "thÃ\xa0nh phá»‘", "thành phố"),
        (Encoding.UTF8_TWICE, "TrÃ¡ÂºÂ§n", "Trần"),
        (Encoding.UTF8_TCVN3, "ThÂ¸i BÃ\x97nh", "Thái Bình"),
        (Encoding.NFD, "Tra\u0302\u0300n", "Trần"),
        (Encoding.TCVN3, "Hưng", None),
    ],
)
def test_text_as_it_was_seen_in_files(encoding: Encoding, written: str, meant: str | None) -> None:
    assert decode(written, encoding) == meant


@pytest.mark.parametrize("encoding", list(Encoding))
def test_what_is_written_in_an_encoding_is_read_back(encoding: Encoding) -> None:
    names = [name.lower() for name in real_names()[::200]]
    assert [decode(written_in(name, encoding), encoding) for name in names] == names
