"""Survey files to tidy tables, with what cannot be used in quarantine."""
