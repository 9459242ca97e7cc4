"""The only way out of the house: release, figures, reports."""
