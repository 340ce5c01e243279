"""Template words for charts drawn on the server; `{% load charts %}`."""

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _

from reports.charts import HEIGHT, MARGIN, WIDTH, Bar, Dot, Series

register = template.Library()


@register.inclusion_tag("pictures/bar_chart.html")
def bar_chart(title: str, first: str, rows: Sequence[Bar], series: Sequence[Series], unit: str = "") -> dict[str, object]:
    """`{% bar_chart _("Orders") _("Month") rows series %}`: a table whose rows are bars, so it is its own table for screen readers."""
    return {"title": title, "first": first, "rows": rows, "series": series, "unit": unit, "several": len(series) > 1}


@register.inclusion_tag("pictures/line_chart.html")
def line_chart(title: str, first: str, second: str, dots: Sequence[Dot], unit: str = "") -> dict[str, object]:
    """`{% line_chart _("Lead time") _("Month") _("Days") dots %}`: a line with its values on it, and the table behind."""
    runs: list[list[str]] = [[]]
    for dot in dots:
        if dot.value is None:
            runs.append([])
        else:
            runs[-1].append(f"{dot.x},{dot.y}")
    return {
        "title": title,
        "first": first,
        "second": second,
        "dots": dots,
        "runs": [" ".join(run) for run in runs if run],
        "unit": unit,
        "base": HEIGHT - MARGIN,
        "foot": HEIGHT - 8,
        "right": WIDTH - MARGIN,
        "left": MARGIN,
        "empty": _("Nothing to show yet."),
    }
