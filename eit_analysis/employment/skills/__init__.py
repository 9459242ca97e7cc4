"""Skills that are missing, training, mobility between occupations, and jobs shared by several firms."""
