// OpenSSL judges what was downloaded.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The chain leads to the root, holds for the name, and is of this key; fails with OpenSSL's words otherwise. */
export function verify(chain: string, root: string, name: string, key: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'certbroker-openssl-'));
  const file = (called: string, content: string) => {
    const path = join(folder, called);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const [chainFile, rootFile, keyFile] = [file('chain.pem', chain), file('root.pem', root), file('key.pem', key)];
  openssl('verify', '-CAfile', rootFile, '-untrusted', chainFile, '-verify_hostname', name, chainFile);
  const ofCertificate = openssl('x509', '-in', chainFile, '-noout', '-pubkey');
  const ofKey = openssl('pkey', '-in', keyFile, '-pubout');
  if (ofCertificate !== ofKey) throw new Error(`the certificate of ${name} is not of this key`);
}

/** What a PKCS#12 file holds, read with its password. */
export function pkcs12(path: string, password: string): string {
  return openssl('pkcs12', '-in', path, '-passin', `pass:${password}`, '-nodes');
}

/** A key and a signing request for a name, as a person makes them on a server. */
export function request(name: string): { key: string; csr: string } {
  const key = openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048');
  const folder = mkdtempSync(join(tmpdir(), 'certbroker-openssl-'));
  const keyFile = join(folder, 'key.pem');
  writeFileSync(keyFile, key, { mode: 0o600 });
  return { key, csr: openssl('req', '-new', '-key', keyFile, '-subj', `/CN=${name}`) };
}

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
