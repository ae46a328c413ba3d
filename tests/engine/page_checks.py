"""What axe cannot see of a page: checks in Chromium, each of which returns its complaints."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }
"""
"""The spacing of WCAG 1.4.12."""
CUT_OFF = """
[...document.querySelectorAll('body *')].filter(each => {
  const style = getComputedStyle(each)
  const hides = style.overflowX !== 'visible' || style.overflowY !== 'visible'
  return hides && !['svg', 'circle'].includes(each.tagName) && style.overflowX !== 'auto'
    && (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
    && !['TEXTAREA', 'INPUT'].includes(each.tagName)
}).map(each => each.outerHTML.slice(0, 80))
"""
LIMITS = """
(() => {
  const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
  const texts = rules.map(rule => rule.cssText)
  const banned = 'video, audio, canvas, object, embed, iframe, frame, marquee, blink, script,'
    + ' [accesskey], [tabindex]:not([tabindex="0"]), [title], [draggable],'
    + ' [onmousedown], [onpointerdown]'
  return [
    ...[...document.querySelectorAll(banned)].map(each => each.outerHTML.slice(0, 80)),
    ...texts.filter(text => /:hover|animation|transition|orientation:/.test(text)),
    ...document.getAnimations().map(() => 'an animation'),
  ]
})()
"""
STRUCTURE = """
(() => {
  const count = what => document.querySelectorAll(what).length
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(e => +e.tagName[1])
  return [
    document.documentElement.lang === 'en' ? '' : 'no language',
    document.title.trim().split(/\\s+/).length > 1 ? '' : 'no title',
    count('main') === 1 ? '' : 'no main part',
    count('h1') === 1 ? '' : 'not one h1',
    [...document.querySelectorAll('main *')]
      .every(each => parseFloat(getComputedStyle(each).fontSize) >= 11) ? '' : 'tiny text',
    levels.every((level, i) => !i || level <= levels[i - 1] + 1) ? '' : `headings ${levels}`,
  ].filter(Boolean)
})()
"""
COLOURS_ALONE = """
[...document.querySelectorAll('.good, .fair, .bad:not(.box), .soft')]
  .filter(each => each.tagName !== 'circle' && !/[a-z]/i.test(each.textContent))
  .map(each => each.outerHTML.slice(0, 80))
"""
MEASURE = """
const channel = value => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
const light = rgb => [0.2126, 0.7152, 0.0722]
  .reduce((sum, weight, i) => sum + weight * channel(rgb[i] / 255), 0)
const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number)
const contrast = (one, other) => {
  const [low, high] = [light(numbers(one)), light(numbers(other))].sort((a, b) => a - b)
  return (high + 0.05) / (low + 0.05)
}
const behind = each => {
  for (let at = each; at; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor
    if (numbers(colour)[3] !== 0) return colour
  }
  return 'rgb(255, 255, 255)'
}
"""
FAINT = """
(() => {
  const found = []
  const look = (what, ratio) => { if (ratio < 3) found.push(`${what}: ${ratio.toFixed(2)}`) }
  for (const each of document.querySelectorAll('textarea, #points'))
    look(each.id, contrast(getComputedStyle(each).borderTopColor, behind(each.parentElement)))
  for (const each of document.querySelectorAll('button, .button')) {
    const edge = getComputedStyle(each).borderTopColor
    look(each.textContent, contrast(edge, behind(each.parentElement)))
  }
  for (const each of document.querySelectorAll('.bar rect')) {
    const track = getComputedStyle(each.parentElement)
    look('bar', contrast(getComputedStyle(each).fill, track.backgroundColor))
    look('edge of a bar', contrast(track.borderTopColor, behind(each.parentElement.parentElement)))
  }
  for (const each of document.querySelectorAll('.plot circle, .plot line')) {
    const style = getComputedStyle(each)
    const drawn = each.tagName === 'circle' ? style.fill : style.stroke
    look('plot', contrast(drawn, behind(each.closest('figure'))))
  }
  for (const each of document.querySelectorAll('.plot text'))  // axe does not look at these
    if (contrast(getComputedStyle(each).fill, behind(each.closest('figure'))) < 4.5)
      found.push(each.textContent)
  return [...new Set(found)]
})()
"""
REACHED = """
(() => {
  const at = document.activeElement
  if (at === document.body || !at) return null
  const all = [...document.querySelectorAll('*')]
  const target = at.closest('label') || at
  const box = target.getBoundingClientRect(), style = getComputedStyle(at)
  const seen = [...at.getClientRects()].some(each => {
    const top = document.elementFromPoint(each.x + each.width / 2, each.y + each.height / 2)
    return top && (at.contains(top) || top.contains(at))
  })
  return {
    place: all.indexOf(at), html: at.outerHTML.slice(0, 80), width: box.width, height: box.height,
    line: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    ratio: contrast(style.outlineColor, behind(at.parentElement)), seen,
    inline: style.display === 'inline' && !!at.closest('p, li')?.textContent
      .replace(at.textContent, '').trim(),
  }
})()
"""
REACHABLE = """
(() => {
  const groups = new Set()
  const all = document.querySelectorAll('a[href], button, input, textarea, summary, [tabindex]')
  return [...all].filter(each => {
    if (each.type === 'hidden' || !each.checkVisibility()) return false
    if (each.type !== 'radio') return true
    const known = groups.has(each.name)
    groups.add(each.name)
    return !known
  }).length
})()
"""


