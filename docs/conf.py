"""How Sphinx builds these pages: ``make docs``."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from movieclassifier import __version__  # noqa: E402

project = "movieclassifier"
author = copyright = "the authors of movieclassifier"
version = release = __version__
extensions = ["docs.extension", "myst_parser", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "numpydoc"]
exclude_patterns = ["extension"]
templates_path = ["_templates"]
nitpicky = True
toc_object_entries_show_parents = "hide"
smartquotes = False  # "--option" must not become a dash

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4

autosummary_generate = True
autodoc_preserve_defaults = True
autodoc_typehints = "none"  # numpydoc's sections name the types
autodoc_member_order = "bysource"
# scikit-learn adds these to every estimator; its documentation describes them.
autodoc_default_options = {
    "exclude-members": "set_fit_request, set_partial_fit_request, set_predict_request, set_score_request"
}
numpydoc_show_class_members = False  # the template shows each with all that it says
# Docstrings also point into rooms that have no page here.
nitpick_ignore_regex = [("py:.*", r"movieclassifier\.(system|feedback|web)\..*"), ("py:data", "LABELS")]

html_theme = "pydata_sphinx_theme"
html_title = "movieclassifier"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_favicon = "_static/favicon.svg"
html_math_renderer = "mathml"
html_sidebars = {"index": []}
html_theme_options = {
    "logo": {"text": "movieclassifier"},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
