"""The words of an HTML mail as plain text; what is quoted gets its "> " back."""

from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset(
    ["p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
     "blockquote", "pre", "section", "article", "header", "footer"]
)  # fmt: skip
_APART: Final = frozenset(
    ["p", "ul", "ol", "table", "blockquote", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6"]
)
_SILENT: Final = frozenset(["script", "style", "head", "title", "template", "noscript"])
_ALONE: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
# Marks of mail programs around what they quote.
_QUOTING: Final = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divrplyfwdmsg")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[bool, str]] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._silent = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_line(apart=tag in _APART)
        if tag == "li":
            self._line.append("- ")
        if tag in _ALONE:
            return
        said = " ".join(value or "" for name, value in attrs if name in {"class", "id"}).lower()
        quoting = tag == "blockquote" or any(word in said for word in _QUOTING)
        self._open.append((tag, quoting))
        self._quoted += quoting
        self._silent += tag in _SILENT

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_line(apart=tag in _APART)
        if not any(name == tag for name, _quoting in self._open):
            return
        while self._open:
            name, quoting = self._open.pop()
            self._quoted -= quoting
            self._silent -= name in _SILENT
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._line.append(data)

    def end_line(self, *, apart: bool = False) -> None:
        words = " ".join("".join(self._line).split())
        self._line = []
        if words:
            self.lines.append((self._quoted > 0, words))
        if apart:
            self.lines.append((self._quoted > 0, ""))


def as_text(html: str) -> str:
    """The visible words, a line per block, at most one empty line between them."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    reader.end_line()
    found: list[str] = []
    for quoted, words in reader.lines:
        if words:
            found.append(f"> {words}" if quoted else words)
        elif found and found[-1]:
            found.append("")
    return "\n".join(found).strip()
