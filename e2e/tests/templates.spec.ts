// Mail texts: an administrator changes one, sees how it looks, a client gets a mail in the new words, and the shipped text
// comes back.
import type { Page } from '@playwright/test';
import { mailTo, read } from '../support/mailbox.ts';
import { begin, contact, keepKey, pay } from '../support/order.ts';
import { expect, test } from '../support/test.ts';

const CONTACT = 'ada@client.example';

async function open(page: Page, web: string): Promise<void> {
  await page.goto(`${web}/admin/mail-texts`);
  await page.getByRole('link', { name: /^Order placed, English/ }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Order placed · English');
}

test('a mail text is changed, previewed, used and taken back', async ({ demo, enter }) => {
  const page = await enter('administrator');
  await open(page, demo.web);
  const subject = page.getByLabel('Subject');
  const text = page.getByLabel('Plain text');
  const html = page.getByRole('textbox', { name: 'HTML' });

  // What does not render is refused at its field, with its line, and nothing is kept.
  const shipped = await text.inputValue();
  await text.fill('Thank you!\n\n{{ nobody }}\n{{ link }}');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('This mail has no such name.')).toBeVisible();
  await expect(page.getByText(/^Line 3: .*nobody/)).toBeVisible();
  await expect(text).toHaveAttribute('aria-invalid', 'true');
  await open(page, demo.web);
  await expect(text).toHaveValue(shipped);

  // A preview shows subject, text and HTML with the values of a sample, in a frame in which nothing runs.
  await subject.fill('Welcome aboard: {{ service }}, {{ name }}');
  await text.fill('Ahoy,\n\n{{ names | join(", ") }} for {{ price }}.\n{{ link }}');
  await html.fill('<h1>Ahoy</h1><script>document.title = "run"</script><p><a href="{{ link }}">{{ service }}</a></p>');
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'How it looks' });
  await expect(preview.getByText('Welcome aboard: S-1042, www.example.org')).toBeVisible();
  await expect(preview.locator('pre')).toContainText('www.example.org, example.org for €12.50.');
  const frame = page.frameLocator('iframe');
  await expect(frame.getByRole('heading', { name: 'Ahoy' })).toBeVisible();
  await expect(frame.getByText('S-1042')).toBeVisible();

  // To oneself, and then for everybody.
  await page.getByRole('button', { name: 'Send it to me' }).click();
  await expect(page.getByText(/A test mail went to/)).toBeVisible();
  const administrator = demo.sign_ins.find((one) => one.role === 'administrator')!;
  const tried = await mailTo(demo, administrator.email, /^Welcome aboard: S-1042/);
  expect(tried.text).toContain('Ahoy');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('The text was saved.')).toBeVisible();

  const client = await enter('client');
  const name = 'wording.example.test';
  await begin(client, demo, 'PositiveSSL', name);
  await keepKey(client);
  await contact(client);
  await client.getByText('File over HTTP', { exact: true }).click();
  await pay(client);
  const mail = await mailTo(demo, CONTACT, /^Welcome aboard: S-\d+, wording\.example\.test$/);
  expect(mail.text).toContain(`${name} for €19.00.`);
  await read(client, demo, mail);
  await expect(client.frameLocator('iframe').getByRole('heading', { name: 'Ahoy' })).toBeVisible();

  // The way back is asked about once more.
  await page.goto(`${demo.web}/admin/mail-texts`);
  await expect(page.getByRole('link', { name: /: changed$/ })).toHaveCount(1);
  await page.getByRole('link', { name: /^Order placed, English/ }).click();
  await page.getByRole('button', { name: 'Back to the shipped text' }).click();
  const question = page.getByRole('dialog');
  await expect(question).toBeVisible();
  await question.getByRole('button', { name: 'Back to the shipped text' }).click();
  await expect(page.getByText('The shipped text holds again.')).toBeVisible();
  await expect(text).toHaveValue(shipped);
  await expect(page.getByRole('region', { name: 'Former texts' }).getByRole('link', { name: 'Edit again' })).toHaveCount(1);
});
