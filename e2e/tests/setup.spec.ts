// The main job from nothing: first administrator, processing module by the wizard, catalogue, tariff plan, account with
// money, and a client's order to a verified certificate.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { linkIn, mailTo, read } from '../support/mailbox.ts';
import { ISSUE, begin, contact, downloadAndVerify, downloadKey, isReady, keepKey, pay } from '../support/order.ts';
import { look, signIn } from '../support/page.ts';
import { totp } from '../support/totp.ts';

/** Sign-in at the simulated CA of the demo. */
const AT_CA = { user: 'reseller@example.org', password: 'correct-horse' };

let demo: Demo;

test.beforeAll(async () => {
  demo = await startDemo('--empty');
});

test.afterAll(() => (demo as Demo | undefined)?.stop());

test('an empty installation becomes a shop that sells a certificate', async ({ page, browser }) => {
  test.setTimeout(300_000);

  await test.step('the first administrator, by the printed link', async () => {
    await page.goto(demo.web);
    await expect(page).toHaveURL(/\/setup$/);
    await page.goto(demo.setup!);
    await look(page, 'setup');
    await page.getByLabel('Your name').fill('Anna Admin');
    await page.getByLabel('E-mail').fill('anna@hosting.example');
    await page.getByLabel('Password').fill('three words here');
    await page.getByRole('button', { name: 'Create the administrator' }).click();
    await expect(page.getByRole('heading', { name: 'Set up the second factor' })).toBeVisible();
    await expect(page.getByRole('img', { name: 'QR code for the authenticator app' })).toBeVisible();
    await look(page, 'setup-second-factor');
    const secret = await page.locator('#totp-secret').innerText();
    await page.getByLabel('Code of six digits').fill(totp(secret));
    await page.getByRole('button', { name: 'Switch on the second factor' }).click();
    await expect(page.locator('#recovery-codes')).toHaveText(/^(\S+-\S+\s*){10}$/);
    await look(page, 'setup-recovery-codes');
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await expect(page).toHaveURL(/\/admin$/);
    await look(page, 'admin-dashboard-empty');
  });

  await test.step('the link works once', async () => {
    const other = await (await browser.newContext()).newPage();
    await other.goto(demo.setup!);
    await expect(other).toHaveURL(/\/sign-in/);
    await other.context().close();
  });

  await test.step('the processing module: a wrong password is found, the right one saved', async () => {
    const { addresses } = JSON.parse(readFileSync(join(demo.data, 'demo.json'), 'utf8')) as { addresses: { ca: string } };
    const onwards = () => page.getByRole('button', { name: 'Continue' }).click();
    await page.goto(`${demo.web}/admin/modules`);
    await look(page, 'admin-modules-none');
    await page.getByRole('link', { name: 'Add' }).first().click();
    await look(page, 'admin-wizard-type');
    await page.getByText('SSL certificates', { exact: true }).click();
    await onwards();
    await look(page, 'admin-wizard-module');
    await page.getByText('LeaderTelecom', { exact: true }).click();
    await onwards();
    await page.getByLabel('Add a new client').check();
    await expect(page.getByText('Register with LeaderTelecom first')).toBeVisible();
    await page.getByLabel('Username').fill(AT_CA.user);
    await page.getByLabel('Password').fill('not the password');
    await page.getByLabel('API URL').fill(`http://${addresses.ca}/api/v1`);
    await look(page, 'admin-wizard-settings');
    await onwards();
    await page.getByRole('button', { name: 'Back' }).click();
    await expect(page.getByLabel('Username'), 'what was typed is kept').toHaveValue(AT_CA.user);
    await onwards();
    await page.locator('main [name="name"]').fill('LeaderTelecom main');
    await page.getByLabel('Minimal balance').fill('100');
    await look(page, 'admin-wizard-parameters');
    await page.getByRole('button', { name: 'Check the connection' }).click();
    await expect(page.getByText('Cannot connect to the processing module')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('The user name or the password was refused.')).toBeVisible();
    await look(page, 'admin-wizard-refused');
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByLabel('Password').fill(AT_CA.password);
    await onwards();
    await expect(page.locator('main [name="name"]')).toHaveValue('LeaderTelecom main');
    await page.getByRole('button', { name: 'Check the connection' }).click();
    await expect(page.getByText('The connection works.')).toBeVisible({ timeout: 60_000 });
    await look(page, 'admin-wizard-works');
    await page.getByRole('button', { name: 'Save the module' }).click();
    await expect(page.getByText('The processing module LeaderTelecom main was added.')).toBeVisible();
    await look(page, 'admin-module');
  });

  await test.step('the catalogue', async () => {
    await page.getByRole('button', { name: 'Import' }).or(page.getByRole('link', { name: 'Import' })).first().click();
    await expect(page.getByRole('link', { name: 'Show products' })).toBeVisible({ timeout: 60_000 });
    await look(page, 'admin-import');
    await page.getByRole('link', { name: 'Show products' }).click();
    await expect(page.getByRole('cell', { name: /PositiveSSL/ }).first()).toBeVisible();
    await look(page, 'admin-catalogue');
  });

  await test.step('a tariff plan with prices, by hand and by the margin rule', async () => {
    await page.goto(`${demo.web}/admin/tariffs/new`);
    const product = page.locator('main').getByLabel('Product');
    const option = product.locator('option').filter({ hasText: /PositiveSSL · DV/ });
    await product.selectOption((await option.first().getAttribute('value'))!);
    await page.locator('main [name="name"]').fill('Starter SSL');
    await page.getByLabel('On top of the CA’s price').fill('100');
    await page.getByLabel('Offered to clients').check();
    await look(page, 'admin-tariff-new');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('The tariff plan was added.')).toBeVisible();
    await page.getByRole('button', { name: 'Set prices by the rule' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Set prices by the rule' }).click();
    await expect(page.getByRole('cell', { name: '1 year · EUR' })).toBeVisible();
    await page.locator('main').getByLabel('Period').selectOption('1');
    await page.locator('main').getByLabel('Currency').first().fill('EUR');
    await page.locator('[name="period"]').fill('29.00');
    await page.getByRole('button', { name: 'Set a price' }).click();
    await expect(page.getByText('The price was set.')).toBeVisible();
    await expect(page.getByRole('row').filter({ hasText: '1 year · EUR' })).toContainText('€29.00');
    await look(page, 'admin-tariff');
  });

  await test.step('an account with money and a user who is invited', async () => {
    await page.goto(`${demo.web}/admin/accounts/new`);
    await page.locator('main [name="name"]').fill('First Client BV');
    await page.getByText('A company', { exact: true }).click();
    await page.locator('main').getByLabel('Country').fill('NL');
    await page.locator('[name="currency"]').selectOption('EUR');
    await page.locator('main [name="language"]').selectOption('en');
    await look(page, 'admin-account-new');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('The account was added.')).toBeVisible();
    const account = page.url();
    await page.locator('main').getByLabel('Amount').fill('100');
    await page.locator('main').getByLabel('What for').fill('Bank transfer 1');
    await page.getByRole('button', { name: 'Credit', exact: true }).click();
    await expect(page.getByText('€100.00 were credited.')).toBeVisible();
    await look(page, 'admin-account');
    await page.goto(`${account}/users/new`);
    await page.locator('main [name="name"]').fill('Daan Buyer');
    await page.getByLabel('E-mail').fill('daan@first-client.example');
    await page.locator('main').getByLabel('Role').selectOption('owner');
    await look(page, 'admin-member-new');
    await page.getByRole('button', { name: 'Add and send the link' }).click();
    await expect(page.getByText('A mail with a link goes to daan@first-client.example.')).toBeVisible();
  });

  await test.step('the client sets a password, orders and proves control by mail', async () => {
    const name = 'first-client.example';
    const context = await browser.newContext();
    const client = await context.newPage();
    const invitation = await mailTo(demo, 'daan@first-client.example', /./);
    await read(client, demo, invitation);
    await client.getByRole('link', { name: linkIn(invitation, /\/reset\//) }).click();
    const password = 'words of a client';
    await client.getByLabel('Password').fill(password);
    await client.getByRole('button', { name: 'Set the password' }).click();
    await signIn(client, demo.web, {
      role: 'client', email: 'daan@first-client.example', password, totp_secret: null, recovery_codes: [],
    });
    await begin(client, demo, 'Starter SSL', name);
    await keepKey(client);
    await contact(client);
    await client.getByText('E-mail', { exact: true }).click();
    await client.getByLabel(`Address for ${name}`).selectOption(`admin@${name}`);
    await pay(client);
    await expect(client.getByText(`A mail went to admin@${name}.`)).toBeVisible(ISSUE);
    const mail = await mailTo(demo, `admin@${name}`, /./);
    const reader = await context.newPage();
    await read(reader, demo, mail);
    await reader.getByRole('link', { name: linkIn(mail, /confirm/) }).click();
    await isReady(client);
    const service = client.url();
    await client.goto(`${service}/download`);
    const key = await downloadKey(client, password);
    await client.goto(service);
    await downloadAndVerify(client, demo, name, key);
    await client.goto(`${demo.web}/money`);
    await expect(client.getByText('€71.00').first()).toBeVisible();
    await context.close();
  });

  await test.step('the administrator sees it, with its margin', async () => {
    await page.goto(`${demo.web}/admin/services`);
    await page.getByRole('row').filter({ hasText: 'first-client.example' }).getByRole('link').first().click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText('first-client.example');
    await look(page, 'admin-service');
    await page.goto(`${demo.web}/admin`);
    await look(page, 'admin-dashboard-first');
  });
});
