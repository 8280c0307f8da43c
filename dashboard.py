"""The dashboard: declares the pages and has the shared filters drawn."""

from copy import copy

import streamlit as st

from view.board import made_once
from view.page import configure, shared_filters


def pages() -> list[st.Page]:
    """All pages; each looks for its file when it is declared."""
    return [
        st.Page("pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
        st.Page("pages/project_types.py", title="Project types", icon=":material/category:"),
        st.Page("pages/missing.py", title="Missing", icon=":material/checklist:"),
        st.Page("pages/project.py", title="Project", icon=":material/folder_open:"),
        st.Page("pages/trends.py", title="Trends", icon=":material/trending_up:"),
        st.Page("pages/data_quality.py", title="Data quality", icon=":material/rule:"),
        st.Page("pages/sync.py", title="Sync", icon=":material/sync:"),
        st.Page("pages/guide.py", title="Guide", icon=":material/menu_book:"),
    ]


configure()  # before the navigation, else the browser fetches the page's own icon from another host
# Declared once, and copied, for Streamlit marks the one that may run.
page = st.navigation([copy(page) for page in made_once("pages", pages)])
configure(page.title)
shared_filters()
page.run()
