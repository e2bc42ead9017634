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

// What is wrong with a code: the key of the words for it and what they take in; nothing if it may
// be one.
export const mistake = (text) => {
  const [letter] = /[^0-9A-HJKMNP-TV-Z]/u.exec(text) ?? [], count = LENGTH - text.length;
  if (letter) return { key: letter === 'U' ? 'u' : 'foreign', letter };
  if (!text) return { key: 'empty' };
  return count && { key: count > 0 ? 'missing' : 'many', n: Math.abs(count) };
};

export const stretch = async (text, wave) => {
  const key = await subtle.importKey('raw', utf8(text), 'PBKDF2', false, ['deriveBits']);
  const way = { name: 'PBKDF2', hash: 'SHA-256', salt: utf8(`pulse-card/v1\0${wave}`), iterations: 300000 };
  return new Uint8Array(await subtle.deriveBits(way, key, 256));
};
