// What the tests start from: one demo for all of them, and visitors who are signed in once per person.
import { test as base, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { type Demo, type Role, type SignIn, startDemo } from './demo.ts';
import { signIn } from './page.ts';

type State = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** Opens a page in a browser of its own, signed in as somebody of this role; several may be open. */
export type Enter = (role: Role, options?: BrowserContextOptions) => Promise<Page>;

interface OfTest {
  enter: Enter;
}

interface OfWorker {
  demo: Demo;
  sessions: Map<string, State>;
}

export const test = base.extend<OfTest, OfWorker>({
  demo: [
    async ({}, use) => {
      const demo = await startDemo();
      await use(demo);
      await demo.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],

  enter: async ({ browser, demo, sessions }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (role, options = {}) => {
      const who = somebody(demo, role);
      const known = sessions.get(who.email);
      const context = await browser.newContext({ ...options, ...(known && { storageState: known }) });
      contexts.push(context);
      const page = await context.newPage();
      if (!known) {
        await signIn(page, demo.web, who);
        sessions.set(who.email, await context.storageState());
      }
      return page;
    });
    for (const context of contexts) await context.close();
  },
});

export { expect } from '@playwright/test';

/** The first of this role. */
export function somebody(demo: Demo, role: Role): SignIn {
  const found = demo.sign_ins.find((who) => who.role === role);
  if (!found) throw new Error(`the demo has no ${role}`);
  return found;
}
