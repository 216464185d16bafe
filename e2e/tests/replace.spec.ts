// Replace now: staff choose certificates, see what will happen, start, pause, go on, and take the report.
import { readFileSync } from 'node:fs';
import { look, lookInBothLanguages } from '../support/page.ts';
import { expect, test } from '../support/test.ts';

test('certificates are chosen in the list, previewed, replaced and reported', async ({ enter, demo }) => {
  const page = await enter('administrator');
  await page.goto(`${demo.web}/admin/replacements`);
  await expect(page.getByText('Nothing was replaced yet')).toBeVisible();
  await lookInBothLanguages(page, 'replacements-none');

  await page.goto(`${demo.web}/admin/services?q=client-one.example&state=active`);
  for (const name of ['www.client-one.example', 'shop.client-one.example']) {
    await page.getByRole('row').filter({ hasText: name }).getByRole('checkbox').check();
  }
  await page.getByRole('button', { name: 'Replace now…' }).click();
  await expect(page.getByLabel('List', { exact: false }).last()).toHaveValue(/S-\d+\nS-\d+/);
  await page.getByLabel('Reason').fill('The CA signed with a wrong policy');
  await lookInBothLanguages(page, 'replacement-choose');
  await page.getByLabel('Reason').fill('The CA signed with a wrong policy');
  await page.getByRole('button', { name: 'Show what will happen' }).click();
  await expect(page.getByText('the client publishes a file')).toBeVisible();
  await look(page, 'replacement-preview');
  await page.getByRole('button', { name: 'Replace 2 certificates now' }).click();

  await expect(page.getByRole('heading', { name: 'R-1' })).toBeVisible();
  const replaced = page.getByRole('row').filter({ hasText: 'www.client-one.example' }).getByText('Replaced', { exact: true });
  await expect(replaced).toBeVisible({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused', { exact: true })).toBeVisible();
  await look(page, 'replacement-paused');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('Running', { exact: true })).toBeVisible();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Report as CSV' }).click(),
  ]);
  const report = readFileSync(await download.path(), 'utf8');
  expect(report).toContain('"www.client-one.example"');
  expect(report).toContain('"Under way"');
  expect(report.trim().split('\r\n')).toHaveLength(3);
});
