// The card page: turns a code as people type it into the link that stands behind it.
import { b64u } from './bytes.js';
import { bare, grouped, mistake, stretch } from './code.js';
import { checkList, parse, proquints } from './keylist.js';

const part = (id) => document.getElementById(id);
const tell = (id, text) => { part(id).textContent = text; };
const LINK = /#(?:k\.)?([\w-]{43}\.[\w-]{22})$/;
const shared = location.hash === '#kiosk', code = part('code');

const request = async (path, message) => {
  const reply = await fetch(path, {
    method: message ? 'POST' : 'GET',
    body: message && JSON.stringify(message),
    headers: { 'Content-Type': 'application/json' },
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
  return 'This code opens nothing. Compare it with your card, letter by letter.';
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

const refuse = (words) => {
  tell('told', '');
  tell('fault', words);
  if (!words) return;
  code.setAttribute('aria-invalid', 'true');
  code.focus();
};

const begin = async () => {
  const survey = await open();
  if (!survey) return reveal('none');
  tell('eight', proquints(survey.raw));
  tell('until', new Date(survey.closes).toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' }));
  part('again').hidden = !shared;
  reveal('card');
  code.focus();
  part('form').onsubmit = async (event) => {
    event.preventDefault();
    const scanned = LINK.exec(code.value)?.[1], text = bare(code.value);
    if (scanned) return follow(scanned);
    const wrong = mistake(text);
    if (wrong) return refuse(wrong);
    refuse('');
    tell('told', 'Checking your code…');
    part('go').disabled = true;
    const words = await check(text, survey).catch(() => 'The survey cannot be reached just now. Please try again.');
    part('go').disabled = false;
    if (words) refuse(words);
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
