"""The answers of the firms to the *fiches de relance*, put into the cells that they answer."""
