// A wave's published keys: the list that the link names, and one group's file under it.
import { concat, demand, hex, sha256, u16, unb64u, utf8 } from './bytes.js';
import { readPoint } from './hpke.js';
import { readKey } from './rsabssa.js';

export const parse = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

// A file in its one spelling: these fields in this order, each once, no space.
const exact = (bytes, names) => {
  const file = parse(bytes);
  demand(Object.keys(file).join() === names && hex(utf8(JSON.stringify(file))) === hex(bytes));
  return file;
};

// M1, if it is the list whose hash begins with the 16 bytes in the link.
export const checkList = async (bytes, expected16) => {
  demand(hex((await sha256(bytes)).slice(0, 16)) === hex(expected16));
  const list = exact(bytes, 'v,wave,closes,k,form,n,top,items,lead,box,outer,holder,page,texts,groups,invited,root');
  const { v, k, form, n, top, items, box, outer } = list;
  demand(v === 1 && k === (k | 0) && k >= 5 && form === (form & 255) && top === 5);
  demand(n && n <= 29 && n === items.length && n === new Set(items).size);
  for (const point of [box, outer]) await readPoint(unb64u(point, 65));
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
  const group = exact(bytes, 'g,label,invited,leaders,spki,index,path'), { g, invited } = group;
  const spki = unb64u(group.spki), label = utf8(group.label);
  demand(/^\d{5}$/.test(g) && +g && invited === (invited | 0) && invited >= Math.max(5, list.k));
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
