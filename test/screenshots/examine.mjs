/** What is wrong with a page as it is shown. The browser runs this text, so it knows nothing of what stands around it here. */
const MIN_TARGET_PX = 44;
const MIN_CONTRAST = 4.5;

const channels = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
const excerpt = (text) => (text ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);

function luminance([red = 0, green = 0, blue = 0]) {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

/** The colour behind an element; a browser's own where nothing has one. */
function groundOf(element) {
  for (let at = element; at; at = at.parentElement) {
    const color = channels(getComputedStyle(at).backgroundColor);
    if (!(color.length === 4 && color[3] === 0)) return color;
  }
  return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
}

function isSeen(element) {
  for (let at = element; at; at = at.parentElement) {
    const { display, visibility, opacity } = getComputedStyle(at);
    const { width, height } = at.getBoundingClientRect();
    if (display === 'none' || visibility === 'hidden' || opacity === '0' || width <= 1 || height <= 1) return false;
  }
  return true;
}

function overflow() {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`${scrollWidth} px wide in a window of ${clientWidth}`] : [];
}

function picturesWithoutWords() {
  return [...document.querySelectorAll('img:not([alt])')].map((image) => `a picture without alt: ${image.src}`);
}

/** A link inside a sentence is as high as its line (WCAG 2.2, 2.5.8); a box is ticked by its label as well. */
function smallTargets() {
  const targets = [...document.querySelectorAll('a, button, input:not([type=hidden])')];
  return targets
    .filter((target) => isSeen(target) && getComputedStyle(target).display !== 'inline')
    .map((target) => target.closest('label') ?? target)
    .map((target) => ({ target, box: target.getBoundingClientRect() }))
    .filter(({ box }) => Math.min(box.width, box.height) < MIN_TARGET_PX - 0.5)
    .map(
      ({ target, box }) =>
        `"${excerpt(target.textContent)}" is ${Math.round(box.width)} x ${Math.round(box.height)} px to be tapped`,
    );
}

function faintWords() {
  const problems = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const { parentElement } = node;
    if (!parentElement || excerpt(node.textContent) === '' || !isSeen(parentElement)) continue;
    const found = contrast(channels(getComputedStyle(parentElement).color), groundOf(parentElement));
    if (found < MIN_CONTRAST) problems.push(`"${excerpt(node.textContent)}" has a contrast of ${found.toFixed(1)}`);
  }
  return problems;
}

(() => [...overflow(), ...picturesWithoutWords(), ...smallTargets(), ...faintWords()])();
