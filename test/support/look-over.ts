/**
 * Looks a page over for what keeps people out: controls without a name, text too faint for its ground, landmarks and headings that
 * are missing or doubled. It reads what the browser computed, so that a colour which comes from a variable counts as it is seen.
 */
import type { Page } from 'playwright-core';

/** What is wrong with the page as it stands, one line each; an empty list is a page that can be used. */
export async function lookOver(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(`(${LOOK})()`);
  return Array.isArray(found) ? found.map(String) : ['the page could not be looked over'];
}

/** WCAG AA: 4.5 to 1, and 3 to 1 for large text. What is disabled is exempt. Runs in the page. */
const LOOK = String.raw`() => {
  const problems = new Set();
  const shown = (element) => element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) && element.getClientRects().length > 0;
  const label = (element) => element.outerHTML.slice(0, 90);

  const textOf = (ids) => ids.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();
  const nameOf = (element) =>
    (element.getAttribute('aria-label') ?? '').trim() ||
    textOf(element.getAttribute('aria-labelledby') ?? '') ||
    [...(element.labels ?? [])].map((each) => each.textContent).join(' ').trim() ||
    (element.matches('input, select, textarea') ? '' : element.textContent.trim()) ||
    (element.querySelector('img[alt]')?.getAttribute('alt') ?? '').trim() ||
    (element.getAttribute('title') ?? '').trim();
  const CONTROLS = 'a[href], button, input:not([type=hidden]), select, textarea, summary, progress, [role=button], [role=switch], [role=tab], [role=table], [role=img], [role=region]';
  for (const element of document.querySelectorAll(CONTROLS))
    if (shown(element) && !element.closest('[aria-hidden=true]') && nameOf(element) === '') problems.add('no name: ' + label(element));

  const one = (selector, what) => {
    const count = [...document.querySelectorAll(selector)].filter(shown).length;
    if (count !== 1) problems.add(count + ' ' + what + ', expected one');
  };
  one('main', 'main landmarks');
  one('h1', 'headings of the first level');
  if ((document.documentElement.lang ?? '') === '') problems.add('the page names no language');
  if (document.title.trim() === '') problems.add('the page has no title');
  const navigations = [...document.querySelectorAll('nav')].filter(shown).map((each) => each.getAttribute('aria-label') ?? '');
  if (new Set(navigations).size !== navigations.length || navigations.includes('')) problems.add('navigations that cannot be told apart: ' + navigations.join(', '));
  const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
  for (const id of new Set(ids.filter((each, index) => ids.indexOf(each) !== index))) problems.add('id used twice: ' + id);

  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const ink = canvas.getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const colourOf = (text) => {
    if (!known.has(text)) {
      ink.clearRect(0, 0, 1, 1);
      ink.fillStyle = '#000';
      ink.fillStyle = text;
      ink.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = ink.getImageData(0, 0, 1, 1).data;
      known.set(text, [r, g, b, a / 255]);
    }
    return known.get(text);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const groundOf = (element) => {
    const layers = [];
    for (let at = element; at !== null; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null;
      const colour = colourOf(style.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark');
    return layers.reduceRight((ground, layer) => over(layer, ground), dark ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    if (text === '' || element === null || !shown(element)) continue;
    if (element.closest('[disabled], [data-disabled], [aria-disabled=true], [aria-hidden=true], script, style, .skip, svg')) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    if (ground === null) continue;
    const seen = over(colourOf(style.color), ground);
    const [bright, dim] = [light(seen), light(ground)].sort((a, b) => b - a);
    const ratio = (bright + 0.05) / (dim + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) problems.add('contrast ' + ratio.toFixed(2) + ': "' + text.slice(0, 40) + '" ' + style.color + ' on ' + ground.slice(0, 3).map(Math.round).join(' '));
  }
  return [...problems];
}`;
