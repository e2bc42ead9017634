// HPKE base mode (RFC 9180): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, one message.
import { concat, subtle, u16 } from './bytes.js';

const KEM = concat('KEM', u16(16)), HPKE = concat('HPKE', u16(16), u16(1), u16(1));
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const EMPTY = new Uint8Array(32); // as a key: HMAC pads with zeros, and WebCrypto takes no empty one

const hmac = async (key, ...parts) => {
  const ready = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await subtle.sign('HMAC', ready, concat(...parts)));
};
const extract = (suite, salt, label, ikm) => hmac(salt, 'HPKE-v1', suite, label, ikm);
const expand = async (suite, key, label, info, size) => // one block at most
  (await hmac(key, u16(size), 'HPKE-v1', suite, label, info, [1])).slice(0, size);

// A public key, if it is a point of the curve.
export const readPoint = (raw) => subtle.importKey('raw', raw, CURVE, false, []);

// enc(65) || ciphertext || tag(16); `pair` and `additionalData` are for the published vectors.
export const seal = async (pub, info, plaintext, pair, additionalData = new Uint8Array()) => {
  const theirs = await readPoint(pub);
  const ours = pair ?? await subtle.generateKey(CURVE, false, ['deriveBits']);
  const enc = new Uint8Array(await subtle.exportKey('raw', ours.publicKey));
  const dh = await subtle.deriveBits({ name: 'ECDH', public: theirs }, ours.privateKey, 256);
  const prk = await extract(KEM, EMPTY, 'eae_prk', new Uint8Array(dh));
  const shared = await expand(KEM, prk, 'shared_secret', concat(enc, pub), 32);

  const psk = await extract(HPKE, EMPTY, 'psk_id_hash', []);
  const context = concat([0], psk, await extract(HPKE, EMPTY, 'info_hash', info));
  const secret = await extract(HPKE, shared, 'secret', []);
  const raw = await expand(HPKE, secret, 'key', context, 16);
  const iv = await expand(HPKE, secret, 'base_nonce', context, 12);
  const key = await subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plaintext);
  return concat(enc, new Uint8Array(sealed));
};
