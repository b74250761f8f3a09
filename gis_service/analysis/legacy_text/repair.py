"""Repairs the values of a column that are surely in an old encoding, and leaves all others alone."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from gis_service.analysis.legacy_text.column import Texts, as_array, distinct, judge, repaired
from gis_service.analysis.legacy_text.encodings import Encoding


def repair_text(texts: Texts, encoding: str, *, whole: bool | None = None) -> pa.Array:
    """Repair what is broken in a column.

    Parameters
    ----------
    texts
        (n,) texts exactly as a reader gave them: 8-bit text of unknown encoding as Latin-1.
    encoding
        One of :class:`Encoding`.
    whole
        Repair also values that are Vietnamese either way (``Hé`` is a good syllable, and ``Hộ`` in TCVN3), as
        all else in the column is in the encoding. :func:`guess_text` says whether that is so; when left out
        it is judged by these texts, which may differ from one batch of a column to another.

    Returns
    -------
    pyarrow.Array
        (n,) texts in NFC where something was repaired, all others unchanged. A column that holds no text is
        returned as it is.

    Raises
    ------
    ValueError
        When there is no such encoding.

    Examples
    --------
    >>> repair_text(["X· Th¸i B×nh", "Café", "Xã Thái Bình", "TH¸I B×NH"], "tcvn3").to_pylist()
    ['Xã Thái Bình', 'Café', 'Xã Thái Bình', 'THÁI BÌNH']
    """
    step = Encoding(encoding)
    array = as_array(texts)
    values = distinct(array)
    if values is None:
        return texts if isinstance(texts, pa.Array | pa.ChunkedArray) else array
    verdict = judge(values, step)
    chosen = verdict.chosen(whole=verdict.whole if whole is None else whole)
    if not chosen.any():
        return array
    before = values.values.filter(pa.array(chosen))
    return pc.coalesce(repaired(before, step).take(pc.index_in(array, value_set=before)), array)


def repair_names(names: Sequence[str], encoding: str, *, whole: bool | None = None) -> tuple[str, ...]:
    """Repair the names of columns; see :func:`repair_text`.

    Examples
    --------
    >>> repair_names(["TªN_X·", "DIEN_TICH"], "tcvn3")
    ('TÊN_XÃ', 'DIEN_TICH')
    """
    return tuple(repair_text(list(names), encoding, whole=whole).to_pylist())
