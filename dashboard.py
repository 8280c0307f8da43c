"""The dashboard: declares the pages and has the shared filters drawn."""

import streamlit as st

from view.page import configure, shared_filters

configure()
page = st.navigation(
    [
        st.Page("pages/overview.py", title="Overview", icon=":material/dashboard:", default=True),
        st.Page("pages/project_types.py", title="Project types", icon=":material/category:"),
        st.Page("pages/missing.py", title="Missing", icon=":material/checklist:"),
        st.Page("pages/data_quality.py", title="Data quality", icon=":material/rule:"),
        st.Page("pages/sync.py", title="Sync", icon=":material/sync:"),
    ]
)
shared_filters()
page.run()
