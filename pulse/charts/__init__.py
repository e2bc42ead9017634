"""Figures: series in, Plotly figure out, one figure a file; nothing else imports plotly."""
