// A tax that an administrator enters, up to what a client of that country pays and reads on the documents; and exchange rates.
import { startDemo, type Demo } from '../support/demo.ts';
import { begin, contact, isReady, keepKey, next } from '../support/order.ts';
import { look, lookInBothLanguages, signIn } from '../support/page.ts';
import { expect, test } from '@playwright/test';
import { somebody } from '../support/test.ts';

// A demo of its own: a tax changes what every order costs.
let demo: Demo;

test.beforeAll(async () => {
  demo = await startDemo();
});

test.afterAll(() => (demo as Demo | undefined)?.stop());

/** The days of the demo are those of its server. */
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a tax is entered, and a client of that country pays it', async ({ page, browser }) => {
  test.slow();
  const client = await (await browser.newContext()).newPage();
  await signIn(client, demo.web, somebody(demo, 'client'));
  await signIn(page, demo.web, somebody(demo, 'administrator'));

  const country = await test.step('which country the client is of', async () => {
    await page.goto(`${demo.web}/admin/accounts`);
    return page.getByRole('row', { name: 'Client One GmbH' }).locator('[data-label="Country"]').innerText();
  });
  const name = new Intl.DisplayNames(['en'], { type: 'region' }).of(country.trim())!;

  await test.step('no rate, and what that means', async () => {
    await page.getByRole('link', { name: 'Taxes and exchange rates' }).click();
    await expect(page.getByText('No tax rate was entered: 0% holds')).toBeVisible();
    await lookInBothLanguages(page, 'admin-taxes-none');
  });

  await test.step('what is wrong is said at the field', async () => {
    await page.getByLabel('Country').selectOption({ label: name });
    await page.getByLabel('For').selectOption('Companies');
    await page.getByLabel('Tax in percent').fill('210');
    await page.getByRole('button', { name: 'Add a tax rate' }).click();
    await expect(page.getByText('This is too small or too large.')).toBeVisible();
    await expect(page.getByLabel('Tax in percent')).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByLabel('Country')).toHaveValue(country.trim());
    await look(page, 'admin-taxes-rejected');
  });

  await test.step('rates for today and for later', async () => {
    await page.getByLabel('Tax in percent').fill('21');
    await page.getByRole('button', { name: 'Add a tax rate' }).click();
    await expect(page.getByText('The tax rate was added.')).toBeVisible();
    for (const kind of ['Companies', 'Persons']) {
      await page.getByLabel('Country').selectOption('Every other country');
      await page.getByLabel('For').selectOption(kind);
      await page.getByLabel('Tax in percent').fill('8,5');
      await page.getByLabel('From').fill(inDays(30));
      await page.getByRole('button', { name: 'Add a tax rate' }).click();
      await expect(page.getByRole('row', { name: `Every other country ${kind} 8.5%` })).toBeVisible();
    }
    const held = page.getByRole('row', { name });
    await expect(held).toContainText('21%');
    await expect(held).toContainText('Holds today');
    await expect(held.getByRole('button')).toHaveCount(0);
    await lookInBothLanguages(page, 'admin-taxes');
  });

  await test.step('the same day twice is refused in words', async () => {
    await page.getByLabel('Country').selectOption({ label: name });
    await page.getByLabel('For').selectOption('Companies');
    await page.getByLabel('Tax in percent').fill('22');
    await page.getByRole('button', { name: 'Add a tax rate' }).click();
    await expect(page.getByText(/There is a rate from .* already/)).toBeVisible();
    await look(page, 'admin-taxes-exists');
  });

  await test.step('what is to come is removed after a question', async () => {
    const row = page.getByRole('row', { name: 'Every other country Persons' });
    await row.getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('dialog');
    await expect(question).toContainText('Every other country, Persons, 8.5%');
    await look(page, 'admin-taxes-remove');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(row).toBeVisible();
    await row.getByRole('button', { name: 'Delete' }).click();
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('The tax rate was removed.')).toBeVisible();
    await expect(row).toHaveCount(0);
  });

  await test.step('the client sees net, tax and gross before paying', async () => {
    await begin(client, demo, 'PositiveSSL', 'taxed.example.test');
    await keepKey(client);
    await contact(client);
    await next(client);
    const said = await amounts(client);
    expect(said.tax).toBe(Math.round(said.net * 0.21));
    expect(said.gross).toBe(said.net + said.tax);
    await look(client, 'client-order-summary-taxed');
    await client.getByRole('button', { name: 'Order and pay from balance' }).click();
    await client.waitForURL('**/services/*');
    await isReady(client);
    expect(await amounts(client), 'the service keeps them').toEqual(said);
    await look(client, 'client-service-taxed');

    await client.goto(`${demo.web}/money`);
    await expect(client.locator('tbody tr').first()).toContainText((said.gross / 100).toFixed(2));
    await look(client, 'client-money-taxed');
    await client.getByRole('link', { name: 'Documents' }).click();
    await client.getByRole('row').filter({ hasText: 'Invoice' }).first().getByRole('link').first().click();
    const total = client.getByRole('row', { name: 'Total' }).last();
    for (const cents of [said.net, said.tax, said.gross]) await expect(total).toContainText((cents / 100).toFixed(2));
    await expect(client.getByText('(21%)')).toBeVisible();
    await lookInBothLanguages(client, 'client-invoice-taxed');
  });
  await client.context().close();
});

test('an exchange rate is entered and removed before its day', async ({ page }) => {
  await signIn(page, demo.web, somebody(demo, 'administrator'));
  await page.goto(`${demo.web}/admin/rates`);
  await page.getByRole('link', { name: 'Exchange rates', exact: true }).click();
  await expect(page.getByText('No exchange rate was entered')).toBeVisible();
  await lookInBothLanguages(page, 'admin-exchange-none');
  const enter = async (rate: string, day?: string) => {
    await page.getByLabel('Currency of the CA').fill('usd');
    await page.getByLabel('Currency of your prices').fill('eur');
    await page.getByLabel('One unit is worth').fill(rate);
    await page.getByLabel('Source').fill('European Central Bank');
    if (day) await page.getByLabel('From').fill(day);
    await page.getByRole('button', { name: 'Add an exchange rate' }).click();
  };
  await enter('0.92');
  await expect(page.getByText('The exchange rate was added.')).toBeVisible();
  await enter('0.9315', inDays(2));
  await expect(page.getByRole('row', { name: '0.9315' })).toBeVisible();
  await lookInBothLanguages(page, 'admin-exchange');
  await page.getByRole('button', { name: 'Delete' }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('The exchange rate was removed.')).toBeVisible();
  await expect(page.getByRole('row', { name: '0.9315' })).toHaveCount(0);
  await expect(page.getByRole('row', { name: '0.92' })).toContainText('Holds today');
});

/** What the table of a price says, in cents. */
async function amounts(page: import('@playwright/test').Page): Promise<{ net: number; tax: number; gross: number }> {
  const cents = async (name: RegExp) => {
    const cell = page.getByRole('row', { name }).last().getByRole('cell').last();
    return Math.round(Number((await cell.innerText()).replace(/[^\d.]/g, '')) * 100);
  };
  return { net: await cents(/^Without tax/), tax: await cents(/^Tax 21%/), gross: await cents(/^Total/) };
}
