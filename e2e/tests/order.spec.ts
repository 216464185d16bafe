// A client's way from the order to a certificate that OpenSSL accepts: by DNS, by files and by mail.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { linkIn, mailTo, read } from '../support/mailbox.ts';
import { pkcs12, request } from '../support/openssl.ts';
import {
  ISSUE, begin, contact, download, downloadAndVerify, downloadKey, isReady, keepKey, next, pathOf, pay,
} from '../support/order.ts';
import { look } from '../support/page.ts';
import { expect, somebody, test } from '../support/test.ts';

test('a key that never leaves the browser and a DNS record lead to a certificate', async ({ demo, enter }) => {
  const name = 'browser.example.test';
  const page = await enter('client');
  await begin(page, demo, 'PositiveSSL', name);
  await page.getByText('Made in this browser').click();
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.postData() ?? ''));
  const key = await download(page, () => page.getByRole('button', { name: 'Make key and request now' }).click());
  await expect(page.getByText('The request is in order.')).toBeVisible();
  await look(page, 'client-order-request');
  await next(page);
  await look(page, 'client-order-contact');
  await contact(page);
  await expect(page.getByText('Not accepted any more from 15 Mar 2028.')).toBeVisible();
  await look(page, 'client-order-validation');
  await next(page);
  await look(page, 'client-order-summary');
  await page.getByRole('button', { name: 'Order and pay from balance' }).click();
  await page.waitForURL('**/services/*');
  await isReady(page);
  await look(page, 'client-service-issued');
  await downloadAndVerify(page, demo, name, key);
  expect(sent.filter((body) => /PRIVATE(\+|%20| )KEY/.test(body))).toEqual([]);
});

test('a file over HTTP is explained while it is wrong and leads to a certificate once it is right', async ({ demo, enter }) => {
  const name = 'files.example.test';
  const page = await enter('client', { permissions: ['clipboard-read', 'clipboard-write'] });
  const own = request(name);
  await begin(page, demo, 'PositiveSSL', name);
  await page.getByText('My own signing request').click();
  await page.locator('textarea[name="csr"]').fill(own.csr);
  await expect(page.getByText('The request is in order.')).toBeVisible();
  await next(page);
  await contact(page);
  await page.getByText('File over HTTP', { exact: true }).click();
  await pay(page);

  const validation = page.getByRole('region', { name: 'Prove that the names are yours' });
  const copied = async (position: number) => {
    await validation.getByRole('button', { name: 'Copy' }).nth(position).click();
    await expect(validation.getByText('Copied')).toBeVisible();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    await expect(validation.getByText('Copied')).toBeHidden();
    return text;
  };
  await expect(validation.getByRole('button', { name: 'Copy' })).toHaveCount(2, ISSUE);
  const address = new URL(await copied(0));
  const content = await copied(1);
  expect(address.protocol + address.host).toBe(`http:${name}`);
  expect(content).toMatch(/^[0-9A-Fa-f]{64}\n/);
  await look(page, 'client-service-waiting');

  const seen = page.locator('#seen');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(seen.getByText('The web server answers with status 404')).toBeVisible();

  const file = join(demo.www, address.host, address.pathname);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'not what was asked for');
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(seen.getByText('status 200 and other content: not what was asked for')).toBeVisible();
  await expect(seen.getByText('Put the file with exactly the content shown')).toBeVisible();
  await look(page, 'client-service-wrong-file');

  writeFileSync(file, content);
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(seen.getByText('Every address of the host shows the file.').or(page.getByText('The certificate is ready.'))).toBeVisible();
  await isReady(page);
  await downloadAndVerify(page, demo, name, own.key);
});

test('a mail that is answered and a key that is kept lead to a certificate', async ({ demo, enter }) => {
  const name = 'mail.example.test';
  const page = await enter('client');
  await begin(page, demo, 'PositiveSSL', name);
  await keepKey(page);
  await contact(page);
  await page.getByText('E-mail', { exact: true }).click();
  await page.getByLabel(`Address for ${name}`).selectOption(`admin@${name}`);
  await pay(page);
  await expect(page.getByText(`A mail went to admin@${name}.`)).toBeVisible(ISSUE);

  const mail = await mailTo(demo, `admin@${name}`, /./);
  const reader = await page.context().newPage();
  await read(reader, demo, mail);
  await reader.getByRole('link', { name: linkIn(mail, /confirm/) }).click();
  await reader.close();

  await isReady(page);
  const service = page.url();
  await page.goto(`${service}/download`);
  await page.getByLabel('Your password').fill('not the password');
  await page.getByRole('button', { name: 'Private key (PEM)' }).click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  await look(page, 'client-download');
  const { password } = somebody(demo, 'client');
  const key = await downloadKey(page, password);

  await page.getByLabel('Your password').fill(password);
  await page.getByLabel('Password for the PKCS#12 file').fill('a file of my own');
  const [bundle] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'PKCS#12', exact: true }).click(),
  ]);
  expect(pkcs12(await pathOf(bundle), 'a file of my own')).toContain('BEGIN PRIVATE KEY');
  await page.goto(service);
  await downloadAndVerify(page, demo, name, key);
});
