// The mails of an order, as people read them: text and HTML, in the language of the client, with links that work.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Demo } from '../support/demo.ts';
import { linkIn, type Mail, mailTo, read } from '../support/mailbox.ts';
import { begin, contact, isReady, keepKey, pay } from '../support/order.ts';
import type { Language } from '../support/page.ts';
import { expect, test } from '../support/test.ts';

/** The person of the order, to whom its mails go. */
const CONTACT = 'ada@client.example';

/** What the subjects begin with or hold. */
const SUBJECTS: Record<Language, Record<'placed' | 'needed' | 'issued', RegExp>> = {
  en: { placed: /^Order S-\d+ is placed/, needed: /prove that you control/, issued: /^Certificate for .* is issued/ },
  ru: { placed: /Заказ S-\d+/i, needed: /подтвер/i, issued: /выпущен/i },
};

for (const language of ['en', 'ru'] as const) {
  test(`an order is told by three mails (${language})`, async ({ demo, enter }) => {
    const name = `mails-${language}.example.test`;
    const email = CONTACT;
    const page = await enter('client');
    const administrator = await enter('administrator');
    await write(administrator, demo, language);
    await begin(page, demo, 'PositiveSSL', name);
    await keepKey(page);
    await contact(page);
    await page.getByText('File over HTTP', { exact: true }).click();
    await pay(page);
    const service = page.url();
    const about = (subject: RegExp) => new RegExp(`(?=.*${name.replaceAll('.', '\\.')})(?=.*${subject.source.replace('^', '')})`, 'i');

    const placed = await mailTo(demo, email, about(SUBJECTS[language].placed));
    expect(placed.text).toContain(name);
    expect(placed.text).toMatch(language === 'en' ? /€19\.00/ : /19,00/);
    await leadsTo(page, demo, placed, service);

    const needed = await mailTo(demo, email, about(SUBJECTS[language].needed));
    await leadsTo(page, demo, needed, service);
    const address = new URL(linkIn(needed, /well-known/));
    const content = needed.text!.match(/^\s*([0-9A-F]{64})\s*\n+\s*(\S+)\s*\n+\s*(\S+)/im)!;
    const file = join(demo.www, address.host, address.pathname);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content.slice(1).join('\n'));

    await page.goto(service);
    await isReady(page);
    const issued = await mailTo(demo, email, about(SUBJECTS[language].issued));
    expect(issued.text).toMatch(/20\d\d/);
    await leadsTo(page, demo, issued, service);
    await write(administrator, demo, 'en');
  });
}

/** Sets the language of the account, in which its mails are written. */
async function write(page: Page, demo: Demo, language: Language): Promise<void> {
  await page.goto(`${demo.web}/admin/accounts`);
  await page.getByRole('row').filter({ hasText: 'Client One GmbH' }).getByRole('link').first().click();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.locator('main select[name="language"]').selectOption(language);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('The account was saved.')).toBeVisible();
}

/** The link of the text and the button of the HTML lead to the service; nothing of the mail is cut off or left in braces. */
async function leadsTo(page: Page, demo: Demo, mail: Mail, service: string): Promise<void> {
  await read(page, demo, mail);
  expect(mail.text! + mail.html!).not.toMatch(/\{\{|\}\}|\{%|undefined|None/);
  const button = page.frameLocator('iframe').locator(`a[href^="${service}"]`).first();
  await expect(button).toBeVisible();
  await page.locator('pre').getByRole('link', { name: service }).first().click();
  await expect(page).toHaveURL(new RegExp(`^${service}`));
}
