"""Is it getting better?"""

from datetime import timedelta

import streamlit as st

from view import changes, charts, filters
from view.course import by_type, course, is_recorded, show_by_week, show_moved
from view.export import as_shown, downloads
from view.labels import day, typed
from view.leads import table_of_groups, table_of_projects
from view.page import open_page, say_empty

page = open_page("Trends", "Is it getting better? What changed, and what made it change.")
whole = page.whole
found = whole.once(course)
if found is None and len(page.board.frames.history):
    say_empty()
    st.stop()
if found is None:
    st.info(
        "Nothing is recorded yet&#46; Every run of `python -m sync run` notes what it did to the verdicts&#46;",
        icon=":material/history:",
    )
    st.stop()
filters.say_what_is_whole(page.chosen)

began, as_of = found.began, page.board.as_of
filters.say_if_lost("since", lambda day: is_recorded(day, began, as_of), f"a day from {day(began)} to {day(as_of)}")
since = st.date_input(
    "What changed since the end of",
    value=max(began, as_of - timedelta(days=7)),
    min_value=began,
    max_value=as_of,
    format=typed(st.context.locale),
    key="since",
    bind="query-params",
    width=220,
)

changed = page.once(changes.since, since)
st.header(changes.title(changed, since), anchor=False)
if len(changed.rows):
    table_of_projects(page, changed, "Verdicts that stand otherwise than on that day", "changed", most=10)
    downloads(f"changed-{since}-{as_of}", lambda: changes.to_export(changed))

types, weeks = st.columns([5, 3], gap="medium")
with types:
    st.header("Coverage, then and now", anchor=False)
    coverage = whole.once(by_type, since)
    table_of_groups(whole, coverage, "Coverage per project type, then and now", "types", 8, type="project_type")
    downloads(f"coverage-{since}-{as_of}", lambda: as_shown(coverage))
with weeks:
    st.header("Gaps per week", anchor=False)
    moved = len(found.weeks) > 0
    last_first = "The last week first. A cell tells below which gaps they were."
    st.caption(last_first if moved else f"None opened or closed since {day(began)}.")
    picked = show_by_week(whole) if moved else None
if picked:
    show_moved(whole, *picked, key="of-week")

st.header("Coverage over time", anchor=False)
if found.counts["day"].nunique() > 1:
    st.caption("A point leads to what its type owes.")
    charts.show_coverage(whole)
    charts.say_rule_days(whole)
else:
    st.caption(f"Recording began on {day(began)}; the course shows from the next change on.")

if moved:
    st.header("Gaps opened and closed", anchor=False)
    st.caption("A bar tells below it which they were.")
    if clicked := charts.show_weeks(whole):
        show_moved(whole, *clicked, key="of-bar")
