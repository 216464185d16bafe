// The client's pages beside the order: lists, money, documents, profile; by keyboard alone; without script.
import { begin, contact, isReady, keepKey, next } from '../support/order.ts';
import { look, lookInBothLanguages } from '../support/page.ts';
import { expect, somebody, test } from '../support/test.ts';

const CONTACT = { first_name: 'Ada', last_name: 'Example', email: 'ada@client.example', phone: '+31 20 1234567' };

test('a token of the profile orders by the API, and the list pages, filters, sorts and finds', async ({ demo, enter }) => {
  const page = await enter('client');
  await page.goto(`${demo.web}/profile`);
  await lookInBothLanguages(page, 'client-profile');
  await page.getByLabel('What it is for').fill('Shop of the browser test');
  for (const scope of ['See services', 'Order and change validation']) await page.getByLabel(scope).check();
  await page.getByRole('button', { name: 'Make a token' }).click();
  await expect(page.getByText('Copy the token now')).toBeVisible();
  const token = await page.locator('.copy code').innerText();
  await look(page, 'client-profile-token');

  const api = async (path: string, body?: object) => {
    const answer = await fetch(`${demo.api}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
    return answer.json();
  };
  const plan = ((await api('/tariffs')) as { tariffs: Tariff[] }).tariffs.find((one) => one.name === 'PositiveSSL')!;
  for (let number = 1; number <= 26; number += 1) {
    const name = `list-${String(number).padStart(2, '0')}.example.test`;
    await api('/orders', {
      tariff: plan.id, years: 1, names: [name], new_key: 'p256', contact: CONTACT,
      validation: { method: 'email', names: [{ name, method: 'email', approver: `admin@${name}` }] },
    });
  }

  await page.goto(`${demo.web}/services`);
  const names = () => page.locator('tbody tr td:nth-child(2)').allInnerTexts();
  expect((await names()).length).toBe(25);
  expect((await names())[0]).toBe('list-26.example.test');
  await lookInBothLanguages(page, 'client-services');
  const first = await names();
  await page.getByRole('link', { name: 'Next page' }).click();
  await expect(page.getByRole('link', { name: 'First page' })).toBeVisible();
  const second = await names();
  expect(second).toContain('list-01.example.test');
  expect(second.filter((name) => first.includes(name)), 'no row is on two pages').toEqual([]);
  await page.getByRole('link', { name: 'First page' }).click();

  await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending');
  expect(await names()).toEqual([...(await names())].sort());

  await page.getByLabel('Number or name').fill('intranet');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('intranet.client-one.example')).toBeVisible();
  expect(await names()).toEqual(['intranet.client-one.example']);
  await page.getByLabel('Number or name').fill('nothing-of-this-name');
  await page.getByRole('button', { name: 'Filter' }).click();
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await look(page, 'client-services-nothing');
  await page.getByRole('link', { name: 'Clear' }).click();
  await page.getByLabel('State').selectOption('Active');
  await expect(page).toHaveURL(/state=active/);
  await expect(page.getByText('shop.client-one.example')).toBeVisible();
  expect(await names()).not.toContain('intranet.client-one.example');
  await page.getByLabel('Ends within').selectOption('30 days');
  await expect(page).toHaveURL(/ends=30/);
  await expect(page.getByText('shop.client-one.example')).toBeVisible();
  expect(await names()).toEqual(['shop.client-one.example']);

  await page.goto(`${demo.web}/profile`);
  await page.getByRole('row').filter({ hasText: 'Shop of the browser test' }).getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByText('The token does not work any more.')).toBeVisible();
  const refused = await fetch(`${demo.api}/services`, { headers: { authorization: `Bearer ${token}` } });
  expect(refused.status).toBe(401);
});

interface Tariff {
  id: string;
  name: string;
}

test('the statement adds up and every document can be read', async ({ demo, enter }) => {
  const page = await enter('client');
  await page.goto(`${demo.web}/money`);
  await lookInBothLanguages(page, 'client-money');
  const amounts = await page.locator('tbody tr td:nth-child(4)').allInnerTexts();
  const balances = await page.locator('tbody tr td:nth-child(5)').allInnerTexts();
  const cents = (text: string) => Math.round(Number(text.replace(/[^\d.−-]/g, '').replace('−', '-')) * 100);
  for (let row = 0; row + 1 < amounts.length; row += 1) {
    expect(cents(balances[row]!) - cents(amounts[row]!), `row ${row}`).toBe(cents(balances[row + 1]!));
  }
  await page.getByRole('row').filter({ hasText: 'Bank transfer' }).getByRole('link', { name: 'Show' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Receipt/);
  await expect(page.getByText('Client One GmbH')).toBeVisible();
  await lookInBothLanguages(page, 'client-receipt');
  await page.goto(`${demo.web}/money`);
  await page.getByRole('link', { name: 'Documents' }).click();
  await lookInBothLanguages(page, 'client-documents');
  await page.getByRole('row').filter({ hasText: 'Invoice' }).getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Invoice/);
  await look(page, 'client-invoice');
});

test('name, language and password are changed in the profile', async ({ demo, enter, sessions }) => {
  const who = somebody(demo, 'client');
  const page = await enter('client');
  await page.goto(`${demo.web}/profile`);
  const form = page.getByRole('region', { name: 'About me' });
  await form.getByLabel('Name').fill('Ada Renamed');
  await form.getByLabel('Language').selectOption('ru');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('link', { name: 'Ada Renamed' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await page.locator('select[name="language"]').selectOption('en');
  await page.locator('form[action="/profile"] button').click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');

  const password = page.getByRole('region', { name: 'Password' });
  await password.getByLabel('Current password').fill('not mine');
  await password.getByLabel('New password').fill('three more words');
  await password.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('This is not your password.')).toBeVisible();
  await look(page, 'client-profile-rejected');
  await password.getByLabel('Current password').fill(who.password);
  await password.getByLabel('New password').fill('three more words');
  await password.getByRole('button', { name: 'Change the password' }).click();
  await expect(page.getByText('The password is changed.')).toBeVisible();
  sessions.delete(who.email);
  who.password = 'three more words';
});

test('the whole order goes by keyboard alone', async ({ demo, enter }) => {
  const page = await enter('client');
  const focus = async (wanted: string) => {
    for (let presses = 0; presses < 60; presses += 1) {
      const here = page.locator(':focus');
      if ((await here.count()) === 1 && (await here.evaluate((element, css) => element.matches(css), wanted))) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`no press of Tab leads to ${wanted}`);
  };
  const typed = async (name: string, text: string) => {
    await focus(`[name="${name}"]`);
    await page.keyboard.type(text);
  };
  const choose = async (name: string, label: string) => {
    const wanted = page.getByRole('radio', { name: label, exact: true });
    await focus(`[name="${name}"]`);
    await page.keyboard.press('Space');
    for (let presses = 0; presses < 20 && !(await wanted.isChecked()); presses += 1) await page.keyboard.press('ArrowDown');
    await expect(wanted).toBeChecked();
  };
  const onwards = async () => {
    await focus('button[value="on"]');
    expect(await page.locator(':focus').evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe('none');
    const step = await page.locator('[aria-current="step"]').innerText();
    await page.keyboard.press('Enter');
    await expect(page.locator('[aria-current="step"]')).not.toHaveText(step);
  };
  await page.goto(`${demo.web}/services`);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await focus('a[href="/order"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/order');
  await choose('plan', 'PositiveSSL');
  await onwards();
  await typed('names', 'keyboard.example.test');
  await choose('source', 'Made by us and kept for you');
  await focus('[name="consent"]');
  await page.keyboard.press('Space');
  await onwards();
  await typed('contact.first_name', 'Ada');
  await typed('contact.last_name', 'Example');
  await typed('contact.email', 'ada@client.example');
  await typed('contact.phone', '+31 20 1234567');
  await onwards();
  await onwards();
  await focus('button[value="on"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/services/*');
  await isReady(page);
});

test('without script the order goes the same way', async ({ demo, enter }) => {
  const page = await enter('client', { javaScriptEnabled: false });
  await begin(page, demo, 'PositiveSSL', 'plain.example.test');
  await keepKey(page);
  await contact(page);
  await next(page);
  await page.getByRole('button', { name: 'Order and pay from balance' }).click();
  await page.waitForURL('**/services/*');
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('The certificate is ready.')).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
});

test('what is wrong with an order is said where it is typed, and nothing is lost', async ({ demo, enter }) => {
  const page = await enter('client');
  await begin(page, demo, 'PositiveSSL', 'https://shop.example.test/');
  await page.getByText('Made by us, shown once').click();
  await next(page);
  await expect(page.getByText('Leave out http:// and everything after the name.')).toBeVisible();
  await look(page, 'client-order-request-rejected');
  await page.getByLabel('Names').fill('once.example.test');
  await next(page);
  await contact(page);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByLabel('Given name')).toHaveValue('Ada');
  await next(page);
  await next(page);
  await page.getByRole('button', { name: 'Order and pay from balance' }).click();
  await expect(page.getByRole('heading', { name: 'Save your private key' })).toBeVisible();
  await expect(page.getByText('BEGIN PRIVATE KEY')).toBeVisible();
  await look(page, 'client-key-once');
  await page.getByRole('link', { name: 'I have saved it' }).click();
  await expect(page.getByText('Was shown once, is not kept here')).toBeVisible();
});

test('a service that waits is moved to another method, and one that is not wanted is given up', async ({ demo, enter }) => {
  const page = await enter('client');
  await page.goto(`${demo.web}/services?q=intranet`);
  await page.getByRole('row').filter({ hasText: 'intranet' }).getByRole('link').first().click();
  await lookInBothLanguages(page, 'client-service-http');
  await page.getByRole('link', { name: 'Another method' }).click();
  await lookInBothLanguages(page, 'client-service-method');
  await page.getByText('File over HTTPS', { exact: true }).click();
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByText('https://intranet.client-one.example/')).toBeVisible({ timeout: 30_000 });

  await page.getByRole('button', { name: 'Give up the order' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toBeVisible();
  await look(page, 'client-service-close');
  await question.getByRole('button', { name: 'Give up the order' }).click();
  await expect(page.getByText('The order is being given up.')).toBeVisible();
  // LeaderSSL has no call that cancels, so this becomes a task for a person.
  await expect(page.getByText('Somebody of our staff looks at this order.')).toBeVisible({ timeout: 30_000 });
  await look(page, 'client-service-given-up');
});

test('the order is read in Russian too', async ({ demo, enter }) => {
  const page = await enter('client', { locale: 'ru-RU' });
  await page.goto(`${demo.web}/order`);
  await page.locator('.foot button[value="ru"]').click();
  const onwards = () => page.locator('button[value="on"]').click();
  await look(page, 'client-order-product-ru');
  await page.getByText('InstantSSL OV', { exact: true }).click();
  await onwards();
  await page.locator('[name="names"]').fill('магазин.example.test');
  await page.getByText('Создаём мы и храним для вас').click();
  await page.locator('[name="consent"]').check();
  await look(page, 'client-order-request-ru');
  await onwards();
  const typed = {
    'contact.first_name': 'Ада', 'contact.last_name': 'Пример', 'contact.email': 'ada@client.example', 'contact.phone': '+7 495 1234567',
    'organisation.name': 'ООО «Пример»', 'organisation.street': 'Тверская, 1', 'organisation.postal_code': '125009',
    'organisation.city': 'Москва', 'organisation.region': 'Москва', 'organisation.country': 'RU', 'organisation.phone': '+7 495 1234567',
  };
  for (const [name, text] of Object.entries(typed)) await page.locator(`[name="${name}"]`).fill(text);
  await look(page, 'client-order-contact-ru');
  await onwards();
  await look(page, 'client-order-validation-ru');
  await onwards();
  await expect(page.getByText('магазин.example.test')).toBeVisible();
  await look(page, 'client-order-summary-ru');
});

// The pages of failures belong to the client area too.
test('a page that is not there, or not yours, says so', async ({ demo, enter, browser }) => {
  const page = await enter('client');
  await page.goto(`${demo.web}/services/svc_01935c00-0000-7000-8000-000000000000`);
  await expect(page.getByText('There is no such page, or it is not yours.')).toBeVisible();
  await look(page, 'client-not-found');
  await page.goto(`${demo.web}/admin`);
  await expect(page.getByText('There is no such page, or it is not yours.').or(page.getByText('You may not do this.'))).toBeVisible();
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(`${demo.web}/no-such-page`);
  await look(guest, 'guest-not-found');
  await guest.context().close();
});
