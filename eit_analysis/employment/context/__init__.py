"""What public sources publish on the study's occupations: BMO, DARES, France Travail."""
