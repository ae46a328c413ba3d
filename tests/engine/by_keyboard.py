"""Using pages with the keyboard alone, and proof that nothing else was used."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page

MOST_STOPS = 300
"""JupyterLab alone has about a hundred places that Tab stops at."""
TELL = "addEventListener('pointerdown', () => pointerUsed(), true)"


def page_without_mouse(browser: Browser, used: list[str]) -> Page:
    """A page that notes in `used` each time a button of a mouse is pressed in it or its frames."""
    context = browser.new_context()
    context.expose_function("pointerUsed", lambda: used.append("a pointer"))
    context.add_init_script(TELL)
    return context.new_page()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(MOST_STOPS):
        if target.evaluate("each => document.hasFocus() && each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def enter(page: Page, target: Locator) -> None:
    """Go to a link or button with Tab, and press Enter."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def write(page: Page, target: Locator, text: str) -> None:
    """Go to a field with Tab, write a text in place of what stands there, and leave it."""
    tab_to(page, target)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    page.keyboard.press("Tab")


def command(page: Page, name: str) -> None:
    """Choose a command of JupyterLab in its palette."""
    palette = page.locator("#modal-command-palette")
    page.locator(".jp-Launcher-body").wait_for()
    for _ in range(60):  # keys that come before JupyterLab is ready are lost
        page.keyboard.press("ControlOrMeta+Shift+KeyC")
        page.wait_for_timeout(500)
        if palette.is_visible():
            break
    page.keyboard.type(name)
    palette.locator(".lm-mod-active", has_text=name).wait_for()
    page.keyboard.press("Enter")
