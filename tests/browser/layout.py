"""What can be measured of a laid-out page: overflow, texts on texts, targets too small."""

from typing import Any, Final, cast

from playwright.sync_api import Page

TARGET: Final = 44  # px in height: what stands alone and is pressed
SMALLEST: Final = 24  # px: everything else but links inside of a sentence (WCAG 2.2, 2.5.8)

# Texts of a figure are plotly.js's own business; what is visually hidden lies under others.
_TEXTS: Final = """() => {
  const found = [];
  const away = '.visually-hidden, .skip, .chart, script, style, option';
  const clipped = (one) => one
    && (getComputedStyle(one).clipPath !== 'none' || clipped(one.parentElement));
  let number = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const own = node.parentElement;
    if (!node.data.trim() || own.closest(away)) continue;
    if (!own.checkVisibility({ visibilityProperty: true }) || clipped(own)) continue;
    number += 1;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1 || box.height < 1) continue;
      found.push([box.left, box.top, box.right, box.bottom, node.data.trim().slice(0, 40), number]);
    }
  }
  return found;
}"""
_WIDE: Final = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.checkVisibility())
  .filter((one) => !one.closest('.visually-hidden, .skip, svg, .scroll, pre'))
  .filter((one) => { const box = one.getBoundingClientRect();
    return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1); })
  .map((one) => `${one.tagName} ${one.className}`.slice(0, 60))"""
_HEADS: Final = """() => [...document.querySelectorAll('table')]
  .filter((one) => one.checkVisibility() && one.tHead && one.tBodies.length)
  .filter((one) => { const head = one.tHead.getBoundingClientRect();
    return head.width > 1 && head.bottom > one.tBodies[0].getBoundingClientRect().top + 1; })
  .map((one) => `TABLE ${one.className}`)"""
_SMALL: Final = """([target, smallest]) =>
  [...document.querySelectorAll('a, button, input, select, summary')]
  .filter((one) => one.checkVisibility() && one.type !== 'hidden')
  .filter((one) => !one.closest('.visually-hidden, .skip'))
  .filter((one) => {
    const box = one.getBoundingClientRect();
    const alone = one.matches('button, input, select, summary, .doors a, .top a, .heat thead a');
    const inSentence = getComputedStyle(one).display === 'inline' && !one.closest('th, td');
    if (alone) return box.height < target - 0.5;
    return !inSentence && (box.height < smallest - 0.5 || box.width < smallest - 0.5);
  })
  .map((one) => one.outerHTML.slice(0, 90))"""


def overflowing(page: Page) -> list[str]:
    """Return what reaches over the sides of the screen."""
    return cast("list[str]", page.evaluate(_WIDE))


def small_targets(page: Page) -> list[str]:
    """Return what is too small to be hit with a finger."""
    return cast("list[str]", page.evaluate(_SMALL, [TARGET, SMALLEST]))


def heads_beside(page: Page) -> list[str]:
    """Return the tables whose head does not stand above their rows."""
    return cast("list[str]", page.evaluate(_HEADS))


def overlapping(page: Page) -> list[str]:
    """Return pairs of texts of which one lies on the other."""
    boxes: list[Any] = sorted(page.evaluate(_TEXTS), key=lambda box: box[1])
    found = []
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            if other[1] >= one[3] - 3:
                break
            if one[5] != other[5] and min(one[2], other[2]) - max(one[0], other[0]) > 2:
                found.append(f"{one[4]!r} and {other[4]!r}")
    return found
