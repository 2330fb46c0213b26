"""What every page must keep at every width and in every language: nothing to scroll sideways, nothing axe finds."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def looks_right(page: Page) -> None:
    """Fails with axe's findings, or with what sticks out of the window on the right."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    too_wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
            [...document.querySelectorAll("body *")]
                .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
                .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert too_wide == []
