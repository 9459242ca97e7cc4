"""The register of synergies: what became of each lead, found again by calculation or not."""
