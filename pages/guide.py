"""What are a vision and a mission, what is asked, of whom, when, and how is it completed?"""

from pathlib import Path

import streamlit as st

from view import requirements
from view.cells import show
from view.export import as_shown, downloads
from view.page import open_page

page = open_page("Guide", "What a vision and a mission are, what is asked of whom and when, and how it is completed.")

st.header("What is asked now", anchor=False)
st.caption(
    "As config&#46;toml has it at this moment; a record’s own due date comes before the rule. The filters narrow it."
)
asked = page.once(requirements.asked)
show(asked, "What is required, of whom, when, and with what evidence")
downloads("asked", lambda: as_shown(asked))
if not any(item.handbook_url for item in page.board.settings.requirements):
    st.caption("The handbook has no link here yet: a requirement’s handbook_url in config&#46;toml gives it one.")

text, live = st.columns([3, 2], gap="large")
with text:
    st.markdown(Path(__file__).with_suffix(".md").read_text(encoding="utf-8"))
with live:
    for milestone in requirements.milestones(page):
        requirements.show_milestone(page, milestone)
