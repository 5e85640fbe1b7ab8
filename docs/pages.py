"""Make the guide: the pages of docs/guide and docs/reference as HTML that needs nothing else.

The lists of links in docs/guide/index.md are the navigation. What is broken ends the build: a page
that is not in the navigation, a link or a heading that leads nowhere or out of the guide, a picture
that is missing or has no description.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path, PurePosixPath
from string import Template

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

DOCS = Path(__file__).parent
PAGE = Template((DOCS / "page.html").read_text("utf-8"))
STYLE = DOCS / "guide.css"
FOLDERS = ("guide", "reference")
START = PurePosixPath("guide/index.md")
PICTURES = "pictures"
SAMPLES = PurePosixPath("../resources/samples")
_SHORT = 30  # letters of code that are not parted between lines
_HEADING = 3  # tokens of the title: it opens, its text, it closes
_LISTED = (2, 3)  # the levels of heading that the contents of a page show


class GuideError(Exception):
    """What is wrong with which page."""


@dataclass(frozen=True)
class Heading:
    """A heading of a page, and the anchor that leads to it."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Page:
    """A page of the guide, read but not yet written; paths are those within docs."""

    path: PurePosixPath
    tokens: list[Token]
    headings: tuple[Heading, ...]

    @property
    def title(self) -> str:
        return self.headings[0].text

    @property
    def target(self) -> PurePosixPath:
        """Where its HTML stands in the guide; the folder ``guide`` is the root of it."""
        inside = self.path.parts[1:] if self.path.parts[0] == "guide" else self.path.parts
        return PurePosixPath(*inside).with_suffix(".html")


@dataclass(frozen=True)
class Section:
    """Pages that stand together in the navigation."""

    title: str
    pages: tuple[PurePosixPath, ...]


def main() -> None:
    """Make the guide in the folder that is named, by default build/guide."""
    root = DOCS.parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "build" / "guide"
    version = runpy.run_path(str(root / "xps" / "version.py"))["__version__"]
    try:
        pages = build(DOCS, folder, version)
    except GuideError as error:
        sys.exit(f"the guide was not made: {error}")
    print(f"{folder / 'index.html'}: {len(pages)} pages")


@dataclass(frozen=True)
class Guide:
    """All pages, and the order in which they are read."""

    docs: Path
    pages: dict[PurePosixPath, Page]
    sections: tuple[Section, ...]

    @property
    def order(self) -> list[PurePosixPath]:
        return [START, *(path for section in self.sections for path in section.pages)]


def build(docs: Path, folder: Path, version: str) -> list[PurePosixPath]:
    """Write all pages, and what they show, into a folder in place of what was there."""
    guide = read_guide(docs)
    files = {PurePosixPath(STYLE.name): STYLE}
    written = {}
    for path in guide.order:
        files |= settled(guide, guide.pages[path])
        written[guide.pages[path].target] = html(guide, guide.pages[path], version)
    shutil.rmtree(folder, ignore_errors=True)
    for target, text in written.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        (folder / target).write_text(text, "utf-8", newline="\n")
    for target, source in files.items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / target)
    return list(written)


def read_guide(docs: Path) -> Guide:
    """Read all pages; each must be in the navigation, and there."""
    pages = {page.path: page for page in (read(docs, path) for path in sources(docs))}
    if START not in pages:
        raise GuideError(f"{START} is missing")
    guide = Guide(docs, pages, tuple(navigation(pages[START])))
    for path in pages.keys() - set(guide.order):
        raise GuideError(f"{path} is not in the navigation: name it in {START}")
    for path in guide.order:
        if path not in pages:
            raise GuideError(f"{START} names {path}, which is missing")
    return guide


def sources(docs: Path) -> Iterator[PurePosixPath]:
    """Yield the pages of the guide."""
    for folder in FOLDERS:
        for path in sorted((docs / folder).rglob("*.md")):
            yield PurePosixPath(path.relative_to(docs).as_posix())


def read(docs: Path, path: PurePosixPath) -> Page:
    """Parse a page and give its headings their anchors, which are those of forges."""
    tokens = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .parse((docs / path).read_text("utf-8"))
    )
    headings: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            text = "".join(
                part.content
                for part in inline.children or ()
                if part.type in ("text", "code_inline")
            )
            anchor = _anchor(text, [heading.anchor for heading in headings])
            opening.attrSet("id", anchor)
            headings.append(Heading(int(opening.tag[1]), text, anchor))
    if not headings or headings[0].level != 1:
        raise GuideError(f"{path} does not begin with a title")
    return Page(path, tokens, tuple(headings))


def _anchor(text: str, taken: list[str]) -> str:
    anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
    repeats = sum(
        other == anchor or re.fullmatch(rf"{anchor}-\d+", other) is not None for other in taken
    )
    return f"{anchor}-{repeats}" if repeats else anchor


def navigation(start: Page) -> list[Section]:
    """Return the sections of the first page with the pages that their lists lead to."""
    sections: list[Section] = []
    title = ""
    linked: list[PurePosixPath] = []
    headings = iter(start.headings)
    in_list = 0
    for token in start.tokens:
        in_list += token.type == "bullet_list_open"
        in_list -= token.type == "bullet_list_close"
        if token.type == "heading_open":
            if linked:
                sections.append(Section(title, tuple(linked)))
            title, linked = next(headings).text, []
        if in_list and token.type == "inline":
            hrefs = [
                str(part.attrGet("href"))
                for part in token.children or ()
                if part.type == "link_open"
            ]
            linked += [resolved(start.path, href) for href in hrefs[:1]]
    return [*sections, Section(title, tuple(linked))] if linked else sections


