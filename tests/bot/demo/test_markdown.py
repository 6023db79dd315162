"""Comments are rendered as on GitHub: its Markdown, its safe HTML, and nothing that runs."""

import pytest

from bot.demo import markdown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a<br>b<sub>1</sub><kbd>x</kbd>", "<p>a<br>b<sub>1</sub><kbd>x</kbd></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("- [x] done", '<li><input type="checkbox" checked="" disabled=""> done</li>'),
        (
            "<details open><summary>More</summary>\n\n*it*\n</details>",
            '<details open=""><summary>More</summary>\n<p><em>it</em></p>',
        ),
        ("```mermaid\ngraph TD\n```", '<pre lang="mermaid"><code>graph TD\n</code></pre>'),
        ("https://example.org", '<a href="https://example.org" rel="nofollow noopener noreferrer">'),
        ("<a id=top></a>", '<a id="user-content-top"'),
    ],
)
def test_markdown_is_rendered_as_on_github(text: str, shown: str) -> None:
    assert shown in markdown.render(text)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        ("<!-- marker -->x", "marker"),
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "onerror"),
        ("[x](javascript:alert(1))", "javascript"),
        ('<a href="data:text/html,x">x</a>', "data:"),
        ("<iframe src=https://example.org></iframe>", "<iframe"),
        ('<p style="position:fixed" class="top">x</p>', "style"),
        ('<p class="top">x</p>', "class"),
        ("<form><button>x</button><input type=text name=q></form>", "<form"),
        ("<input type=text>", 'type="text"'),
        ("<svg onload=alert(1)>", "<svg"),
        ("<details ontoggle=alert(1) open>x</details>", "ontoggle"),
    ],
)
def test_what_github_drops_is_dropped(text: str, dropped: str) -> None:
    assert dropped not in markdown.render(text)
