"""Analytical study workbench for industrial and territorial ecology (EIT)."""
