"""A document's outline as PDF (A4, tagged), through WeasyPrint. The same outline makes the same bytes.

The typeface is the one the pages use, out of static/vendor, so a machine without fonts makes the same file; nothing
is fetched from a network.
"""

import base64
import hashlib
import io
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from reports.outline import Document, kind

FONT_FILE = "static/vendor/plus-jakarta-sans/latin.woff2"
WEIGHTS = (400, 700)


def as_pdf(document: Document) -> bytes:
    """The file."""
    # Here, because loading it takes a second and needs Pango, which nothing else does.
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    blocks = [(kind(block), block) for block in document.blocks]
    page = render_to_string("reports/document.html", {"document": document, "blocks": blocks})
    identity = hashlib.sha256(page.encode()).hexdigest()[:32].encode()
    inside = URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=_style(), font_config=fonts, url_fetcher=inside)
    html = weasyprint.HTML(string=page, url_fetcher=inside)
    made: bytes = html.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_identifier=identity, pdf_tags=True
    )
    return made


def _style() -> str:
    faces = [(weight, mark_safe(_font(weight))) for weight in WEIGHTS]  # base64 of a file of ours
    return render_to_string("reports/document.css", {"faces": faces, "shares": range(1, 101)})


@cache
def _font(weight: int) -> str:
    """The typeface at one weight, as base64 of a TrueType file.

    Left as a variable font, it would be cut to this weight for every document, with the clock's time inside.
    """
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    variable = TTFont(settings.BASE_DIR / FONT_FILE, recalcTimestamp=False)
    still = instantiateVariableFont(variable, {"wght": weight})
    still.flavor = None
    made = io.BytesIO()
    still.save(made)
    return base64.b64encode(made.getvalue()).decode()
