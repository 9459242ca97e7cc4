"""Forecasts of a long panel (occupation or sector × year), with intervals from their own past errors."""
