// The ballot protocol, version 1, as a person's browser runs it. Nothing here draws or asks.
import { b64u, concat, hex, sha256, unb64u } from './bytes.js';
import { pick, shelf } from './choosing.js';
import { seal } from './hpke.js';
import { checkGroup, checkList, parse } from './keylist.js';
import { blind, finalize, prepare } from './rsabssa.js';

// Ends a step: `page` names what to show; after a `final` one the link is spent.
export const stop = (page, final) => { throw Object.assign(Error(page), { page, final }); };

// Where storing fails on the way, or is cleared, this page alone remembers. At the end nothing stays.
const record = (visit, text) => {
  const { disk, slot } = visit;
  if (text === 'done') delete disk[slot];
  visit.last = text;
  try { visit.store[slot] = text; } catch { visit.store = {}; }
};

// The step that a ballot has reached: none, 'done', or what the next step needs.
const recall = (text) => {
  try { return JSON.parse(text); } catch { return text; }
};
const resume = ({ store, slot, last }) => {
  const kept = recall(store[slot] ?? last);
  return kept === 'done' ? stop('used', true) : kept;
};

const pause = (time) => new Promise((go) => setTimeout(go, time));
const offline = () => stop('offline');

// A busy server is asked again in the same words. No cookie, no Referer.
const ask = async (path, message, tries = 3) => {
  const reply = await fetch(path, {
    method: message ? 'POST' : 'GET',
    body: message && JSON.stringify(message),
    headers: { 'Content-Type': 'application/json', 'Accept-Language': '*' },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(20000),
  }).catch(offline);
  const { status, headers } = reply, bytes = new Uint8Array(await reply.arrayBuffer().catch(offline));
  if (status < 500) return { status, bytes };
  if (!tries) offline();
  await pause(1000 * Math.min(headers.get('Retry-After') || 1, 9) * (1 + Math.random()));
  return ask(path, message, tries - 1);
};

export const get = async (path) => {
  const { status, bytes } = await ask(path);
  return status === 200 ? bytes : offline();
};

// Nothing else that is sent tells the language.
export const getTexts = async ({ wave, texts }, store) => {
  const locale = pick(texts, store);
  const bytes = await get(`/w/${wave}/text-${locale}-${texts[locale]}.json`);
  return hex(await sha256(bytes)) === texts[locale] ? parse(bytes) : stop('list');
};

const getGroup = async ({ file, g, keys }) => {
  const bytes = await get(file);
  const group = await checkGroup(bytes, file.slice(-69, -5), keys).catch(() => stop('list'));
  return group.g === g ? group : stop('list');
};

// Learns the group; its key is checked before it is used, and earlier if it decides what to ask.
const meet = async (visit) => {
  const { secret, keys } = visit, reply = await ask('/me', { v: 1, secret });
  if (reply.status === 404) stop('unknown');
  const { wave, g, file } = settle(visit, reply);
  if (wave !== keys.wave) stop('list');
  Object.assign(visit, { g, file });
  if (keys.lead.length) visit.group = await getGroup(visit);
};

// Opens the wave of a link. The secret leaves only after the published list fits the link.
// `say` hears the texts as soon as they are there, before anything can stop.
export const arrive = async ({ kiosk, secret, list }, say) => {
  const raw = unb64u(secret), current = parse(await get('/w/current'));
  if (!current.wave) stop('closed');
  const bytes = await get(current.keys);
  const keys = await checkList(bytes, unb64u(list)).catch(() => stop('list')), { wave } = keys;
  if (wave !== current.wave) stop('list');
  const slot = 'pulse:' + b64u(await sha256(concat('pulse-slot/v1\0', raw, wave)));
  const store = shelf(kiosk ? 'sessionStorage' : 'localStorage');
  for (const name of Object.keys(store))
    if (name.startsWith('pulse:') && name !== slot && recall(store[name])?.wave !== wave) delete store[name];
  const visit = { kiosk, secret, list, keys, slot, store, disk: store };
  const texts = getTexts(keys, store).then(say);
  const join = async () => {
    visit.body = resume(visit)?.body;
    return visit.body || meet(visit);
  };
  [visit.texts] = await Promise.all([texts, join().finally(() => texts)]);
  return visit;
};

// Hands in `answers` (per item 0 to 6), going on from the step that this browser has reached.
export const send = (visit, answers) => {
  const asked = Date.now();
  let begun;
  const once = () => begun ??= attempt(visit, answers, asked);
  return navigator.locks.request(visit.slot, once).catch(once); // no storage, no locks: go on alone
};
const attempt = async (visit, answers, asked) => {
  await pause(Date.now() - asked > 50 && 500); // what another tab stored may come after its lock
  const kept = resume(visit); // another tab may have gone further
  visit.body = kept?.body ?? await finish(visit, kept, answers);
  if (!settle(visit, await ask('/ballot', visit.body)).cast) stop('refused');
  record(visit, 'done');
};

// Token and sealed box as one body that never changes. Every step is kept before the next.
const finish = async (visit, kept, answers) => {
  const { secret, list, keys: { wave, form, n, box, outer } } = visit;
  const keep = (step) => {
    record(visit, JSON.stringify({ wave, ...step }));
    return step;
  };
  const { g, spki } = visit.group ??= await getGroup(visit);
  const der = unb64u(spki), ctx = await sha256(concat(`pulse-token/v1\0${wave}\0${g}\0`, await sha256(der)));
  if (kept?.list !== list || kept.spki !== spki) {
    const msg = prepare(ctx), { blinded, inv } = await blind(msg, der);
    kept = keep({ list, msg: b64u(msg), spki, blinded: b64u(blinded), inv: `${inv}` });
  }
  const { msg, blinded } = kept, raw = unb64u(msg);
  if (!kept.sig) {
    const { blind_sig } = settle(visit, await ask('/issue', { v: 1, secret, wave, blinded }));
    const sig = await finalize(raw, unb64u(blind_sig), BigInt(kept.inv), der);
    kept = keep({ list, msg, spki, sig: b64u(sig) });
  }
  const plain = concat([1, form, n], answers, new Uint8Array(29 - n));
  const inner = await seal(unb64u(box), concat('pulse-box/v1\0', ctx), plain);
  const sealed = await seal(unb64u(outer), concat('pulse-outer/v1\0', raw), inner);
  return keep({ body: { v: 1, wave, g, msg, sig: kept.sig, box: b64u(sealed) } }).body;
};

// 409 and 410 are the end; whatever else is not 200 with JSON keeps every step and is told.
const settle = (visit, { status, bytes }) => {
  if (status === 200) return parse(bytes);
  const page = { 409: 'used', 410: 'closed' }[status];
  if (page) record(visit, 'done');
  stop(page ?? 'refused', page);
};
