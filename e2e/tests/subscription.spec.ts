// A subscription over time: its timeline, a reissue by the client, years that pass on the time machine, and what a person does where the CA cannot.
import type { Page } from '@playwright/test';
import { type Demo, type Role, startDemo } from '../support/demo.ts';
import {
  begin, contact, downloadAndVerify, downloadKey, isReady, keepKey, next, pay,
} from '../support/order.ts';
import { look, lookInBothLanguages, signIn } from '../support/page.ts';
import { expect, somebody, test } from '../support/test.ts';

/** Everything that a move of business time sets going may take so long. */
const MOVE = { timeout: 120_000 };

test('a client sees what comes and reissues a certificate whose key is lost', async ({ demo, enter }) => {
  const name = 'lost-key.example.test';
  const page = await enter('client');
  await begin(page, demo, 'PositiveSSL', name);
  await keepKey(page);
  await contact(page);
  await pay(page);
  await isReady(page);
  const plan = page.getByRole('region', { name: 'Until the paid term ends' });
  await expect(plan.getByText('In use')).toBeVisible();
  await expect(plan.getByText('Runs by itself').first()).toBeVisible();
  await expect(plan.getByRole('img')).toBeVisible();
  const former = await downloadKey(await downloads(page), somebody(demo, 'client').password);
  await page.goBack();

  await page.getByRole('link', { name: 'Reissue' }).click();
  await lookInBothLanguages(page, 'client-reissue');
  await page.getByLabel('Why').selectOption('The private key was lost');
  await page.getByRole('button', { name: 'Reissue' }).click();
  await expect(page.getByText(/The reissue has begun/)).toBeVisible();
  const certificates = page.getByRole('region', { name: 'Certificates' });
  await expect(certificates.getByText('First issue')).toBeVisible();
  await expect(certificates.getByRole('heading', { name: 'Reissue' })).toBeVisible(MOVE);
  await page.reload();
  await lookInBothLanguages(page, 'client-service-reissued');
  const service = page.url();
  const key = await downloadKey(await downloads(page), somebody(demo, 'client').password);
  expect(key).not.toBe(former);
  await page.goto(service);
  await downloadAndVerify(page, demo, name, key);
});

async function downloads(page: Page): Promise<Page> {
  await page.getByRole('link', { name: 'Download' }).first().click();
  return page;
}

test.describe('on the time machine', () => {
  let demo: Demo;
  test.beforeAll(async () => {
    demo = await startDemo();
  });
  test.afterAll(() => demo.stop());

  test('time moves, certificates are reissued, and what the CA does not do a person finishes', async ({ browser }) => {
    const enter = async (role: Role): Promise<Page> => {
      const page = await (await browser.newContext()).newPage();
      await signIn(page, demo.web, somebody(demo, role));
      return page;
    };
    const client = await enter('client');
    await begin(client, demo, 'PositiveSSL Multi-Domain', 'one.example.test\ntwo.example.test');
    await keepKey(client);
    await contact(client);
    await pay(client);
    await isReady(client);
    await expect(client.getByText('It is reissued by hand at the CA.').first()).toBeVisible();
    const service = client.url();
    const before = await endDate(client);

    const admin = await enter('administrator');
    await admin.goto(`${demo.web}/admin/clock`);
    await lookInBothLanguages(admin, 'admin-clock');
    await admin.getByLabel('To', { exact: true }).fill('yesterday');
    await admin.getByRole('button', { name: 'Move time' }).click();
    await expect(admin.locator('[aria-invalid="true"]')).toBeVisible();
    await admin.getByLabel('To', { exact: true }).fill('175d');
    await admin.getByRole('button', { name: 'Move time' }).click();
    await expect(admin.getByText('What the last move did')).toBeVisible(MOVE);
    await expect(admin.getByRole('region', { name: 'Issued on the way' })).toContainText('www.client-one.example');
    await expect(admin.getByRole('region', { name: 'What waits, and for whom' })).toContainText('one.example.test');
    await lookInBothLanguages(admin, 'admin-clock-moved');

    const staff = await enter('staff');
    await staff.goto(`${demo.web}/admin/tasks`);
    await lookInBothLanguages(staff, 'staff-tasks');
    await staff.getByRole('row', { name: /Reissue by hand.*one\.example\.test|one\.example\.test.*Reissue by hand/ }).getByRole('link').first().click();
    await expect(staff.getByText('BEGIN CERTIFICATE REQUEST')).toBeVisible();
    await lookInBothLanguages(staff, 'staff-task-reissue');

    await staff.goto(`${demo.web}/admin/operations?state=manual`);
    await staff.getByRole('row', { name: /one\.example\.test/ }).getByRole('link').first().click();
    await lookInBothLanguages(staff, 'staff-operation-manual');
    await staff.getByRole('link', { name: 'Finish by hand' }).click();
    await lookInBothLanguages(staff, 'staff-finish');
    const certificate = staff.getByLabel('Certificate (PEM)');
    await certificate.fill('not a certificate');
    await staff.getByRole('button', { name: 'Deliver this certificate' }).click();
    await expect(staff.locator('[aria-invalid="true"]')).toBeVisible();
    await certificate.fill(await reissuedAtTheCa(demo, 'one.example.test'));
    await staff.getByRole('button', { name: 'Deliver this certificate' }).click();
    await expect(staff.getByText('The certificate was delivered.')).toBeVisible();
    await staff.goto(`${demo.web}/admin/tasks`);
    await expect(staff.getByRole('row', { name: /one\.example\.test/ })).toHaveCount(0);

    await client.goto(service);
    expect(await endDate(client)).not.toBe(before);
    await look(client, 'client-service-finished-by-hand');
  });
});

/** End date as the page of the service shows it. */
async function endDate(page: Page): Promise<string> {
  return page.getByRole('region', { name: 'Dates' }).locator('dd').first().innerText();
}

interface AtTheCa {
  id: number;
  issued: { leaf: string } | null;
}

/** What staff do at the CA: they reissue there and copy the new certificate with its chain. */
async function reissuedAtTheCa(demo: Demo, name: string): Promise<string> {
  const at = (path: string, init?: RequestInit) => fetch(new URL(path, demo.management), init);
  const listed = (await (await at('/certificates')).json()) as AtTheCa[];
  const former = listed.findLast((one) => JSON.stringify(one).includes(name));
  if (!former) throw new Error(`the CA knows nothing of ${name}`);
  const { id } = (await (await at(`/certificates/${former.id}/reissue`, { method: 'POST' })).json()) as AtTheCa;
  const { issued } = (await (await at(`/certificates/${id}`)).json()) as AtTheCa;
  if (!issued) throw new Error(`the CA has issued nothing for ${name}`);
  return issued.leaf + (await (await at('/intermediates')).text());
}
