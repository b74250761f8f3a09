"""Passwords that are tried first, as they are once marks, capitals and blanks are gone.

A list of our own, made of what people here and elsewhere are known to choose. Digits and signs around a word,
and a word said twice, are seen through (`passwords`), so each stands here once.
"""

_WORDS = """
password passw0rd p@ssw0rd p@ssword letmein welcome iloveyou ilovey0u sunshine princess dragon monkey football
baseball superman batman master shadow trustno1 whatever qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm
qazwsx qazwsxedc 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc q1w2e3r4 q1w2e3r4t5 abc abcd abcdef abcxyz
admin administrator root user guest test testing demo login default changeme secret system server database
postgres postgresql gis gisservice gis-service giservice geoserver map maps
passwordpassword correcthorsebatterystaple thisismypassword mypasswordis iloveyouforever iloveyousomuch
matkhau matkhaucuatoi matkhaumoi matkhaula khongcomatkhau doimatkhau dangnhap taikhoan quantri quantrivien
nguoidung maychu hethong bando bandoso dichvubando
anhyeuem emyeuanh anhyeuemnhieulam emyeuanhnhieulam yeuanh yeuem yeuemmaimai anhyeuemmaimai yeuemnhieulam
anhnhoem emnhoanh contraicung congaicung congaiyeu vochong giadinh giadinhtoi giadinhlasomot vanmenyeuem
toiyeuvietnam vietnam vietnamvodich toiyeubando tinhyeu tinhyeucuatoi hanhphuc maimaimotinhyeu motcaitenkhac
khongbiet khongnho toikhongbiet quenmatkhau quenmatkhauroi hochiminh thanhphohochiminh hanoi saigon danang
haiphong thaibinh hungyen tinhthaibinh tinhhungyen uybannhandan uybannhandantinh uybannhandanxa ubndtinh
sotainguyen sotainguyenvamoitruong soxaydung vanphonguyban conghoaxahoichunghiavietnam
doclaptudohanhphuc chucmungnammoi
"""
COMMON = frozenset(_WORDS.split())

_DIGITS, _LETTERS = "1234567890", "abcdefghijklmnopqrstuvwxyz"
_KEYS = "qwertyuiopasdfghjklzxcvbnm"
_ALONG = (_DIGITS, "0123456789", _LETTERS, _KEYS, _DIGITS + _KEYS, _KEYS + _DIGITS, _LETTERS + _DIGITS)
_ACROSS = ("1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "1q2w3e4r5t6y7u8i9o0p")
_LONGEST = 256
ROWS = tuple(
    (row[:: 1 if forward else -1] * (_LONGEST // len(row) + 2))
    for row in (*_ALONG, *_ACROSS)
    for forward in (True, False)
)
"""Walks along and across the keyboard and the alphabet, both ways, round and round."""
