"""What tests of pages ask of a page that Streamlit's own harness ran."""

import re
from html.parser import HTMLParser

from conftest import ROOT
from streamlit.testing.v1 import AppTest

PAGES = sorted(path.name for path in (ROOT / "pages").glob("[!_]*.py"))


class Summary(HTMLParser):
    """What the Overview's first screen says: by class of the element, and the address of each link by its text."""

    def __init__(self, app: AppTest) -> None:
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        self.links: dict[str, str] = {}
        self.tags: set[str] = set()
        self._within: list[dict[str, str]] = []
        for block in app.get("html"):
            self.feed(re.sub(r"<(script|style)>.*?</\1>", "", block.proto.body, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._within.append({name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        self._within.pop()

    def handle_data(self, data: str) -> None:
        if self._within and data.strip():
            self.texts.append((self._within[-1].get("class", ""), data))
            if "href" in self._within[-1]:
                self.links[data] = self._within[-1]["href"]

    def numbers(self) -> dict[str, dict[str, str]]:
        """What each card says, by its label: `number`, `since`, `means`."""
        cards: dict[str, dict[str, str]] = {}
        for kind, text in self.texts:
            if kind == "label":
                cards[text] = card = {}
            elif kind in ("number", "since", "means"):
                card[kind] = text
        return cards


def said(app: AppTest) -> str:
    """All that a page says outside of its tables."""
    parts = [*app.title, *app.markdown, *app.caption, *app.header, *app.error, *app.warning, *app.info]
    return "\n".join([*(part.value for part in parts), *(text for _, text in Summary(app).texts)])


def shown(app: AppTest) -> dict[str, str]:
    numbers = {label: card["number"] for label, card in Summary(app).numbers().items()}
    return numbers | {metric.label: metric.value for metric in app.metric}


def links(app: AppTest) -> dict[str, str]:
    """The page's links to other pages and sites: their label, and the address or the page and its parameters."""
    return Summary(app).links | {
        link.proto.label: "?".join(filter(None, [link.proto.page, link.proto.query_string]))
        for link in app.get("page_link")
    }
