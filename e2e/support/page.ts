// What every journey does: sign in, choose a language, check accessibility, keep a screenshot.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import type { SignIn } from './demo.ts';

/** A wide and a narrow screen, in CSS pixels. */
const WIDTHS = [390, 1440];

export type Language = 'en' | 'ru';

/** The words of the page of signing in. */
const ENGLISH = { email: 'E-mail', password: 'Password', submit: 'Sign in' };

/** Password, and for staff a recovery code: a code of the app works only once in 30 seconds. */
export async function signIn(page: Page, web: string, who: SignIn, words = ENGLISH): Promise<void> {
  await page.goto(`${web}/sign-in`);
  await page.getByLabel(words.email).fill(who.email);
  await page.getByLabel(words.password, { exact: true }).fill(who.password);
  await page.getByRole('button', { name: words.submit }).click();
  if (who.totp_secret) {
    const code = who.recovery_codes.pop();
    if (!code) throw new Error(`${who.email} has no recovery code left`);
    await page.getByText('I cannot use the app').click();
    await page.getByLabel('Recovery code').fill(code);
    await page.locator('details').getByRole('button', { name: 'Continue' }).click();
  }
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** Presses the language in the footer. */
export async function speak(page: Page, language: Language): Promise<void> {
  await page.locator(`.foot button[value="${language}"]`).click();
  await expect(page.locator('html')).toHaveAttribute('lang', language);
}

/** Waits until nothing that ends by itself moves or fades any more. */
const settled = async (): Promise<void> => {
  const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
};

/** Keeps a screenshot at every width and fails on any accessibility finding, overflow or text that is cut off. */
export async function look(page: Page, name: string, widths = WIDTHS): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    // What is asked for is dimmed until the answer is there.
    await expect(page.locator('.htmx-request')).toHaveCount(0);
    await page.evaluate(settled);
    await page.screenshot({ path: `screenshots/${name}-${width}.png`, fullPage: true });
    expect.soft(await page.evaluate(tooWide), `${name} at ${width} px`).toEqual([]);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
    expect.soft(found, `${name} at ${width} px`).toEqual([]);
  }
  // What follows is done on a desk again.
  await page.setViewportSize({ width: 1440, height: 900 });
}

/** The same in both languages, in Russian on the narrow screen, where long words are cut off first; for pages that have an address. */
export async function lookInBothLanguages(page: Page, name: string): Promise<void> {
  await look(page, name);
  await speak(page, 'ru');
  expect.soft(await page.evaluate(untranslated), `${name} in Russian`).toEqual([]);
  await look(page, `${name}-ru`, WIDTHS.slice(0, 1));
  await speak(page, 'en');
}

/** Runs in the page: what sticks out of the window, and buttons whose text is cut off. */
function tooWide(): string[] {
  const sideways = document.documentElement.scrollWidth - window.innerWidth;
  const found = sideways > 0 ? [`the page scrolls sideways by ${sideways} px`] : [];
  for (const element of document.querySelectorAll<HTMLElement>('h1, h2, h3, p, a, button, label, .badge, .tag, .note')) {
    if (element.closest('.visually-hidden, .skip, .table-wrap, .tabs, [hidden], pre')) continue;
    const box = element.getBoundingClientRect();
    if (box.width > 0 && (box.right > window.innerWidth + 1 || box.left < -1)) found.push(element.outerHTML.slice(0, 200));
  }
  return found;
}

/** Runs in the page: headings below the first (which may be a name), labels and buttons without a Cyrillic letter although they hold words. */
function untranslated(): string[] {
  const own = /certbroker|E-mail|CSR|CNAME|HTML|EUR|USD|GBP|RUB|API|SSL|ZIP|PEM|DER|PKCS|SHA|RSA|EC P|English|LeaderTelecom/;
  const texts = [...document.querySelectorAll('h2, label, legend, th, button, dt')]
    .filter((element) => !element.closest('[lang="en"]'))
    .map((element) => (element.textContent ?? '').trim());
  return texts.filter((text) => /[A-Za-z]{3}/.test(text) && !/[А-Яа-яЁё]/.test(text) && !own.test(text) && !/[@.]/.test(text));
}
