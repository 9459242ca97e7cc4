"""What public sources say of the study's occupations: BMO, DARES, France Travail."""