def wider_than(page: Page, width: int) -> list[str]:
    """Whether something makes the page scroll sideways."""
    found = page.evaluate("document.documentElement.scrollWidth")
    return [f"{found} pixels at {width}"] if found > width else []


def enlarged_text(page: Page) -> list[str]:
    """What is lost with text of twice the size."""
    return _with_style(page, "html { font-size: 200% !important }")


def spaced_text(page: Page) -> list[str]:
    """What is lost with the spacing of WCAG 1.4.12."""
    return _with_style(page, SPACING)


def _with_style(page: Page, style: str) -> list[str]:
    width = page.evaluate("innerWidth")
    added = page.add_style_tag(content=style)
    found = wider_than(page, width) + page.evaluate(CUT_OFF)
    added.evaluate("each => each.remove()")
    return found


def limits(page: Page) -> list[str]:
    """Media, scripts, movement, shortcuts, and what only a pointer over it shows."""
    found: list[str] = page.evaluate(LIMITS)
    return found


def structure(page: Page) -> list[str]:
    """Language, title, main part, the order of headings, and tiny text."""
    found: list[str] = page.evaluate(STRUCTURE)
    return found


def colours_alone(page: Page) -> list[str]:
    """What is said by a colour and no word."""
    found: list[str] = page.evaluate(COLOURS_ALONE)
    return found


def faint(page: Page) -> list[str]:
    """Edges of fields and buttons, bars and plots with a contrast below 3."""
    found: list[str] = page.evaluate(f"{MEASURE}{FAINT}")
    return found


def tabbed(page: Page) -> dict[str, list[str]]:
    """Go through the page with Tab: what is not reached, not in order, not seen or too small."""
    page.evaluate("document.activeElement.blur(), scrollTo(0, 0)")
    wanted = page.evaluate(REACHABLE)
    steps: list[dict[str, Any]] = []
    for _ in range(wanted + 1):
        page.keyboard.press("Tab")
        step = page.evaluate(f"{MEASURE}{REACHED}")
        if step is None or step["place"] in [each["place"] for each in steps]:
            break
        steps.append(step)
    places = [each["place"] for each in steps]
    left = [] if step is None or len(steps) <= wanted else ["Tab does not leave the page"]
    return {
        "keyboard": left + ([] if len(steps) == wanted else [f"{len(steps)} of {wanted} reached"]),
        "order": [] if places == sorted(places) else [f"order {places}"],
        "focus": [
            each["html"]
            for each in steps
            if not each["seen"] or each["line"] < 2 or each["ratio"] < 3
        ],
        "targets": [
            f"{each['html']} {each['width']:.0f}x{each['height']:.0f}"
            for each in steps
            if not each["inline"] and min(each["width"], each["height"]) < 24
        ],
    }
