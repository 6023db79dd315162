"""Comments as GitHub shows them: its own Markdown renderer, then a sanitizer with its list of safe HTML.

Source: https://github.com/gjtorikian/html-pipeline (the list), https://github.github.com/gfm/ (the Markdown).
"""

import cmarkgfm
import nh3
from cmarkgfm.cmark import Options

# Raw HTML passes the renderer, as on GitHub, and is then cut down by the sanitizer. Line breaks are kept.
_RENDERING = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_HARDBREAKS | Options.CMARK_OPT_FOOTNOTES
_TAGS = frozenset(
    """
    a abbr b bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure
    h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p picture pre q rp rt ruby s samp section
    small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt ul var
    wbr
    """.split()  # noqa: SIM905 (as a list it is one word a line)
)
_ANYWHERE = frozenset(
    """
    abbr align alt border cellpadding cellspacing color cols colspan compact coords datetime dir
    height hspace id ismap label lang name noshade nowrap open progress rev rows rowspan rules scope
    shape size span start summary tabindex title type valign value vspace width
    """.split()  # noqa: SIM905 (as a list it is one word a line)
)
_ATTRIBUTES = {
    "*": set(_ANYWHERE),
    "a": {"href"},
    "img": {"src", "longdesc", "loading"},
    "source": {"srcset", "media"},
    "blockquote": {"cite"},
    "del": {"cite"},
    "ins": {"cite"},
    "q": {"cite"},
    "pre": {"lang"},
    "input": {"checked", "disabled"},
    "div": {"itemscope", "itemtype"},
}
_SCHEMES = {"http", "https", "mailto"}


def render(text: str) -> str:
    """The HTML of a comment, safe to put into a page."""
    rendered = cmarkgfm.github_flavored_markdown_to_html(text, options=_RENDERING)
    return nh3.clean(
        rendered,
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=_only_checkboxes,
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
        id_prefix="user-content-",
    )


def _only_checkboxes(tag: str, attribute: str, value: str) -> str | None:
    # The one form control that GitHub shows is the box of a task list.
    if tag == "input" and attribute == "type":
        return "checkbox"
    return value
