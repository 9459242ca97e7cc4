"""Open-data and legal registers into a study, in tables that cleaning leaves alone: one reader for all."""
