// node look.mjs MODULES SCENE URL OUT: opens the page in Chromium as several readers would, writes OUT/SCENE*.png (the
// whole page, and -top.png as it opens) and fails on what a machine can see: findings of axe, messages of the browser (a style that the Content-Security-Policy
// refuses), and anything wider than the screen. MODULES is where npm put puppeteer-core and axe-core.
import {createRequire} from 'node:module';

const [modules, scene, url, out] = process.argv.slice(2);
const require = createRequire(`${modules}/`);
const puppeteer = require('puppeteer-core');
const axe = require('axe-core');

const readers = [
  {name: '', width: 1200, height: 1000, scheme: 'light'},
  {name: '-dark', width: 1200, height: 800, scheme: 'dark'},
  {name: '-390', width: 390, height: 844, scheme: 'light'},
  {name: '-390-dark', width: 390, height: 844, scheme: 'dark'},
];

let failures = 0;
function fail(what) {
  ++failures;
  console.error(`${scene}${what}`);
}

async function findings(page) {
  await page.evaluate(axe.source);
  const result = await page.evaluate(async () => await window.axe.run(document));
  if (result.passes.length === 0) return ['axe ran no rule'];
  return result.violations.map(
      one => `axe: ${one.id}: ${one.help}\n  ` + one.nodes.map(node => node.html).slice(0, 3).join('\n  '));
}

async function look(browser, reader) {
  const page = await browser.newPage();
  page.on('console', message => fail(`${reader.name}: ${message.type()}: ${message.text()}`));
  await page.setViewport({width: reader.width, height: reader.height});
  await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: reader.scheme}]);
  await page.goto(url, {waitUntil: 'load'});
  const ground = await page.evaluate(() => getComputedStyle(document.querySelector('main > div')).backgroundColor);
  if (ground === 'rgba(0, 0, 0, 0)') fail(`${reader.name}: the page has no style`);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > reader.width) fail(`${reader.name}: ${width} pixels wide on a screen of ${reader.width}`);
  await page.screenshot({path: `${out}/${scene}${reader.name}.png`, fullPage: true});
  await page.screenshot({path: `${out}/${scene}${reader.name}-top.png`});
  for (const finding of await findings(page)) fail(`${reader.name}: ${finding}`);
  await page.close();
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
});
for (const reader of readers) await look(browser, reader);
await browser.close();
process.exit(failures === 0 ? 0 : 1);
