// What runs inside a page, beside axe-core: browsers.mjs sends the source of all of it, so that these functions may call
// each other and nothing else.

/** What `work` gives while axe-core knows the roles and names of the document, which takes a while in a large one. */
export function withAxe(work) {
  axe.setup(document.documentElement);
  try {
    return work();
  } finally {
    axe.teardown();
  }
}

export function squeezed(text) { return text.replace(/\s+/g, ' ').trim(); }

export function isVisible(element) {
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
}

/** Those of `elements` (or all) that a locator names. */
export function find({css = '*', role, name, text, within, has}, elements) {
  const isNamed = (element) => {
    if (role !== undefined && axe.commons.aria.getRole(element) !== role) return false;
    if (name === undefined) return true;
    const whole = squeezed(axe.commons.text.accessibleText(element));
    return typeof name === 'string' ? whole === name : new RegExp(name.source, name.flags).test(whole);
  };
  // What can have a role that is not written down.
  const implicit = {
    button: 'button, summary, input', link: 'a, area', textbox: 'input, textarea', checkbox: 'input', radio: 'input', heading: 'h1, h2, h3, h4, h5, h6',
    alert: 'x', status: 'output', dialog: 'dialog', list: 'ul, ol, menu', listitem: 'li', navigation: 'nav', main: 'main', article: 'article',
  }[role];
  const roots = within && find(within), inner = has && find(has);
  const found = (elements ?? [...document.querySelectorAll(css)]).filter((element) => element.matches(css) &&
    (!implicit || element.matches(`:is(${implicit}), [role~="${role}"]`)) &&
    (!roots || roots.some((root) => root !== element && root.contains(element))) && (!inner || inner.some((one) => element.contains(one))) &&
    (text === undefined || [...element.childNodes].some((node) => node.nodeType === 3 && squeezed(node.data).includes(text))) && isVisible(element));
  return found.length > 0 && (role ?? name) !== undefined ? withAxe(() => found.filter(isNamed)) : found;
}

export function texts(locator) { return find(locator).map((element) => element.innerText); }

/** What Tab is expected to stop at. */
export function focusable() {
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, iframe, [contenteditable], [tabindex]')]
    .filter((element) => isVisible(element) && element.tabIndex >= 0 && !element.disabled);
}

export function looks(element) {
  const style = getComputedStyle(element);
  const outline = style.outlineStyle === 'none' || style.outlineWidth === '0px' ? 'none' : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
  return [outline, style.boxShadow, style.borderColor, style.backgroundColor, style.color, style.textDecoration].join(' | ');
}

/** Takes the focus from everything, and notes how that looks; gives how many stops there are to come. */
export function beginTabbing() {
  document.activeElement?.blur();
  getSelection().removeAllRanges();
  scrollTo(0, 0);
  window.e2eLooks = new Map(focusable().map((element) => [element, looks(element)]));
  return window.e2eLooks.size;
}

/** `ring` says whether its looks have changed since beginTabbing; `index` is its place in the document. */
export async function describeFocused() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  await Promise.allSettled(element.getAnimations().map(({finished}) => finished));
  const ring = window.e2eLooks?.has(element) && window.e2eLooks.get(element) !== looks(element);
  const {aria, text} = axe.commons;
  return withAxe(() => ({tag: element.localName, role: aria.getRole(element), name: squeezed(text.accessibleText(element)),
    value: element.value ?? null, ring, index: [...document.querySelectorAll('*')].indexOf(element)}));
}

export function focusIs(locator) { return find(locator, [document.activeElement]).length > 0; }

/** Marks the first element that a locator names for the driver, and gives it. */
export function mark(locator) {
  document.querySelectorAll('[data-e2e-target]').forEach((one) => one.removeAttribute('data-e2e-target'));
  const [element] = find(locator);
  element?.setAttribute('data-e2e-target', '');
  return element;
}

export function marks(locator) { return mark(locator) !== undefined; }

/** Marks an element for a click, and gives ''; or what a click has to wait for. */
export async function makeReady(locator) {
  const element = mark(locator);
  if (!element) return 'it was not there';
  if (element.disabled) return 'it was disabled';
  element.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
  const place = () => { const {x, y, width, height} = element.getBoundingClientRect(); return [x, y, width, height].join(); };
  const before = place();
  await new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)));
  if (!element.isConnected || place() !== before) return 'it moved';
  const {x, y, width, height} = element.getClientRects()[0];
  const hit = document.elementFromPoint(x + width / 2, y + height / 2);
  if (!element.contains(hit) && hit?.closest('label')?.control !== element) return `${hit?.outerHTML.slice(0, 200)} covered it`;
  window.e2eClick = 'to come';
  addEventListener('click', () => { window.e2eClick = 'came'; }, {capture: true, once: true});
  return '';
}

/** A line for each element that breaks a rule. */
export async function runAxe(within, exclude) {
  const {violations} = await axe.run({include: [within ?? 'html'], exclude}, {
    resultTypes: ['violations'], iframes: false,
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) => `${id}: ${target.join(' ')}: ${squeezed(failureSummary)}`));
}

export function sideways() {
  const {scrollWidth, clientWidth} = document.scrollingElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return [`${scrollWidth} px in a window of ${clientWidth}`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
}
