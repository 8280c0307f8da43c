"""How much of what is required is there, is it getting better, and whom to call about the rest?"""

import streamlit as st

from view import changes, filters
from view.export import downloads
from view.leads import table_of_projects
from view.matrix import matrix
from view.numbers import a_week_ago
from view.page import open_page, rest_later, say_empty, stop_if_empty
from view.summary import show_summary
from view.worklist import of_projects

page = open_page("Overview", "What the projects owe, whether it is getting better, and whom to call.")
stop_if_empty(page.whole)
filters.say_what_is_whole(page.chosen)
show_summary(page)
rest_later()

st.header("Projects by deliverables", anchor=False)
if len(page.of):
    rows = page.once(matrix)
    table_of_projects(page, rows, "The state of each required deliverable, per project", "matrix")
    every = "all deliverables of these projects"
    downloads(f"projects-{page.board.as_of}", lambda: of_projects(page, rows.rows["project_id"]), every)
else:
    say_empty()

if began := page.once(changes.recorded_since):
    day = max(began, a_week_ago(page))  # the first record of all is no change
    week = page.once(changes.since, day)
    st.header(changes.title(week, day), anchor=False)
    if len(week.rows):
        table_of_projects(page, week, "What changed in the last week, newest first", "changes", most=8)
    elif day == began:
        st.caption("Recording began on that day.")
