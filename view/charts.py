"""The charts. Each comes with its text equivalent; the tables beside them say the same in figures."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from milestones.coverage import coverage
from view import filters
from view.cells import rows_of, share
from view.course import course
from view.labels import STATES, day
from view.numbers import worst_type_first
from view.page import Page

# What is there first, then what is under way, then what is not.
STACK = (
    "complete",
    "stale",
    "incomplete",
    "in_review",
    "in_progress",
    "not_started",
    "missing",
    "unknown",
)
BAR_HEIGHT = 46
# Colour is never the only sign: each line has a dash and a mark of its own, and its name at its end.
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKS = ("circle", "square", "diamond", "triangle-up", "x", "star")
# Seen on light ground and on dark.
GREY = "#7d8894"
MOST_TICKS = 10
# Of so many weeks there is room for each: one alone would be a block without scale.
FEWEST_WEEKS = 4
# More of them would stand in each other's way; the caption says the days.
MOST_WORDS = 4
# Clear of ticks of two lines, however low the plot becomes on a phone: between them and the chart's lower edge.
BELOW = {"orientation": "h", "yref": "container", "yanchor": "bottom", "y": 0, "x": 0}
# A week's bar stands over its middle.
MIDDLE = np.timedelta64(84, "h")
OPENED, CLOSED = STATES["missing"].colour, STATES["complete"].colour

PICKED = {"selected": {"marker": {"color": "#2a6db0"}}, "unselected": {"marker": {"opacity": 1}}}

Chart = tuple[go.Figure, str]


def _ready(figure: go.Figure) -> go.Figure:
    """A figure with its dictionary made: Streamlit asks for it at every rerun, and nothing takes a chart longer."""
    made = figure.to_dict()
    figure.to_dict = lambda: made
    return figure


def show(chart: Chart, key: str) -> dict[str, Any] | None:
    """Shows a chart. Returns the point that the reader clicked, or None."""
    figure, words = chart
    event = st.plotly_chart(
        figure, key=key, config={"displayModeBar": False}, alt=words, on_select="rerun", selection_mode="points"
    )
    points = event["selection"]["points"]
    return points[0] if points else None


def show_states_by_type(page: Page) -> None:
    """Shows the bars of `states_by_type`; a bar leads to its list."""
    if chart := page.once(states_by_type):
        st.header("What is there, by project type", anchor=False)
        st.caption("A bar leads to its list.")
        if bar := show(chart, "states_by_type"):
            filters.go("missing", page.chosen, type=str(bar["y"]), state=str(bar["customdata"][2]))


def states_by_type(page: Page) -> Chart | None:
    """Bars of the required deliverables per project type, split by state; and the same in words.

    None where nothing is required.
    """
    counts = coverage(page.verdicts, "project_type")
    counts = worst_type_first(page, counts[counts["required"] > 0].reset_index()).set_index("project_type")
    if counts.empty:
        return None
    figure = go.Figure()
    for state in STACK:
        if counts[state].any():
            look = STATES[state]
            figure.add_bar(
                x=counts[state].to_numpy() / counts["required"].to_numpy(),
                y=counts.index.to_numpy(dtype=object),
                customdata=counts[[state, "required"]].assign(word=look.word).to_numpy(dtype=object),
                name=str(look),
                orientation="h",
                marker={"color": look.colour, "line": {"width": 0}},
                text=[f"{look.symbol} {count:,}" if count else "" for count in counts[state]],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": "#ffffff"},
                hovertemplate="%{y}: %{customdata[0]:,} of %{customdata[1]:,} " + look.word.lower() + "<extra></extra>",
            )
    figure.update_layout(
        barmode="stack",
        uniformtext={"mode": "hide", "minsize": 9},
        bargap=0.35,
        height=BAR_HEIGHT * len(counts) + 110,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "traceorder": "normal"},
        xaxis={"tickformat": ".0%", "range": [0, 1.02], "fixedrange": True, "title": None},
        yaxis={"autorange": "reversed", "fixedrange": True, "automargin": True, "title": None},
    )
    words = "; ".join(f"{row.Index}: {row.complete:,} of {row.required:,} complete" for row in counts.itertuples())
    return _ready(figure), f"Required deliverables per project type by state. {words}."


def show_coverage(page: Page) -> None:
    """Shows the lines of `coverage_over_time`; a point leads to what its type owes."""
    chart = page.once(coverage_over_time)
    if chart and (point := show(chart, "coverage_over_time")):
        filters.go("missing", page.chosen, type=str(point["customdata"][2]))


def coverage_over_time(page: Page) -> Chart | None:
    """A line per project type, by which its coverage went; and the same in words.

    The days are marked on which the rules changed: a coverage before such a day is no measure of one after it.
    """
    if not (found := page.once(course)):
        return None
    counts, rule_days = found.counts, found.rule_days
    figure = go.Figure()
    told = []
    measured = counts.dropna(subset=["coverage"]).assign(percent=lambda rows: share(rows["coverage"]))
    measured = worst_type_first(page, measured)
    for number, (project_type, line) in enumerate(measured.groupby("project_type", sort=False)):
        figure.add_scatter(
            x=line["day"].to_numpy(),
            y=line["coverage"].to_numpy(),
            customdata=line[["complete", "required", "project_type", "percent"]].to_numpy(dtype=object),
            name=str(project_type),
            mode="lines+markers",
            line={"shape": "hv", "dash": DASHES[number % len(DASHES)], "width": 2.5},
            marker={"symbol": MARKS[number % len(MARKS)], "size": 9, "maxdisplayed": 12},
            hovertemplate="%{x|%-d %B %Y}: %{customdata[3]:d} %, %{customdata[0]:,} of %{customdata[1]:,}"
            "<extra>%{fullData.name}</extra>",
        )
        first, last = line.iloc[0], line.iloc[-1]
        told.append(f"{project_type}: {first['percent']:.0f} % on {day(first['day'])}, {last['percent']:.0f} % now")
    _mark_rule_days(figure, rule_days)
    figure.update_layout(
        height=400,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        legend=BELOW,
        xaxis={"fixedrange": True, "title": None, "tickformat": "%-d %b\n%Y"},
        yaxis={"tickformat": ".0%", "rangemode": "tozero", "fixedrange": True, "title": "Complete of required"},
    )
    return _ready(figure), f"Coverage per project type. {'; '.join(told)}.{_rule_words(rule_days)}"


def show_weeks(page: Page) -> tuple[pd.Timestamp, tuple[str, ...]] | None:
    """Shows the bars of `gaps_per_week`. Returns the Monday and the way of the bar that the reader clicked, or None."""
    chart = page.once(gaps_per_week)
    if chart and (bar := show(chart, "gaps_per_week")):
        week, _, way = bar["customdata"]
        return pd.Timestamp(str(week)), (str(way),)
    return None


def gaps_per_week(page: Page) -> Chart | None:
    """Bars of the gaps that opened (up) and closed (down) in each week; and the same in words."""
    found = page.once(course)
    if not found or found.weeks.empty:
        return None
    weeks, rule_days = found.weeks, found.rule_days
    ticks = weeks.iloc[:: len(weeks) // MOST_TICKS + 1]
    days = pd.concat([weeks["week"], weeks["week"] + pd.Timedelta(days=7), rule_days["day"]])
    last = days.max()
    first = min(days.min(), last - pd.Timedelta(weeks=FEWEST_WEEKS))
    figure = go.Figure()
    for name, sign, colour, symbol in (("opened", 1, OPENED, "▲"), ("closed", -1, CLOSED, "▼")):
        count = weeks[name].to_numpy()
        figure.add_bar(
            x=weeks["week"].to_numpy() + MIDDLE,
            y=sign * count,
            customdata=weeks[["week"]].astype("str").assign(count=count, way=name).to_numpy(dtype=object),
            name=f"{symbol} Gaps {name}",
            marker={"color": colour, "line": {"width": 0}},
            text=[f"{symbol} {number:,}" if number else "" for number in count],
            textposition="auto",
            textangle=0,
            textfont={"size": 12},
            constraintext="none",
            **PICKED,
            width=5 * 86_400_000,
            hovertemplate="week of %{customdata[0]|%-d %B %Y}: %{customdata[1]:,} " + name + "<extra></extra>",
        )
    _mark_rule_days(figure, rule_days)
    figure.update_layout(
        barmode="relative",
        height=330,
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
        legend=BELOW,
        xaxis={
            "fixedrange": True,
            "title": None,
            "tickvals": ticks["week"].to_numpy() + MIDDLE,
            "ticktext": [f"{week:%-d %b}<br>{week:%Y}" for week in ticks["week"]],
            "range": [first, last],
        },
        yaxis={"fixedrange": True, "title": "Gaps", "zeroline": True, "zerolinecolor": GREY, "showticklabels": False},
    )
    told = "; ".join(
        f"week of {day(row['week'])}: {row['opened']:,} opened, {row['closed']:,} closed"
        for row in rows_of(weeks.tail(8))
    )
    return _ready(figure), f"Gaps opened and closed per week. {told}.{_rule_words(rule_days)}"


def _mark_rule_days(figure: go.Figure, rule_days: pd.DataFrame) -> None:
    words = "rules changed" if len(rule_days) <= MOST_WORDS else ""
    for moment in rule_days["day"]:
        figure.add_vline(x=moment.timestamp() * 1000, line={"color": GREY, "width": 1.5, "dash": "dot"})
        figure.add_annotation(x=moment, y=1, yref="paper", yanchor="bottom", text=words, showarrow=False)


def say_rule_days(page: Page) -> None:
    """Says what the dotted lines of both charts mean."""
    if (found := page.once(course)) and len(found.rule_days):
        st.caption(f"Dotted:{_rule_words(found.rule_days)} A number before such a day is no measure for one after it.")


def _rule_words(rule_days: pd.DataFrame) -> str:
    days = ", ".join(day(moment) for moment in rule_days["day"])
    return f" the rules changed on {days}." if days else ""