def resolved(page: PurePosixPath, href: str) -> PurePosixPath:
    """Return where a relative link of a page leads, within docs."""
    return PurePosixPath(os.path.normpath(page.parent / href).replace(os.sep, "/"))


def settled(guide: Guide, page: Page) -> dict[PurePosixPath, Path]:
    """Make the links of a page those of its HTML; return the files that it needs, by target."""
    files = {}
    for token in walked(page.tokens):
        if token.type == "link_open":
            href = str(token.attrGet("href"))
            sample = resolved(page.path, href)
            if sample.parent == SAMPLES and (guide.docs / sample).is_file():
                target = PurePosixPath("samples", sample.name)
                files[target] = guide.docs / sample
                token.attrSet("href", between(page.target, target))
            else:
                token.attrSet("href", leading(guide, page, href))
        elif token.type == "image":
            picture = resolved(page.path, str(token.attrGet("src")))
            if not (guide.docs / picture).is_file() or picture.parts[0] != PICTURES:
                raise GuideError(f"{page.path} shows {picture}, which is missing")
            if not token.content:
                raise GuideError(f"{page.path} shows {picture} without a description")
            files[picture] = guide.docs / picture
            token.attrSet("src", between(page.target, picture))
        elif token.type in ("html_block", "html_inline") and not token.content.startswith("<!--"):
            raise GuideError(f"{page.path} holds HTML: {token.content.strip()}")
    return files


def html(guide: Guide, page: Page, version: str) -> str:
    """Return a page whose links are settled, with navigation and contents."""
    place = guide.order.index(page.path)
    return PAGE.substitute(
        title=escape(page.title),
        style=between(page.target, PurePosixPath(STYLE.name)),
        start=between(page.target, guide.pages[START].target),
        navigation=_navigation(guide, page),
        contents=_contents(page),
        heading=_rendered(page.tokens[:_HEADING]),
        body=_rendered(page.tokens[_HEADING:]),
        back=_neighbor(guide, page, guide.order[:place][-1:], "prev"),
        onward=_neighbor(guide, page, guide.order[place + 1 :][:1], "next"),
        version=escape(version),
    )


def walked(tokens: list[Token]) -> Iterator[Token]:
    """Yield tokens with those inside them."""
    for token in tokens:
        yield token
        yield from walked(token.children or [])


def leading(guide: Guide, page: Page, href: str) -> str:
    """Return a link of a page as one of its HTML, once it is known to lead somewhere."""
    if re.match(r"https?://|mailto:", href):
        return href
    file, _, anchor = href.partition("#")
    other = guide.pages.get(resolved(page.path, file)) if file else page
    if other is None:
        raise GuideError(f"{page.path}: the link {href} leads to no page of the guide")
    if anchor and anchor not in [heading.anchor for heading in other.headings]:
        raise GuideError(f"{page.path}: the link {href} leads to no heading of {other.path}")
    way = between(page.target, other.target) if file else ""
    return f"{way}#{anchor}" if anchor else way


def between(page: PurePosixPath, file: PurePosixPath) -> str:
    """Return the relative link from a page of the guide to a file in it."""
    return os.path.relpath(file, page.parent).replace(os.sep, "/")


def _rendered(tokens: list[Token]) -> str:
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    markdown.add_render_rule("table_open", lambda *_: '<div class="table"><table>\n')
    markdown.add_render_rule("table_close", lambda *_: "</table></div>\n")
    markdown.add_render_rule("image", _image)
    markdown.add_render_rule("code_inline", _code)
    return str(markdown.renderer.render(tokens, markdown.options, {}))


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A picture that a click shows in its own size."""
    source = escape(str(tokens[index].attrGet("src")))
    return f'<a href="{source}">{renderer.image(tokens, index, options, env)}</a>'


def _code(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Code in a line, parted between its words alone: no option without its dashes."""
    content = tokens[index].content
    words = [
        f'<span class="short">{escape(word)}</span>' if len(word) <= _SHORT else escape(word)
        for word in ([content] if len(content) <= _SHORT else content.split(" "))
    ]
    return f"<code>{' '.join(words)}</code>"


def _navigation(guide: Guide, page: Page) -> str:
    lines = []
    for section in guide.sections:
        lines.append(f"<h2>{escape(section.title)}</h2>\n<ul>")
        for path in section.pages:
            here = ' aria-current="page"' if path == page.path else ""
            href = between(page.target, guide.pages[path].target)
            lines.append(f'<li><a href="{href}"{here}>{escape(guide.pages[path].title)}</a></li>')
        lines.append("</ul>")
    return "\n".join(lines)


def _contents(page: Page) -> str:
    listed = [place for place in page.headings if place.level in _LISTED]
    if len(listed) < 2:
        return ""
    lines = [
        f'<li class="level{place.level}"><a href="#{place.anchor}">{escape(place.text)}</a></li>'
        for place in listed
    ]
    head = '<nav class="contents" aria-label="On this page">\n<h2>On this page</h2>'
    return "\n".join([head, "<ul>", *lines, "</ul>", "</nav>"])


def _neighbor(guide: Guide, page: Page, neighbor: list[PurePosixPath], relation: str) -> str:
    if not neighbor:
        return "<span></span>"
    other = guide.pages[neighbor[0]]
    return (
        f'<a rel="{relation}" href="{between(page.target, other.target)}">{escape(other.title)}</a>'
    )


if __name__ == "__main__":
    main()
