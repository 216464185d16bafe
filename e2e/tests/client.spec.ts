// A client's way from the order to a certificate that OpenSSL accepts: a key made in the browser, DNS and e-mail.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { look, signIn } from '../support/page.ts';

let demo: Demo;
let folder: string;

test.beforeAll(async () => {
  demo = await startDemo();
  folder = mkdtempSync(join(tmpdir(), 'certbroker-client-'));
});

test.afterAll(async () => {
  await (demo as Demo | undefined)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const next = (page: Page) => page.getByRole('button', { name: 'Continue' }).click();

/** Product and period; then the page of names and key. */
async function begin(page: Page, name: string): Promise<void> {
  const client = demo.sign_ins.find((who) => who.role === 'client')!;
  await signIn(page, demo.web, client);
  await page.goto(`${demo.web}/order`);
  await page.getByText('PositiveSSL', { exact: true }).click();
  await page.getByLabel('Period').selectOption('1');
  await next(page);
  await page.getByLabel('Names').fill(name);
}

async function contact(page: Page): Promise<void> {
  await page.getByLabel('Given name').fill('Ada');
  await page.getByLabel('Family name').fill('Example');
  await page.getByLabel('E-mail').fill('ada@client.example');
  await page.getByLabel('Phone').fill('+31 20 1234567');
  await next(page);
}

async function pay(page: Page): Promise<void> {
  await next(page);
  await page.getByRole('button', { name: 'Order and pay from balance' }).click();
  await page.waitForURL('**/services/*');
}

/** Downloads the chain and has OpenSSL judge it: up to the simulator's root, for this name, with this key. */
async function verify(page: Page, name: string, key: string): Promise<void> {
  await expect(page.getByText('The certificate is ready.')).toBeVisible({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Download' }).first().click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Certificate with chain (PEM)' }).click(),
  ]);
  const chain = join(folder, `${name}.pem`);
  await download.saveAs(chain);
  const root = join(folder, 'root.pem');
  writeFileSync(root, await (await fetch(new URL('/root', demo.management))).text());
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
  expect(openssl('verify', '-CAfile', root, '-untrusted', chain, '-verify_hostname', name, chain)).toContain('OK');
  const ofCertificate = openssl('x509', '-in', chain, '-noout', '-pubkey');
  const keyFile = join(folder, `${name}.key`);
  writeFileSync(keyFile, key);
  expect(openssl('pkey', '-in', keyFile, '-pubout')).toBe(ofCertificate);
}

test('a key that never leaves the browser and a DNS record lead to a certificate', async ({ page }) => {
  const name = 'browser.example.test';
  await begin(page, name);
  await page.getByText('Made in this browser').click();
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Make key and request now' }).click(),
  ]);
  const keyFile = join(folder, 'saved.key');
  await saved.saveAs(keyFile);
  await expect(page.getByText('The request is in order.')).toBeVisible();
  await look(page, 'client-order-request');
  await next(page);
  await contact(page);
  await expect(page.getByText('Not accepted any more from 15 Mar 2028.')).toBeVisible();
  await look(page, 'client-order-validation');
  await pay(page);
  await look(page, 'client-service');
  await verify(page, name, readFileSync(keyFile, 'utf8'));
  await look(page, 'client-download');
  expect(sent.filter((body) => /PRIVATE(\+|%20| )KEY/.test(body))).toEqual([]);
});

test('a mail that is answered and a key that is kept lead to a certificate', async ({ page }) => {
  const name = 'mail.example.test';
  await begin(page, name);
  await page.getByText('Made by us and kept for you').click();
  await page.getByLabel('I agree that my private key is kept here').check();
  await next(page);
  await contact(page);
  await page.getByText('E-mail', { exact: true }).click();
  await page.getByLabel(`Address for ${name}`).selectOption(`admin@${name}`);
  await pay(page);
  await expect(page.getByText(`A mail went to admin@${name}.`)).toBeVisible({ timeout: 30_000 });
  const mails = await expect
    .poll(async () => JSON.stringify(await (await fetch(new URL('/mailbox', demo.management))).json()), { timeout: 30_000 })
    .toContain(name)
    .then(async () => JSON.stringify(await (await fetch(new URL('/mailbox', demo.management))).json()));
  const links = [...mails.matchAll(/http:\/\/[^"\\\s]*\/validation\/confirm\?code=[^"\\\s]+/g)].map(([link]) => link);
  for (const link of links) await fetch(link);
  await expect(page.getByText('The certificate is ready.')).toBeVisible({ timeout: 60_000 });
  const service = page.url();
  await page.goto(`${service}/download`);
  const client = demo.sign_ins.find((who) => who.role === 'client')!;
  await page.getByLabel('Your password').fill('not the password');
  await page.getByRole('button', { name: 'Private key (PEM)' }).click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  await page.getByLabel('Your password').fill(client.password);
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Private key (PEM)' }).click(),
  ]);
  const keyFile = join(folder, 'kept.key');
  await saved.saveAs(keyFile);
  await page.goto(service);
  await verify(page, name, readFileSync(keyFile, 'utf8'));
});
