"""From respondents to every establishment of the territory, and what may bias it."""
