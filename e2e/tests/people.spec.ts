// People: registering, signing in with and without a second factor, resetting, signing out.
import { linkIn, mailTo, read } from '../support/mailbox.ts';
import { look, lookInBothLanguages, signIn, speak } from '../support/page.ts';
import { expect, somebody, test } from '../support/test.ts';
import { nextCode } from '../support/totp.ts';

test('somebody registers, confirms the address by the mail and signs in', async ({ page, demo }) => {
  const email = 'carla@client-three.example';
  const password = 'four words in row';
  await page.goto(`${demo.web}/sign-in`);
  await lookInBothLanguages(page, 'guest-sign-in');
  await page.getByRole('link', { name: 'Register as a client' }).click();
  await lookInBothLanguages(page, 'guest-register');
  await page.getByLabel('Your name').fill('Carla Sample');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill('short');
  await page.getByLabel('Name of the company').fill('Client Three SARL');
  await page.getByLabel('Country').fill('FR');
  await page.getByRole('button', { name: 'Register' }).click();
  await expect(page.getByLabel('Password')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Name of the company')).toHaveValue('Client Three SARL');
  await look(page, 'guest-register-rejected');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Register' }).click();
  await expect(page.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();
  await look(page, 'guest-register-sent');

  const mail = await mailTo(demo, email, /./);
  await read(page, demo, mail);
  await page.getByRole('link', { name: linkIn(mail, /\/confirm\//) }).click();
  await lookInBothLanguages(page, 'guest-confirm');
  await page.getByRole('button', { name: 'Confirm the address' }).click();
  await expect(page.getByText('Your address is confirmed.')).toBeVisible();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('No certificates yet')).toBeVisible();
  await lookInBothLanguages(page, 'client-services-none');

  // The link worked once.
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(linkIn(mail, /\/confirm\//));
  await page.getByRole('button', { name: 'Confirm the address' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
});

test('a forgotten password is set anew by mail, and the old one is over', async ({ page, demo, enter }) => {
  const who = { ...demo.sign_ins.findLast((one) => one.role === 'client')! };
  const elsewhere = await enter('client', {}, who.email);
  await elsewhere.goto(`${demo.web}/services`);
  await expect(elsewhere.getByRole('heading', { name: 'Services' })).toBeVisible();
  await page.goto(`${demo.web}/reset`);
  await lookInBothLanguages(page, 'guest-reset');
  const ask = async (email: string) => {
    await page.goto(`${demo.web}/reset`);
    await page.getByLabel('E-mail').fill(email);
    await page.getByRole('button', { name: 'Send the link' }).click();
    return page.locator('main').innerText();
  };
  expect(await ask('nobody@nowhere.example'), 'known and unknown addresses get one answer').toBe(await ask(who.email));

  const mail = await mailTo(demo, who.email, /password/i);
  await read(page, demo, mail);
  await page.getByRole('link', { name: linkIn(mail, /\/reset\//) }).click();
  await lookInBothLanguages(page, 'guest-new-password');
  const password = 'entirely new words';
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await expect(page.getByText('The password is changed. Sign in with it now.')).toBeVisible();

  await elsewhere.reload();
  await expect(elsewhere, 'every other browser is signed out').toHaveURL(/\/sign-in/);
  await page.getByLabel('E-mail').fill(who.email);
  await page.getByLabel('Password').fill(who.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('E-mail or password is not right.')).toBeVisible();
  await look(page, 'guest-sign-in-refused');
  await signIn(page, demo.web, { ...who, password });
  await expect(page.getByRole('heading', { name: 'Services' })).toBeVisible();
});

test('staff sign in with the code of their app; each code works once', async ({ page, browser, demo }) => {
  const staff = somebody(demo, 'staff');
  const password = async (to: typeof page) => {
    await to.goto(`${demo.web}/sign-in`);
    await to.getByLabel('E-mail').fill(staff.email);
    await to.getByLabel('Password').fill(staff.password);
    await to.getByRole('button', { name: 'Sign in' }).click();
  };
  const code = async (to: typeof page, digits: string) => {
    await to.getByLabel('Code of six digits').fill(digits);
    await to.getByRole('button', { name: 'Continue' }).first().click();
  };
  await password(page);
  await expect(page.getByRole('heading', { name: 'Second factor' })).toBeVisible();
  await lookInBothLanguages(page, 'guest-second-factor');
  await page.goto(`${demo.web}/admin`);
  await expect(page, 'half signed in is not signed in').toHaveURL(/\/sign-in/);

  await password(page);
  const right = nextCode(staff.totp_secret!);
  await code(page, right === '000000' ? '000001' : '000000');
  await expect(page.getByText('The code is not right.')).toBeVisible();
  await look(page, 'guest-second-factor-refused');
  await code(page, right);
  await expect(page).toHaveURL(/\/admin$/);

  const other = await (await browser.newContext()).newPage();
  await password(other);
  await code(other, right);
  await expect(other.getByText('The code is not right.'), 'the code was used before').toBeVisible();
  await other.context().close();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('You are signed out.')).toBeVisible();
  await page.goto(`${demo.web}/admin`);
  await expect(page).toHaveURL(/\/sign-in/);
});

test('a browser that is signed in elsewhere is signed out from the profile', async ({ browser, demo, enter }) => {
  const client = somebody(demo, 'client');
  const page = await enter('client');
  const elsewhere = await (await browser.newContext({ userAgent: 'A forgotten laptop' })).newPage();
  await signIn(elsewhere, demo.web, client);
  await page.goto(`${demo.web}/profile`);
  const row = page.getByRole('row').filter({ hasText: 'A forgotten laptop' });
  await expect(page.getByRole('row').filter({ hasText: 'this one' })).toHaveCount(1);
  await row.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByText('That browser is signed out.')).toBeVisible();
  await expect(row).toHaveCount(0);
  await elsewhere.goto(`${demo.web}/services`);
  await expect(elsewhere).toHaveURL(/\/sign-in\?next=/);

  // After signing in the visitor is where they wanted to be.
  await elsewhere.getByLabel('E-mail').fill(client.email);
  await elsewhere.getByLabel('Password').fill(client.password);
  await elsewhere.getByRole('button', { name: 'Sign in' }).click();
  await expect(elsewhere).toHaveURL(/\/services$/);
  await elsewhere.context().close();
});

test('the language of the browser is spoken at once, and another is a press away', async ({ browser, demo }) => {
  const russian = await browser.newContext({ locale: 'ru-RU' });
  const page = await russian.newPage();
  await page.goto(`${demo.web}/sign-in`);
  await expect(page.getByRole('heading', { name: 'Вход' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'ru');
  await speak(page, 'en');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' }), 'the choice is kept').toBeVisible();
  await speak(page, 'ru');
  await signIn(page, demo.web, somebody(demo, 'client'), { email: 'E-mail', password: 'Пароль', submit: 'Вход' });
  await expect(page.getByRole('heading', { name: 'Услуги' })).toBeVisible();
  await russian.close();
});
