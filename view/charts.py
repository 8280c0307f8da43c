"""The charts. Each comes with its text equivalent; the tables beside them say the same in figures."""

import pandas as pd
import plotly.graph_objects as go

from milestones.coverage import coverage
from view.labels import STATES

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


def states_by_type(verdicts: pd.DataFrame) -> tuple[go.Figure, str] | None:
    """Bars of the required deliverables per project type, split by state; and the same in words.

    None where nothing is required.
    """
    counts = coverage(verdicts, "project_type")
    counts = counts[counts["required"] > 0].sort_values("coverage", ascending=False)
    if counts.empty:
        return None
    figure = go.Figure()
    for state in STACK:
        if counts[state].any():
            look = STATES[state]
            figure.add_bar(
                x=counts[state].to_numpy() / counts["required"].to_numpy(),
                y=counts.index.to_numpy(dtype=object),
                customdata=counts[[state, "required"]].to_numpy(),
                name=str(look),
                orientation="h",
                marker={"color": look.colour, "line": {"width": 0}},
                text=[f"{look.symbol} {count}" if count else "" for count in counts[state]],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": "#ffffff"},
                hovertemplate="%{y}: %{customdata[0]} of %{customdata[1]} " + look.word.lower() + "<extra></extra>",
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
    words = "; ".join(f"{row.Index}: {row.complete} of {row.required} complete" for row in counts.itertuples())
    return figure, f"Required deliverables per project type by state. {words}."
