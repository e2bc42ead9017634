// The card page: turns a code as people type it into the link that stands behind it.
import { b64u } from './bytes.js';
import { shelf } from './choosing.js';
import { bare, grouped, mistake, stretch } from './code.js';
import { checkList, parse, proquints } from './keylist.js';
import { spoken, translate } from './spoken.js';

const part = (id) => document.getElementById(id);
const tell = (id, text) => { part(id).textContent = text; };
const LINK = /#(?:k\.)?([\w-]{43}\.[\w-]{22})$/;
const shared = location.hash === '#kiosk', code = part('code');

// What this page says to somebody who types: in English until other words have come.
let texts = { locale: 'en', says: Object.fromEntries([...part('says').children].map(({ id, textContent }) => [id, textContent])) };
const phrase = ({ key, ...values }) => {
  const { locale, says } = texts, form = `${key}-${new Intl.PluralRules(locale).select(values.n)}`;
  return (says[form] ?? says[key]).replace(/{(\w+)}/g, (_, name) => values[name]);
};

const request = async (path, message) => {
  const reply = await fetch(path, {
    method: message ? 'POST' : 'GET',
    body: message && JSON.stringify(message),
    headers: { 'Content-Type': 'application/json', 'Accept-Language': '*' },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(20000),
  });
  if (reply.status >= 500) throw Error('busy');
  return { status: reply.status, bytes: new Uint8Array(await reply.arrayBuffer()) };
};

const reveal = (id) => {
  for (const section of document.querySelectorAll('section')) section.hidden = section.id !== id;
};

// The survey that is open. Its list is what the server names: a typed code names none.
const open = async () => {
  const { wave, keys } = parse((await request('/w/current')).bytes);
  if (!wave) return null;
  const raw = Uint8Array.from(keys.slice(-69, -37).match(/../g), (byte) => `0x${byte}`);
  return { raw, ...await checkList((await request(keys)).bytes, raw) };
};

// Never in the history: who goes back from the survey must not meet a code.
const follow = (link) => {
  code.value = '';
  location.replace(`/s#${shared ? 'k.' : ''}${link}`);
};

const check = async (text, survey) => {
  const secret = b64u(await stretch(text, survey.wave));
  const { status } = await request('/me', { v: 1, secret });
  if (status === 200) return follow(`${secret}.${b64u(survey.raw)}`);
  return { key: 'nothing' };
};

// Groups while somebody types, and leaves the caret where it was among the letters.
code.oninput = ({ isComposing }) => {
  tell('fault', '');
  code.removeAttribute('aria-invalid');
  if (isComposing || /[:#]/.test(code.value)) return; // a link, from a scanner or a clipboard
  const before = bare(code.value.slice(0, code.selectionStart)).length, text = grouped(bare(code.value));
  if (text === code.value) return;
  const caret = before + Math.floor(Math.max(before - 1, 0) / 4);
  code.value = text;
  code.setSelectionRange(caret, caret);
};

const refuse = (wrong) => {
  tell('told', '');
  tell('fault', wrong ? phrase(wrong) : '');
  if (!wrong) return;
  code.setAttribute('aria-invalid', 'true');
  code.focus();
};

// The words and the survey come side by side; without the words the page speaks English.
const meetSurvey = async () => {
  const [survey, languages] = await Promise.allSettled([open(), spoken()]);
  const store = shelf(shared ? 'sessionStorage' : 'localStorage');
  try { texts = translate(languages.value, survey.value?.texts, store); } catch {}
  if (survey.reason) throw survey.reason;
  return survey.value;
};

const begin = async () => {
  const survey = await meetSurvey();
  if (!survey) return reveal('none');
  const closes = new Date(survey.closes).toLocaleString(texts.locale.replace(/^en$/, 'en-GB'), { dateStyle: 'full', timeStyle: 'short' });
  tell('eight', proquints(survey.raw));
  tell('closes', phrase({ key: 'until', closes }));
  part('again').hidden = !shared;
  reveal('card');
  code.focus();
  part('form').onsubmit = async (event) => {
    event.preventDefault();
    const scanned = LINK.exec(code.value)?.[1], text = bare(code.value);
    if (scanned) return follow(scanned);
    const wrong = mistake(text);
    if (wrong) return refuse(wrong);
    refuse();
    tell('told', phrase({ key: 'checking' }));
    part('go').disabled = true;
    const found = await check(text, survey).catch(() => ({ key: 'trouble' }));
    part('go').disabled = false;
    if (found) refuse(found);
  };
};

// At a shared device a code does not wait for the next person.
if (shared) {
  let leaving;
  const stay = () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => location.replace('/kiosk'), 60000);
  };
  for (const kind of ['pointerdown', 'keydown', 'input']) addEventListener(kind, stay);
  stay();
}
window.onhashchange = () => location.reload();
window.onpageshow = ({ persisted }) => persisted && location.reload();
if (AbortSignal.timeout) begin().catch(() => reveal('away'));
