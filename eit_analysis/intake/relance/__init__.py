"""*Fiches de relance*: what each firm reads and is asked about its own answers."""
