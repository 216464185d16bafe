// The pages of staff, on the demo with its history: accessible at both widths, in both languages; who may see what.
import { lookInBothLanguages } from '../support/page.ts';
import { expect, test } from '../support/test.ts';

const LISTS = {
  'admin-dashboard': '/admin',
  'admin-services': '/admin/services',
  'admin-operations': '/admin/operations',
  'admin-tasks': '/admin/tasks',
  'admin-tariffs': '/admin/tariffs',
  'admin-accounts': '/admin/accounts',
  'admin-users': '/admin/users',
  'admin-credits': '/admin/credits',
  'admin-modules': '/admin/modules',
  'admin-departments': '/admin/departments',
  'admin-periodic': '/admin/periodic',
  'admin-zones': '/admin/zones',
  'admin-mails': '/admin/mails',
  'admin-mail-texts': '/admin/mail-texts',
  'admin-audit': '/admin/audit',
  'admin-settings': '/admin/settings',
};

/** A list, and the name of the page that its first link leads to. */
const FIRST_OF = {
  'admin-services': 'admin-service-shown',
  'admin-operations': 'admin-operation-shown',
  'admin-tasks': 'admin-task-shown',
  'admin-tariffs': 'admin-tariff-shown',
  'admin-accounts': 'admin-account-shown',
  'admin-users': 'admin-user-shown',
  'admin-modules': 'admin-module-shown',
  'admin-mail-texts': 'admin-mail-text-shown',
} as const;

for (const [name, path] of Object.entries(LISTS)) {
  test(`${path} is accessible at both widths in both languages`, async ({ demo, enter }) => {
    const page = await enter('administrator');
    await page.goto(demo.web + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await lookInBothLanguages(page, name);
    const shown = FIRST_OF[name as keyof typeof FIRST_OF];
    if (!shown) return;
    await page.goto(demo.web + path);
    await page.locator('main tbody tr').first().getByRole('link').first().click();
    await page.waitForURL((url) => url.pathname.startsWith(`${path}/`));
    await lookInBothLanguages(page, shown);
  });
}

test('staff work, but what belongs to administrators is not offered and is refused', async ({ demo, enter }) => {
  const page = await enter('staff');
  await page.goto(`${demo.web}/admin`);
  const navigation = page.getByRole('navigation', { name: 'Main navigation' });
  await expect(navigation.getByRole('link', { name: 'Tasks' })).toBeVisible();
  for (const own of ['Audit trail', 'Settings', 'DNS zones']) {
    await expect(navigation.getByRole('link', { name: own })).toHaveCount(0);
  }
  for (const path of ['/admin/audit', '/admin/settings', '/admin/zones', '/admin/modules/new', '/admin/tariffs/new']) {
    const answer = await page.goto(demo.web + path);
    expect(answer!.status(), path).toBe(403);
    await expect(page.getByText('You may not do this.')).toBeVisible();
  }
  await page.goto(`${demo.web}/admin/modules`);
  await expect(page.getByRole('link', { name: 'Add' })).toHaveCount(0);
});

test('a task is taken, commented and done', async ({ demo, enter }) => {
  const page = await enter('staff');
  await page.goto(`${demo.web}/admin/tasks`);
  await page.getByRole('row', { name: /Call Second Client/ }).getByRole('link').first().click();
  await page.getByRole('button', { name: 'Take it' }).click();
  await expect(page.getByText('The task is yours.')).toBeVisible();
  await page.getByRole('textbox', { name: 'Comment' }).fill('Called them: the number comes tomorrow.');
  await page.getByRole('button', { name: 'Add the comment' }).click();
  await expect(page.getByText('The comment was added.')).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).first().click();
  const question = page.getByRole('dialog');
  if (await question.isVisible()) await question.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('The task is done.')).toBeVisible();
});
