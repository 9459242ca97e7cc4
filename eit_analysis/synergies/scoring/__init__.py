"""Ranking of candidates: criteria, score, its rivals, what weights and doubts do to it, partners' votes."""
