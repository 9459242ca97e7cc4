"""The exchange files of other territories, read as what a stranger wrote."""
