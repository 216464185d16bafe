// Starts the real program, `certbroker demo --json`, in a folder of its own, and stops it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export type Role = 'administrator' | 'staff' | 'client';

export interface SignIn {
  role: Role;
  email: string;
  password: string;
  /** Base32 secret of the authenticator app, for those who need a second factor. */
  totp_secret: string | null;
  /** Each may be typed once instead of a code of the app. */
  recovery_codes: string[];
}

/** What `certbroker demo --json` prints once it is ready. */
export interface Addresses {
  web: string;
  mailbox: string;
  api: string;
  /** The simulated CA's API and its client. */
  ca: { url: string; username: string; password: string };
  /** The simulated CA's management listener. */
  management: string;
  /** Files below `HOST/` here are what the web server of that host serves, to the CA and to certbroker. */
  www: string;
  /** Where the first administrator is made, while there is none. */
  setup: string | null;
  sign_ins: SignIn[];
}

export interface Demo extends Addresses {
  data: string;
  stop(): Promise<void>;
}

const program = process.env.CERTBROKER ?? resolve(import.meta.dirname, '../../target/debug/certbroker');

export async function startDemo(...extra: string[]): Promise<Demo> {
  const data = mkdtempSync(join(tmpdir(), 'certbroker-e2e-'));
  const child = spawn(program, ['demo', '--json', '--listen', '127.0.0.1:0', '--data', data, ...extra], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const addresses = await firstLine(child);
  return { ...addresses, data, stop: () => stop(child, data) };
}

function firstLine(child: ChildProcess): Promise<Addresses> {
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`certbroker demo ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout! }).once('line', (line) => done(JSON.parse(line) as Addresses));
  });
}

function stop(child: ChildProcess, data: string): Promise<void> {
  return new Promise((done) => {
    child.removeAllListeners('exit');
    child.once('exit', () => {
      rmSync(data, { recursive: true, force: true });
      done();
    });
    child.kill('SIGTERM');
  });
}
