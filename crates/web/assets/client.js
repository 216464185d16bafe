// Makes a key and a certificate signing request (PKCS#10, RFC 2986) in the browser with WebCrypto. The private key is
// offered as a download and goes nowhere else; only the request is written into the form.
"use strict";

const KINDS = {
  p256: { make: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" }, oid: "1.2.840.10045.4.3.2" },
  p384: { make: { name: "ECDSA", namedCurve: "P-384" }, sign: { name: "ECDSA", hash: "SHA-384" }, oid: "1.2.840.10045.4.3.3" },
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa4096: rsa(4096),
};

function rsa(bits) {
  return {
    make: { name: "RSASSA-PKCS1-v1_5", modulusLength: bits, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    sign: { name: "RSASSA-PKCS1-v1_5" },
    oid: "1.2.840.113549.1.1.11",
  };
}

// ---- DER ----

function tlv(tag, ...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [tag];
  if (length < 128) {
    head.push(length);
  } else {
    const bytes = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
    head.push(0x80 | bytes.length, ...bytes);
  }
  const out = new Uint8Array(head.length + length);
  out.set(head);
  let at = head.length;
  for (const part of parts) { out.set(part, at); at += part.length; }
  return out;
}

const sequence = (...parts) => tlv(0x30, ...parts);
const set = (...parts) => tlv(0x31, ...parts);
const octets = (part) => tlv(0x04, part);
const bits = (part) => tlv(0x03, new Uint8Array([0]), part);
const ascii = (text) => new TextEncoder().encode(text);

function oid(text) {
  const [first, second, ...rest] = text.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const groups = [number % 128];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | left % 128);
    bytes.push(...groups);
  }
  return tlv(0x06, new Uint8Array(bytes));
}

// WebCrypto gives r and s side by side (IEEE P1363); a request holds them as a sequence of integers.
function ecdsa(raw) {
  const integer = (part) => {
    let start = 0;
    while (start < part.length - 1 && part[start] === 0) start += 1;
    const plain = part.slice(start);
    return plain[0] & 0x80 ? tlv(0x02, new Uint8Array([0]), plain) : tlv(0x02, plain);
  };
  const half = raw.length / 2;
  return sequence(integer(raw.slice(0, half)), integer(raw.slice(half)));
}

function pem(label, bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `-----BEGIN ${label}-----\n${btoa(text).replace(/(.{64})(?=.)/g, "$1\n")}\n-----END ${label}-----\n`;
}

// ---- request ----

// The browser's own reading of host names turns letters of other scripts into A-labels.
function aLabel(name) {
  const isWildcard = name.startsWith("*.");
  const host = new URL(`http://${isWildcard ? name.slice(2) : name}`).hostname.replace(/\.$/, "");
  return (isWildcard ? "*." : "") + host;
}

async function makeRequest(kind, names) {
  const chosen = KINDS[kind] || KINDS.p256;
  const pair = await crypto.subtle.generateKey(chosen.make, true, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const privateKey = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  // A common name holds 64 characters at most; the names that count stand in the extension.
  const common = names.find((name) => name.length <= 64);
  const subject = common ? sequence(set(sequence(oid("2.5.4.3"), tlv(0x0c, ascii(common))))) : sequence();
  const alternative = sequence(...names.map((name) => tlv(0x82, ascii(name))));
  const extensions = sequence(sequence(oid("2.5.29.17"), octets(alternative)));
  const attributes = tlv(0xa0, sequence(oid("1.2.840.113549.1.9.14"), set(extensions)));
  const info = sequence(tlv(0x02, new Uint8Array([0])), subject, publicKey, attributes);
  const raw = new Uint8Array(await crypto.subtle.sign(chosen.sign, pair.privateKey, info));
  const isEc = chosen.sign.name === "ECDSA";
  const algorithm = isEc ? sequence(oid(chosen.oid)) : sequence(oid(chosen.oid), tlv(0x05));
  const request = sequence(info, algorithm, bits(isEc ? ecdsa(raw) : raw));
  return { request: pem("CERTIFICATE REQUEST", request), privateKey: pem("PRIVATE KEY", privateKey) };
}

// ---- page ----

function save(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function makeKey(button) {
  const said = document.getElementById(button.dataset.said);
  const target = document.getElementById(button.dataset.makeKey);
  const kind = document.getElementById(button.dataset.kind).value;
  const typed = document.getElementById(button.dataset.names).value.split(/[\s,;]+/).filter(Boolean);
  if (typed.length === 0) {
    said.textContent = said.dataset.noName;
    return;
  }
  button.disabled = true;
  try {
    const names = [...new Set(typed.map(aLabel))];
    const made = await makeRequest(kind, names);
    target.value = made.request;
    save(made.privateKey, `${names[0].replace("*.", "wildcard.")}.key`);
    said.textContent = said.dataset.done;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  } catch {
    said.textContent = said.dataset.failed;
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.makeKey) makeKey(button);
  if (button.dataset.save) save(document.getElementById(button.dataset.save).textContent, button.dataset.file);
});
