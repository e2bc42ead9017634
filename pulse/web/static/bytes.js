// Bytes and text; every text form is canonical. What does not fit is refused.
export const { subtle } = crypto;
export const demand = (fits) => { if (!fits) throw Error('refused'); };
export const utf8 = (text) => new TextEncoder().encode(text);
export const u16 = (n) => [n >> 8, n & 255];
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const concat = (...parts) => // byte strings, or text as UTF-8
  Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? utf8(part) : part)]));
export const digest = async (name, bytes) => new Uint8Array(await subtle.digest(name, bytes));
export const sha256 = (bytes) => digest('SHA-256', bytes);

export const b64u = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

export const unb64u = (text, size) => {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  demand(b64u(bytes) === text && (!size || bytes.length === size));
  return bytes;
};
