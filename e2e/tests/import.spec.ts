// Orders that a client had at the CA before certbroker: compared, looked at, taken over, and kept alive from then on.
import { orderAtCa } from '../support/ca.ts';
import { look, lookInBothLanguages } from '../support/page.ts';
import { expect, test } from '../support/test.ts';

test('an administrator takes over what is at the CA already', async ({ demo, enter }) => {
  test.slow();
  const first = await orderAtCa(demo, 'old.client-one.test', 2);
  const second = await orderAtCa(demo, 'older.client-one.test', 1);
  const admin = await enter('administrator');
  await admin.goto(`${demo.web}/admin/modules`);
  await admin.getByRole('row', { name: 'LeaderTelecom' }).first().getByRole('link').first().click();
  await admin.getByRole('link', { name: 'Orders at the CA' }).click();
  await admin.getByRole('button', { name: 'Compare now' }).click();
  await expect(admin.getByText(/^Compared with \d+ orders/)).toBeVisible();
  await expect(admin.getByRole('row', { name: 'old.client-one.test' })).toBeVisible();
  await lookInBothLanguages(admin, 'admin-orders-at-ca');

  await admin.getByRole('button', { name: 'See what will happen' }).click();
  await expect(admin.getByText('Choose at least one order.').first()).toBeVisible();
  await admin.getByLabel(`Choose order ${first}`).check();
  await admin.getByLabel(`Choose order ${second}`).check();
  await admin.getByRole('textbox', { name: 'Account' }).fill('A-999999');
  await admin.getByRole('button', { name: 'See what will happen' }).click();
  await expect(admin.getByLabel(`Choose order ${first}`)).toBeChecked();
  await expect(admin.getByRole('textbox', { name: 'Account' })).toHaveAttribute('aria-invalid', 'true');
  await admin.getByRole('textbox', { name: 'Account' }).fill('A-1');
  await admin.getByRole('button', { name: 'See what will happen' }).click();
  await expect(admin.getByRole('heading', { name: 'Take over 2 orders' })).toBeVisible();
  await look(admin, 'admin-orders-preview');
  await admin.getByRole('button', { name: 'Take over the chosen orders' }).click();
  await expect(admin.getByText('2 orders were taken over, 0 left as they were.')).toBeVisible();
  await look(admin, 'admin-orders-taken');
  await admin.getByRole('row', { name: first }).getByRole('link').click();

  const certificates = admin.getByRole('region', { name: 'Certificates' });
  await expect(async () => {
    await admin.reload();
    await expect(certificates.getByText('Taken over from the CA')).toBeVisible();
  }).toPass({ timeout: 60_000 });
  await expect(admin.getByText('Paid till').first()).toBeVisible();
  await expect(admin.getByText('the key of its certificate is where it was made')).toBeVisible();
  await lookInBothLanguages(admin, 'admin-service-imported');

  await admin.goto(`${demo.web}/admin/tasks`);
  await expect(admin.getByText('old.client-one.test')).toHaveCount(0);
});
