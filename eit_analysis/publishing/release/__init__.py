"""The gate: what a notebook shows passes here, is held against the audience's rights, or stays inside."""
