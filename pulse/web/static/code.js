// The code on a printed card: how people type it, what may be wrong with it, what it stands for.
import { subtle, utf8 } from './bytes.js';

const LENGTH = 16;
const SAME = { O: '0', I: '1', L: '1' };

// What counts of what was typed: capitals, no blanks or dashes, O as 0, I and L as 1, and digits
// of any keyboard as ours.
export const bare = (text) => text.normalize('NFKD').toUpperCase()
  .replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => digit.charCodeAt() & 15)
  .replace(/[\s\p{P}\p{M}\p{C}]/gu, '').replace(/[OIL]/g, (letter) => SAME[letter]);
export const grouped = (text) => (text.match(/.{1,4}/gu) ?? []).join(' ');

// What is wrong with a code, in words; nothing if it may be one.
export const mistake = (text) => {
  const [foreign] = /[^0-9A-HJKMNP-TV-Z]/u.exec(text) ?? [], count = LENGTH - text.length;
  const missing = [, 'One character is missing.'][count] ?? `${count} characters are missing.`;
  const many = [, 'There is one character too many.'][-count] ?? `There are ${-count} characters too many.`;
  if (foreign === 'U') return 'No code has a U: it may be a V.';
  if (foreign) return `No code has a “${foreign}” in it.`;
  if (!text) return 'Type the code that stands on your card.';
  return count > 0 ? missing : count < 0 ? many : '';
};

export const stretch = async (text, wave) => {
  const key = await subtle.importKey('raw', utf8(text), 'PBKDF2', false, ['deriveBits']);
  const way = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8(`pulse-card/v1\0${wave}`), iterations: 300000 };
  return new Uint8Array(await subtle.deriveBits(way, key, 256));
};
