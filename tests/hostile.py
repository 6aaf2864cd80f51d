"""Eighteen names that strangers may give to athletes, runs, shoes and files."""

NAMES = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "svg": "</title></desc><svg onload=alert(1)>",
    "attribute": '" onmouseover="alert(1)" x="',
    "apostrophe": "' autofocus onfocus='alert(1)",
    "closing": "</style></table></main></html>",
    "comment": "<!-- --> <!--",
    "cdata": "]]><b>bold</b>",
    "entity": "&lt;b&gt; &#x3c;script&#x3e; &amp",
    "template": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "markdown": "[x](javascript:alert(1)) `code` **b** | cell\n# head",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "ansi": "\x1b[31mred\x1b]0;title\x07\x9b2J",
    "return": "fine.fit\rOK: 0 skipped\n\n\x00",
    "bidi": "\u202egnp.tif\u2066x\u200f\u2028y",
    "surrogate": "caf\udce9 \ufffe \U000e0001",
    "mathtext": "$\\frac{1}{0}$ \\\\server\\share " + "long " * 2000,
}
HARMLESS = "plain name"
