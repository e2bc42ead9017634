// Bytes and text; every text form is canonical.
export const { subtle } = crypto;
export const utf8 = (text) => new TextEncoder().encode(text);
export const u16 = (n) => [n >> 8, n & 255];
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const concat = (...parts) => // byte strings, or text as UTF-8
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? utf8(part) : part)]));
export const digest = async (name, bytes) => new Uint8Array(await subtle.digest(name, bytes));
export const sha256 = (bytes) => digest('SHA-256', bytes);

export const b64u = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (c) => ({ '+': '-', '/': '_' })[c] ?? '');

export const unb64u = (text, size) => {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  if (b64u(bytes) !== text || (size && bytes.length !== size)) throw Error('base64url');
  return bytes;
};
