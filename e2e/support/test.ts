// What the tests start from: one demo for all of them, and visitors who are signed in once per person.
import { test as base, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { type Demo, type Role, type SignIn, startDemo } from './demo.ts';
import { signIn } from './page.ts';

type State = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** Opens a page in a browser of its own, signed in as the first of this role or as the one of this mail address. */
export type Enter = (role: Role, options?: BrowserContextOptions, email?: string) => Promise<Page>;

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
    await use(async (role, options = {}, email) => {
      const who = demo.sign_ins.find((one) => one.email === email) ?? somebody(demo, role);
      const storageState = sessions.get(who.email) ?? (await stateOf(browser, demo, who));
      sessions.set(who.email, storageState);
      const context = await browser.newContext({ ...options, storageState });
      contexts.push(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
});

async function stateOf(browser: Browser, demo: Demo, who: SignIn): Promise<State> {
  const context = await browser.newContext();
  await signIn(await context.newPage(), demo.web, who);
  const state = await context.storageState();
  await context.close();
  return state;
}

export { expect } from '@playwright/test';

/** The first of this role. */
export function somebody(demo: Demo, role: Role): SignIn {
  const found = demo.sign_ins.find((who) => who.role === role);
  if (!found) throw new Error(`the demo has no ${role}`);
  return found;
}
