// The client's half of RSABSSA-SHA384-PSS-Randomized (RFC 9474), e = 65537.
// Only a test of the published vectors passes `random`.
import { concat, demand, digest, hex, subtle, unb64u } from './bytes.js';

const HASH = 48, SALT = 48;
const PSS = { name: 'RSA-PSS', hash: 'SHA-384', saltLength: SALT };
const secure = (size) => crypto.getRandomValues(new Uint8Array(size));
const sha384 = (...parts) => digest('SHA-384', concat(...parts));
const toInt = (bytes) => BigInt(`0x${hex(bytes)}`);
const toBytes = (n, size) =>
  Uint8Array.from(n.toString(16).padStart(2 * size, '0').match(/../g), (pair) => `0x${pair}`);

export const readKey = async (spki) => {
  const key = await subtle.importKey('spki', spki, PSS, true, ['verify']);
  const { n, e } = await subtle.exportKey('jwk', key);
  const modulus = unb64u(n), size = modulus.length;
  demand(size >= 256 && modulus[0] >= 128 && e === 'AQAB');
  return { key, n: toInt(modulus), size };
};

const inverse = (a, n) => {
  let [r, next, x, y] = [n, a, 0n, 1n];
  while (next) {
    const q = r / next;
    [r, next, x, y] = [next, r - q * next, y, x - q * y];
  }
  demand(r === 1n); // else the two are not coprime
  return (x + n) % n;
};

// EMSA-PSS-ENCODE (RFC 8017 section 9.1.1) for a modulus of whole bytes.
const encode = async (msg, size, salt) => {
  const seed = await sha384(new Uint8Array(8), await sha384(msg), salt);
  const block = concat(new Uint8Array(size - salt.length - HASH - 2), [1], salt);
  let mask = [];
  for (let i = 0; mask.length < block.length; i++) mask = concat(mask, await sha384(seed, [0, 0, 0, i]));
  mask[0] &= 127;
  return concat(block.map((byte, i) => byte ^ mask[i]), seed, [188]);
};

// prefix(32) || 0x01 || ctx(32) || nonce(32): nothing in it comes from the link.
export const prepare = (ctx, random = secure) => concat(random(32), [1], ctx, random(32));

// { blinded: bytes to send, inv: BigInt to keep }
export const blind = async (msg, spki, random = secure) => {
  const { n, size } = await readKey(spki);
  const m = toInt(await encode(msg, size, random(SALT)));
  let r; // uniform in [1, n): one byte short, and requests can be told from tokens
  do r = toInt(random(size)); while (r < 1n || r >= n);
  const both = inverse(m * r % n, n); // exists only if m and r are coprime to n
  let power = r;
  for (let i = 0; i < 16; i++) power = power * power % n; // r^65536
  return { blinded: toBytes(m * power * r % n, size), inv: both * m % n };
};

// The signature on msg; throws unless it verifies.
export const finalize = async (msg, blindSig, inv, spki) => {
  const { key, n, size } = await readKey(spki);
  const sig = toBytes(toInt(blindSig) * inv % n, size);
  demand(blindSig.length === size && await subtle.verify(PSS, key, sig, msg));
  return sig;
};
