"""As much of Markdown as the guides use: headings, paragraphs, lists, tables, code, pictures, links and bold words.

A test holds it to what a full CommonMark renderer makes of every guide.
"""

import re
from collections.abc import Callable
from html import escape

BLOCK = re.compile(r"^```[\s\S]*?^```$|(?:^(?!```)[^\n]*\S[^\n]*\n?)+", re.MULTILINE)
HEADING = re.compile(r"(#{1,4}) (.*)")
ITEM = re.compile(r"^(?:-|\d+\.) +", re.MULTILINE)
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|!\[(?P<alt>[^\]]*)\]\((?P<source>[^)\s]+)\)|\[(?P<words>[^\]]+)\]\((?P<address>[^)\s]+)\)|\*\*(?P<strong>.+?)\*\*"
)
Link = Callable[[str], str]
Picture = Callable[[str, str], str]


def to_html(text: str, *, link: Link, picture: Picture) -> str:
    """Return HTML with everything escaped; `link` gives the address to go to, `picture` the element for a source and its words."""

    def inline(words: str) -> str:
        done, end = "", 0
        for found in INLINE.finditer(words):
            done += _plain(words[end : found.start()]) + element(found)
            end = found.end()
        return done + _plain(words[end:])

    def element(found: re.Match[str]) -> str:
        if found["code"]:
            return f"<code>{_plain(found['code'])}</code>"
        if found["source"]:
            return picture(found["source"], found["alt"])
        if found["words"]:
            return f'<a href="{_plain(link(found["address"]))}">{inline(found["words"])}</a>'
        return f"<strong>{inline(found['strong'])}</strong>"

    return "\n".join(_block(found[0].rstrip("\n"), inline) for found in BLOCK.finditer(text))


def _block(block: str, inline: Callable[[str], str]) -> str:
    lines = block.split("\n")
    if lines[0].startswith("```"):
        said = _plain("\n".join([*lines[1:-1], ""]))
        return f'<pre><code class="language-{_plain(lines[0][3:])}">{said}</code></pre>'
    if heading := HEADING.fullmatch(block):
        level = len(heading[1])
        return f"<h{level}>{inline(heading[2])}</h{level}>"
    if lines[0].startswith("|"):
        return _table(lines, inline)
    if ITEM.match(block):
        kind = "ol" if block[0].isdigit() else "ul"
        items = (re.sub(r"\n +", "\n", item).strip() for item in ITEM.split(block)[1:])
        return f"<{kind}>{''.join(f'<li>{inline(item)}</li>' for item in items)}</{kind}>"
    return f"<p>{inline(block)}</p>"


def _table(lines: list[str], inline: Callable[[str], str]) -> str:
    """The second line only says that it is one."""

    def row(line: str, kind: str) -> str:
        return "<tr>" + "".join(f"<{kind}>{inline(cell.strip())}</{kind}>" for cell in line.strip("| ").split(" |")) + "</tr>"

    body = "".join(row(line, "td") for line in lines[2:])
    return f"<table><thead>{row(lines[0], 'th')}</thead><tbody>{body}</tbody></table>"


def _plain(words: str) -> str:
    return escape(words, quote=False).replace('"', "&quot;")
