"""Sphinx: the pages of ``docs/``, and one page a module of the package (`make docs`)."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "EIT workbench"
author = "EIT workbench"
version = release = version_of("eit-analysis")
language = "en"

extensions = [
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_parser",
    "data_dictionary",
    "docstrings",
    "formulas",
    "french_pages",
    "module_links",
    "reference_pages",
    "site_checks",
    "study_settings",
]
exclude_patterns = ["_ext"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
# Types of other libraries: their pages are not asked for at build time.
nitpick_ignore_regex = [
    ("py:(class|obj|data)", r"(?!eit_analysis\.).*"),
    ("py:class", r"eit_analysis\.remembered\.(Given|Made)"),  # type variables
]

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

highlight_language = "none"  # an equation is no Python
add_module_names = False
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_use_type_comments = False
toc_object_entries_show_parents = "hide"
autosummary_generate = False  # numpydoc brings autosummary; our own pages are enough
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_theme_options = {
    "collapse_navigation": True,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
}
html_static_path = ["_static"]
html_css_files = ["house.css"]
html_title = "EIT workbench"
html_copy_source = False
html_show_sourcelink = False
