"""*Fiches de relance*: what each firm is told and asked of its own answers."""
