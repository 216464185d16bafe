// The demo's mailbox: mails of certbroker and of the simulated CA.
import { expect, type Page } from '@playwright/test';
import type { Demo } from './demo.ts';

export interface Mail {
  number: number;
  envelope_to: string[];
  subject: string;
  text: string | null;
  html: string | null;
}

/** The newest mail to this address whose subject fits, as soon as it is there. */
export async function mailTo(demo: Demo, address: string, subject: RegExp): Promise<Mail> {
  let found: Mail | undefined;
  await expect
    .poll(
      async () => {
        const mails = (await (await fetch(`${demo.mailbox}/mails.json`)).json()) as Mail[];
        found = mails.findLast((mail) => mail.envelope_to.includes(address) && subject.test(mail.subject));
        return found !== undefined;
      },
      { message: `a mail to ${address} about ${subject}`, timeout: 60_000, intervals: [100, 200, 500] },
    )
    .toBe(true);
  return found!;
}

/** Opens a mail on the mailbox page, as a person reads it. */
export async function read(page: Page, demo: Demo, mail: Mail): Promise<void> {
  await page.goto(`${demo.mailbox}/mails/${mail.number}`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(mail.subject);
}

/** The first address of the text that fits. */
export function linkIn(mail: Mail, wanted: RegExp): string {
  const found = (mail.text ?? '').match(/https?:\/\/\S+/g)?.find((link) => wanted.test(link));
  if (!found) throw new Error(`no link ${wanted} in: ${mail.text}`);
  return found;
}
