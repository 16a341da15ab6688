"""What is shown instead of saved: the policy that keeps it from running as the site."""

from tests.support.remote import answer

from ..row import BODY, Row

POLICY = "Content-Security-Policy"

ACTIVE = {
    "HTML": "text/html",
    "HTML with a charset": "text/html; charset=utf-8",
    "HTML in capitals": "TEXT/HTML",
    "XHTML": "application/xhtml+xml",
    "SVG": "image/svg+xml",
    "XML": "application/xml",
    "XML by its suffix": "audio/x+xml",
    "a script": "text/javascript",
    "an unknown type": "unknown/unknown",
    "any type": "*/*",
    "no media type": "html",
    # Fetch standard, "extract a MIME type": the last one counts.
    "a picture and HTML": "image/png, text/html",
    "a picture's parameter and HTML": "image/png;x=1,text/html",
    "a picture without a comma before HTML": "image/png text/html",
    "parts that replace each other": "multipart/x-mixed-replace; boundary=x",
    "bytes": "application/octet-stream",
    "a type that begins like a picture's": "image/png+xml",
    "a type that ends like a picture's": "x-image/png",
}
PASSIVE = {
    "PNG": "image/png",
    "JPEG in capitals": "IMAGE/JPEG",
    "an icon": "image/vnd.microsoft.icon",
    "PDF": "application/pdf",
    "PDF with a version": "application/pdf; version=1.7",
    "plain text": "text/plain; charset=utf-8",
    "film": "video/mp4",
    "sound": "audio/mpeg",
}
JOINED = {
    "a policy for the site's pages": "default-src 'self'",
    "a list of policies": "default-src 'self', script-src 'none'",
    "a policy that names sandbox in passing": "report-uri /sandbox?sandbox",
    "a directive that begins like sandbox": "sandboxes x",
}
DECIDED = {
    "sandbox": "sandbox",
    "sandbox with exceptions": "default-src 'self'; sandbox allow-scripts allow-same-origin",
    "SANDBOX in capitals": "SANDBOX",
    "a second policy of sandbox": "default-src 'self',sandbox",
}
ATTACHED = {
    "an attachment": "attachment",
    "an attachment in capitals": "ATTACHMENT",
    "an attachment with a name": 'attachment ; filename="inline"',
}
SHOWN = {
    "inline": "inline",
    "an unknown disposition": "attachments",
    "a name alone": 'filename="attachment"',
    "attachment as a second thought": "inline, attachment",
}


def _shown(says: str, disposition: str, content_type: str, policy: str | None) -> Row:
    return Row(
        says=f"shown: {says}",
        # By hand, so that the disposition is the only one.
        text_form=True,
        app_fields=(("Content-Disposition", disposition),),
        remote=answer(200, [("Content-Type", content_type)], BODY),
        status=200,
        has=() if policy is None else ((POLICY, policy),),
        has_not=(POLICY,) if policy is None else (),
    )


ROWS = [
    *(_shown(f"{what} is sandboxed", "inline", t, "sandbox") for what, t in ACTIVE.items()),
    *(_shown(f"{what} is as it is", "inline", t, None) for what, t in PASSIVE.items()),
    *(_shown(f"HTML, said to be {what}", d, "text/html", None) for what, d in ATTACHED.items()),
    *(_shown(f"HTML, said to be {what}", d, "text/html", "sandbox") for what, d in SHOWN.items()),
    *(
        Row(
            says=f"shown: {what} is joined by sandbox",
            file={"disposition": "inline", "headers": {POLICY: policy}},
            remote=answer(200, [("Content-Type", "text/html")], BODY),
            has=((POLICY, f"{policy}, sandbox"),),
        )
        for what, policy in JOINED.items()
    ),
    *(
        Row(
            says=f"shown: {what}, which the application says, decides",
            file={"disposition": "inline", "headers": {POLICY: policy}},
            remote=answer(200, [("Content-Type", "text/html")], BODY),
            has=((POLICY, policy),),
        )
        for what, policy in DECIDED.items()
    ),
    Row(
        says="shown: the application's type counts, not the remote's",
        file={"disposition": "inline", "content_type": "text/html"},
        remote=answer(200, [("Content-Type", "image/png")], BODY),
        has=((POLICY, "sandbox"),),
    ),
    Row(
        says="shown: the application's harmless type counts too",
        file={"disposition": "inline", "content_type": "image/png"},
        remote=answer(200, [("Content-Type", "text/html")], BODY),
        has_not=(POLICY,),
    ),
    Row(
        says="shown: no type at all is sandboxed",
        file={"disposition": "inline"},
        remote=answer(200, [], BODY),
        has=((POLICY, "sandbox"), ("X-Content-Type-Options", "nosniff")),
    ),
    Row(
        says="shown: a part of a page is sandboxed",
        file={"disposition": "inline"},
        fields=(("Range", "bytes=0-3"),),
        remote=answer(
            206, [("Content-Type", "text/html"), ("Content-Range", "bytes 0-3/18")], BODY[:4]
        ),
        has=((POLICY, "sandbox"),),
    ),
    Row(
        says="shown: a page behind a redirect is sandboxed",
        file={"disposition": "inline"},
        remote={
            "/file": answer(302, [("Location", "/k"), ("Content-Type", "image/png")]),
            "/k": answer(200, [("Content-Type", "text/html")], BODY),
        },
        has=((POLICY, "sandbox"),),
    ),
    Row(
        says="shown: the remote's own policy doesn't count",
        file={"disposition": "inline"},
        remote=answer(200, [("Content-Type", "text/html"), (POLICY, "sandbox allow-scripts")]),
        has=((POLICY, "sandbox"),),
    ),
    Row(
        says="shown: a 304 without a type leaves the client's policy alone",
        file={"disposition": "inline", "headers": {POLICY: "default-src 'self'"}},
        remote=answer(304, framing="none"),
        status=304,
        has_not=(POLICY,),
    ),
    Row(
        says="shown: a 304 of our own leaves the client's policy alone",
        file={"disposition": "inline", "headers": {POLICY: "default-src 'self'"}, "etag": "v1"},
        fields=(("If-None-Match", '"v1"'),),
        status=304,
        has_not=(POLICY,),
    ),
    Row(
        says="shown: an error has no policy",
        file={"disposition": "inline"},
        remote=answer(403, [("Content-Type", "text/html")], b"<Error/>"),
        status=502,
        has_not=(POLICY,),
    ),
    Row(
        says="shown: HTML, said to be an attachment behind a space",
        text_form=True,
        app_fields=(("Content-Disposition", " attachment; filename=x"),),
        remote=answer(200, [("Content-Type", "text/html")], BODY),
        status=200,
        has_not=("Content-Security-Policy",),
    ),
    Row(
        says="shown: a picture, said so behind a space",
        text_form=True,
        app_fields=(("Content-Disposition", "inline"), ("Content-Type", " image/png")),
        status=200,
        has_not=("Content-Security-Policy",),
    ),
    Row(
        says="shown: a policy of a space alone is none",
        file={"disposition": "inline"},
        app_fields=(("Content-Security-Policy", " "),),
        remote=answer(200, [("Content-Type", "text/html")], BODY),
        has=(("Content-Security-Policy", "sandbox"),),
    ),
    Row(
        says="shown: a picture of the remote, said so behind a tab",
        file={"disposition": "inline"},
        remote=answer(200, [("Content-Type", "\timage/png")], BODY),
        has_not=("Content-Security-Policy",),
    ),
]
