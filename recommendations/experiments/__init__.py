"""Experiments on widgets: assignment, events, results and staff pages. Uses `recommendations.statistics`."""
