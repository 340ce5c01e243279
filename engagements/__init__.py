"""The work a confirmed order opens: team, event days, tasks."""
