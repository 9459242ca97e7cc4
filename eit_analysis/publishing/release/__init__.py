"""The gate: what a notebook shows passes here, is held against the audience's rights, or stays inside."""

from eit_analysis.publishing.release.gate import Release as Release
