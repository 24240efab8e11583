// What is wrong with the page as it is shown now, in a window of this width: a list of findings, each a sentence.
// The width is given, for a phone's browser enlarges its own idea of it when a page doesn't fit.
((width) => {
  const findings = [];
  const root = document.documentElement;

  if (root.scrollWidth > width) {
    const [widest] = [...document.querySelectorAll("body *")]
      .sort((a, b) => b.getBoundingClientRect().width - a.getBoundingClientRect().width);
    findings.push(`${root.scrollWidth} px wide in a window of ${width}: ${widest.cloneNode().outerHTML.slice(0, 120)}`);
  }

  for (const image of document.images) {
    if (image.getAttribute("alt") === null) findings.push(`an image without an alternative text: ${image.src.slice(0, 80)}`);
  }

  // Colours, as WCAG 2 section 1.4.3 compares them.
  const numbers = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a),
    g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a),
    a: 1,
  });
  const luminance = ({ r, g, b }) => {
    const linear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const darkPaper = matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(root).colorScheme.includes("dark");
  const paper = darkPaper ? { r: 18, g: 18, b: 18, a: 1 } : { r: 255, g: 255, b: 255, a: 1 };
  const background = (element) => {
    if (!element) return paper;
    const own = numbers(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, background(element.parentElement));
  };

  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data).join("").trim();
    if (!text || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    if (box.width <= 1 || box.height <= 1 || size <= 1) continue; // The preheader, hidden the way mail has to.
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const behind = background(element);
    const ratio = contrast(over(numbers(style.color), behind), behind);
    if (ratio < (large ? 3 : 4.5)) {
      findings.push(`contrast ${ratio.toFixed(2)} (${style.color} on ${JSON.stringify(behind)}): ${text.slice(0, 40)}`);
    }
  }
  return findings;
})
