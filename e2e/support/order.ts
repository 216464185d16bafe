// A client's way through the order, step by step, and what comes out of it.
import { readFileSync } from 'node:fs';
import { type Download, expect, type Page } from '@playwright/test';
import type { Demo } from './demo.ts';
import { verify } from './openssl.ts';

/** So long may a certificate take: the simulated CA looks, issues and certbroker fetches. */
export const ISSUE = { timeout: 60_000 };

export async function next(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Product and period; then the page of names and key, with the names filled in. */
export async function begin(page: Page, demo: Demo, product: string, names: string): Promise<void> {
  await page.goto(`${demo.web}/order`);
  await page.getByText(product, { exact: true }).click();
  await page.getByLabel('Period').selectOption('1');
  await next(page);
  await page.getByLabel('Names').fill(names);
}

/** A key that certbroker makes and keeps; then the page of the contact. */
export async function keepKey(page: Page): Promise<void> {
  await page.getByText('Made by us and kept for you').click();
  await page.getByLabel('I agree that my private key is kept here').check();
  await next(page);
}

export async function contact(page: Page): Promise<void> {
  await page.getByLabel('Given name').fill('Ada');
  await page.getByLabel('Family name').fill('Example');
  await page.getByLabel('E-mail').fill('ada@client.example');
  await page.getByLabel('Phone').fill('+31 20 1234567');
  await next(page);
}

/** From the choice of methods over the summary to the page of the new service. */
export async function pay(page: Page): Promise<void> {
  await next(page);
  await page.getByRole('button', { name: 'Order and pay from balance' }).click();
  await page.waitForURL('**/services/*');
}

/** The page of the service says by itself when the certificate is there. */
export async function isReady(page: Page): Promise<void> {
  await expect(page.getByText('The certificate is ready.')).toBeVisible(ISSUE);
}

/** Presses something and gives the content of the file that comes. */
export async function download(page: Page, press: () => Promise<void>): Promise<string> {
  const [file] = await Promise.all([page.waitForEvent('download'), press()]);
  return readFileSync(await pathOf(file), 'utf8');
}

export async function pathOf(file: Download): Promise<string> {
  const failure = await file.failure();
  if (failure) throw new Error(`${file.suggestedFilename()}: ${failure}`);
  return file.path();
}

/** Downloads the chain from the page of the service and has OpenSSL judge it. */
export async function downloadAndVerify(page: Page, demo: Demo, name: string, key: string): Promise<void> {
  await page.getByRole('link', { name: 'Download' }).first().click();
  const chain = await download(page, () => page.getByRole('link', { name: 'Certificate with chain (PEM)' }).click());
  const root = await (await fetch(new URL('/root', demo.management))).text();
  verify(chain, root, name, key);
}

/** Downloads the key that certbroker keeps; the page asks for the password each time. */
export async function downloadKey(page: Page, password: string): Promise<string> {
  await page.getByLabel('Your password').fill(password);
  return download(page, () => page.getByRole('button', { name: 'Private key (PEM)' }).click());
}
