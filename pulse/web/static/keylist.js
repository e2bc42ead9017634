// A wave's published keys: the list that the link names, and one group's file under it.
import { concat, hex, sha256, u16, unb64u, utf8 } from './bytes.js';
import { readKey } from './rsabssa.js';

export const parse = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
const demand = (fits) => { if (!fits) throw Error('key list'); };

// M1, if it is the list whose hash begins with the 16 bytes in the link.
export const checkList = async (bytes, expected16) => {
  demand(hex((await sha256(bytes)).slice(0, 16)) === hex(expected16));
  const list = parse(bytes), { v, top, n, items, k } = list;
  demand(v === 1 && top === 5 && n === items.length && n <= 29 && k >= 5);
  return list;
};

// RFC 9162 section 2.1.3: does `leaf` stand at `index` of `size` leaves under `root`?
export const included = async (leaf, index, size, path, root) => {
  let value = await sha256(concat([0], leaf)), step = 0;
  for (let i = index, count = size; count > 1; i >>= 1, count = (count + 1) >> 1) {
    if ((i ^ 1) >= count) continue; // a last odd node moves up as it is
    const pair = i & 1 ? [path[step++], value] : [value, path[step++]];
    value = await sha256(concat([1], ...pair));
  }
  return index >= 0 && index < size && step === path.length && hex(value) === hex(root);
};

// One group's file, if its key is sound, its people enough and the list's root holds it.
export const checkGroup = async (bytes, fileHex, list) => {
  demand(hex(await sha256(bytes)) === fileHex);
  const group = parse(bytes), { g, invited } = group;
  const spki = unb64u(group.spki), label = utf8(group.label);
  demand(/^\d{5}$/.test(g) && invited >= Math.max(5, list.k) && invited < 2 ** 31);
  const leaf = concat(g, u16(invited >> 16), u16(invited), u16(label.length), label, spki);
  const path = group.path.map((entry) => unb64u(entry, 32));
  demand(await included(leaf, group.index, list.groups, path, unb64u(list.root, 32)));
  await readKey(spki);
  return group;
};

// 16 bytes as eight words that people can compare (proquints).
export const proquints = (bytes) => hex(bytes).replace(/..../g, (word) => {
  const n = `0x${word}`, c = (i) => 'bdfghjklmnprstvz'[n >> i & 15], v = (i) => 'aiou'[n >> i & 3];
  return `${c(12)}${v(10)}${c(6)}${v(4)}${c(0)} `;
}).trim();
