"""What a reader of the published pages can derive: an attacker that shares nothing with the audit.

It reads the published files only, knows the public nomenclatures and rates and who contributes to what, takes
the place of each firm in turn, and bounds every part of every other one by linear programmes. What it knows,
what it reads and what it cannot is in ``docs/attack.md``.
"""
