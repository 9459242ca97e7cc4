"""How many people each occupation will have and need: a cohort forecast, and series for all of France."""
