"""What is surely broken is repaired; everything else stays as it is, to the letter."""

import re
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_service.analysis.legacy_text import Encoding, repair_names, repair_text
from tests.old_encodings import real_names, written_in

FOREIGN = """
Café|Crème brûlée|Hôtel de Ville|Château|École|Rhône|Noël|Saône|août|naïve|façade|déjà vu|garçon|Béziers
Besançon|Orléans|Zürich|München|Köln|Straße|Düsseldorf|Tübingen|Göttingen|Mönch|Übersee|Fußgänger|Größe
São Paulo|Málaga|señor|Ångström|Reykjavík|Łódź|Dvořák|Škoda|København|Århus|Tromsø|Åland|Kūnmíng|Hékǒu
Yúnnán|Guǎngxī|Dōngxīng|Xa-va-na-khệt|Viêng Chăn|Luông Pha-băng|TDP 5|ĐT.454|QL.10|đường ĐH.72A|50 m²
5m×7m|10×20|25°C|§ 5|© 2020|10 µm|½|± 5|€ 20|“Nhà hàng” Hương|UBND|Block A–B|漢字|ລາວ|Москва
""".replace("\n", "|").split("|")[1:-1]
"""Words of other languages, measures and codes, which no encoding may touch."""


def repaired(values: list[str], encoding: str, *, whole: bool | None = None) -> list[str]:
    return list(repair_text(values, encoding, whole=whole).to_pylist())


@pytest.mark.parametrize(
    ("encoding", "before", "after"),
    [
        ("tcvn3", "X· Th¸i B×nh", "Xã Thái Bình"),
        ("tcvn3", "TH¸I B×NH", "THÁI BÌNH"),
        ("tcvn3", "UBND x· TH¸I B×NH", "UBND xã THÁI BÌNH"),
        ("tcvn3", "X· TH¸I B×NH", "XÃ THÁI BÌNH"),
        ("tcvn3", "B¶o ¸i", "Bảo ái"),  # a capital of the font .VnTimeH: not told apart by its bytes
        ("tcvn3", "Sè 12/5 ®­êng Lª Lîi, ph­êng Bå Xuyªn (cò)", "Số 12/5 đường Lê Lợi, phường Bồ Xuyên (cũ)"),
        ("tcvn3", "X· Th¸i B×nh, 50 m², 5m×7m", "Xã Thái Bình, 50 m², 5m×7m"),
        ("vni", "Phöôøng Leâ Hoàng Phong", "Phường Lê Hồng Phong"),
        ("viscii", "THÀNH PH\x8f M\x19 THO", "THÀNH PHỐ MỸ THO"),
        ("cp1258", "Quán Café Hýng Yên", "Quán Café Hưng Yên"),
        ("utf8", "Quáº\xadn BÃ¬nh TÃ¢n", "Quận Bình Tân"),
        ("utf8_tcvn3", "ThÂ¸i B×nh".replace("×", "Ã\x97"), "Thái Bình"),
        ("nfd", unicodedata.normalize("NFD", "Huyện Tiền Hải"), "Huyện Tiền Hải"),
    ],
)
def test_a_broken_value_is_repaired(encoding: str, before: str, after: str) -> None:
    assert repaired([before], encoding) == [after]


@pytest.mark.parametrize("encoding", list(Encoding))
@pytest.mark.parametrize("whole", [None, False])
def test_words_of_other_languages_numbers_and_codes_stay(encoding: Encoding, whole: bool | None) -> None:  # noqa: FBT001
    assert repaired(FOREIGN, encoding, whole=whole) == FOREIGN


@pytest.mark.parametrize("encoding", list(Encoding))
def test_they_stay_beside_broken_values_too(encoding: Encoding) -> None:
    broken = [written_in(name, encoding) for name in ("xã đông hưng", "phường trần lãm", "huyện thái thụy")]
    assert repaired(broken + FOREIGN, encoding)[3:] == FOREIGN


@pytest.mark.parametrize("encoding", list(Encoding))
def test_no_clean_name_of_the_country_is_changed(encoding: Encoding) -> None:
    names = list(real_names())
    assert repaired(names, encoding) == names


LATIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=12)


@given(st.lists(LATIN, max_size=5), st.sampled_from(list(Encoding)))
def test_random_text_keeps_its_blanks_digits_and_signs_and_is_repaired_once(
    texts: list[str], encoding: Encoding
) -> None:
    once = repaired(texts, encoding, whole=False)
    for before, after in zip(texts, once, strict=True):
        assert before == after or not before.isascii()
        assert re.findall(r"[\x20-\x40]", after) == re.findall(r"[\x20-\x40]", before)
    assert repaired(once, encoding, whole=False) == once


@given(st.lists(st.text(st.characters(min_codepoint=0x2200)), max_size=5), st.sampled_from(list(Encoding)))
def test_text_of_other_scripts_stays(texts: list[str], encoding: Encoding) -> None:
    assert repaired(texts, encoding) == texts


@pytest.mark.parametrize("encoding", list(Encoding))
def test_a_value_with_letters_that_only_unicode_has_is_clean_as_a_whole(encoding: Encoding) -> None:
    # "Liên" is a word in TCVN3 too, and "giê" none as it stands.
    clean = ["Cộng hoà Liên bang Ni-giê-ri-a", "Chức vương Ăn-đoa-râ"]
    assert repaired(clean, encoding, whole=False) == clean


def test_what_is_a_word_either_way_is_repaired_only_where_all_else_is_broken() -> None:
    broken = ["Hé", "X· Th¸i B×nh", "§«ng H­ng", "X· Vò Th­", "TiÒn H¶i"]
    assert repaired(broken, "tcvn3") == ["Hộ", "Xã Thái Bình", "Đông Hưng", "Xã Vũ Thư", "Tiền Hải"]
    assert repaired(broken, "tcvn3", whole=False)[0] == "Hé"
    assert repaired([*broken, "Đông Hưng"], "tcvn3")[0] == "Hé"
    # More of them than an old encoding has: some are clean.
    assert repaired([*broken, "Phè", "Tèt"], "tcvn3")[0] == "Hé"


def test_a_clean_value_that_would_be_words_in_the_encoding_stays_beside_broken_ones() -> None:
    broken = ["X· Th¸i B×nh", "§«ng H­ng", "X· Vò Th­", "TiÒn H¶i"]
    for clean in ("Xã Thái Bình", "Xã Krông Nô"):
        assert repaired([*broken, clean], "tcvn3")[-1] == clean


def test_columns_keep_their_length_their_nulls_and_their_type() -> None:
    column = pa.chunked_array([["X· An", None], ["", "Th¸i B×nh", "ok"]], pa.large_string())
    done = repair_text(column, "tcvn3")
    assert done.to_pylist() == ["Xã An", None, "", "Thái Bình", "ok"]
    assert done.type == pa.large_string()
    coded = pa.array(["X· An", "ok", "X· An"]).dictionary_encode()
    assert repair_text(coded, "tcvn3").to_pylist() == ["Xã An", "ok", "Xã An"]


@pytest.mark.parametrize("column", [pa.array(["plain", None]), pa.array([1, 2]), pa.array([], pa.string())])
def test_a_column_without_anything_to_repair_is_the_same_object(column: pa.Array) -> None:
    assert repair_text(column, "vni") is column


def test_names_of_columns_are_repaired_alike() -> None:
    assert repair_names(["TªN_X·", "D¢N_Sè", "AREA"], "tcvn3") == ("TÊN_XÃ", "DÂN_SỐ", "AREA")


def test_an_encoding_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="ebcdic"):
        repair_text(["x"], "ebcdic")
