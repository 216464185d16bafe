// The CA as somebody without certbroker uses it: signing in, ordering, proving the name, by its own API.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Demo } from './demo.ts';
import { request } from './openssl.ts';
import { expect } from './test.ts';

const POSITIVE_SSL = 296;

/** Orders a certificate for a name and years, proves the name by a file, and returns the CA's number once it is issued. */
export async function orderAtCa(demo: Demo, name: string, years: number): Promise<string> {
  const session = await call(demo, 'users/signin', { login: demo.ca.username, password: demo.ca.password });
  const token = session.auth_token as string;
  const item = {
    nomenclature_id: POSITIVE_SSL,
    days: years * 365,
    ssl_server_software_id: 37,
    dcv_type: 'HTTP_CSR_HASH',
    domain_name: name,
    csr: request(name).csr,
    unique_value: `e2e${Date.now()}`,
  };
  const order = await call(demo, 'order', { auth_token: token, order: { items: [item] } });
  const id = String(order.items[0].ssl_certificate_id);
  const proofs = await call(demo, `ssl_certificates/${id}/dcv?auth_token=${token}`);
  for (const proof of proofs) {
    const file = join(demo.www, proof.domain_name, proof.file_path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, proof.file_content);
  }
  const status = async (): Promise<string> =>
    (await call(demo, `ssl_certificates/${id}/status?auth_token=${token}`)).status;
  await expect.poll(status, { timeout: 60_000 }).toMatch(/issued|active/i);
  return id;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the CA's answers are its own
async function call(demo: Demo, path: string, body?: object): Promise<any> {
  const answer = await fetch(`${demo.ca.url}/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: body ? { 'content-type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  expect(answer.ok, `${path}: ${answer.status}`).toBe(true);
  return answer.json();
}
