"""What the download is called: the value that Python made arrives as it was made."""

from tests.support.remote import answer

from ..row import BODY, TYPE, Row

NAMES = (
    "report.pdf", "Q3 résumé.pdf", "日本語.txt", "наш файл.doc", "a b  c.txt", "50% off.txt",
    "a%20b.txt", "semi;colon.txt", "quo\"te's.txt", "com,ma.txt", "dollar$host.txt",
    "${uri}$upstream_http_x.txt", "{brace}.txt", "back`tick.txt", "hash#tag.txt", "a&b=c+d.txt",
    "tilde~.txt", "caret^.txt", "bar|.txt", "<script>.html", "at@sign.txt", "equals=.txt",
    "emoji 🎉.png", "family 👨\u200d👩\u200d👧.png", "ｆｕｌｌ／width.txt".replace("／", "-"),
    ".hidden", "trailing.", "no-extension", "x" * 200 + ".bin", "é" * 200 + ".bin",
    "ﬁne.txt", "İstanbul.txt", "naïve café.txt", "a\u0301.txt", "Ω≈ç√.txt", "عربى.pdf",
    "'single'.txt", "UTF-8''fake.txt", "filename*=x.txt", "attachment; filename=evil.exe",
)  # fmt: skip

ROWS = [
    *(
        Row(
            says=f"a file called {name if len(name) < 50 else f'{name[0]} times 200'}",
            file={"filename": name},
            status=200,
            has_not=("X-Accel-Response-Content-Disposition",),
        )
        for name in NAMES
    ),
    Row(
        says="a name in two alphabets, as RFC 8187 has it",
        file={"filename": "naïve.txt"},
        status=200,
        has=(
            (
                "Content-Disposition",
                "attachment; filename=\"naive.txt\"; filename*=UTF-8''na%C3%AFve.txt",
            ),
        ),
    ),
    Row(
        says="shown in place, under a name",
        file={"filename": "x.pdf", "disposition": "inline"},
        status=200,
        has=(("Content-Disposition", 'inline; filename="x.pdf"'),),
    ),
    Row(
        says="shown in place, without a name",
        file={"disposition": "inline"},
        status=200,
        has=(("Content-Disposition", "inline"),),
    ),
    Row(
        says="a name on a part",
        fields=(("Range", "bytes=0-1"),),
        file={"filename": "x.pdf"},
        remote=answer(206, (TYPE, ("Content-Range", f"bytes 0-1/{len(BODY)}")), BODY[:2]),
        status=206,
        has=(("Content-Disposition", 'attachment; filename="x.pdf"'),),
    ),
    Row(
        says="a name on a HEAD",
        method="HEAD",
        file={"filename": "é.pdf"},
        status=200,
    ),
    *(
        Row(
            says=f"Content-Disposition by hand, {value}, in the text form",
            text_form=True,
            app_fields=(("Content-Disposition", value),),
            status=200,
            has=(("Content-Disposition", value),),
        )
        for value in (
            'attachment; filename="a.txt"',
            "inline",
            "form-data; name=x",
            'attachment; filename="a\\"b.txt"',
            "attachment; filename=$host.txt",
        )
    ),
]
