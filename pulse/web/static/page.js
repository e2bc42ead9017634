// The staff page: fills one section after the other and hands the answers to ballot.js.
import { arrive, send, shelf, stop } from './ballot.js';
import { unb64u } from './bytes.js';
import { proquints } from './keylist.js';

const find = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const write = (id, text) => { find(id).textContent = text; };
const make = (tag, ...children) => {
  const node = document.createElement(tag);
  node.append(...children);
  return node;
};

const session = shelf('sessionStorage');
// What to add while somebody has to wait, where closing the page would lose the answers.
const warn = (visit) => visit && !(visit.store instanceof Storage)
  ? ' This browser keeps nothing: stay here until you see a thank-you.' : '';
const why = {
  offline: 'The survey cannot be reached just now.',
  refused: 'The survey did not accept this. If that stays so, tell those who invited you.',
};

// Behind another page no answers stay: browsers write a form's state to disk.
const show = (id) => {
  if (id !== 'ask') find('items').replaceChildren();
  for (const section of all('section')) section.hidden = section.id !== id;
  const title = find(id).querySelector('h1');
  document.title = title.textContent;
  title.tabIndex = -1;
  title.focus();
};

// The link: out of the address bar at once, and in this tab until a final answer.
const takeLink = () => {
  if (location.hash) session.link = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  const [, kiosk = session.kiosk, secret, list] = /^(k\.)?([\w-]{43})\.([\w-]{22})/.exec(session.link) ?? [];
  if (kiosk) import('/kiosk.js').catch(() => location.replace('/kiosk'));
  if (!list) stop(!session.link && Object.values(shelf('localStorage')).includes('done') ? 'used' : 'unknown');
  return { kiosk, secret, list };
};

const draw = (visit) => {
  const { keys, texts, group, body } = visit;
  if (body) return visit;
  const asked = keys.items.filter((id) => group?.leaders || !keys.lead.includes(id)), size = asked.length;
  Object.assign(document.documentElement, { lang: texts.locale, dir: texts.dir });
  write('title', texts.title);
  write('k', keys.k);
  if (size !== 6) write('count', size);
  write('note', warn(visit));
  find('progress').max = size;
  find('items').append(...asked.map((name, i) => {
    const labels = [...texts.labels, texts.prefer_not].map((text, j) => {
      const input = Object.assign(make('input'), { type: 'radio', name, value: j + 1, autocomplete: 'off' });
      return make('label', input, make('span', text));
    });
    return make('fieldset', make('legend', make('small', `${i + 1} of ${size}`), texts.items[name]), ...labels);
  }));
  show('ask');
  return visit;
};

// A tap goes gently on to the next statement; arrow keys stay where they are.
find('items').onchange = ({ target }) => {
  find('progress').value = all(':checked').length;
  if (!target.matches(':focus-visible') && !matchMedia('(prefers-reduced-motion)').matches)
    target.closest('fieldset').nextSibling?.scrollIntoView({ behavior: 'smooth', block: 'center' });
};

const thank = ({ kiosk, list, keys, texts: { locale, support } }) => {
  write('closes', new Date(keys.closes).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'short' }));
  write('support', support.text);
  find('contacts').append(...support.contacts.map((line) => make('li', line)));
  write('words', proquints(unb64u(list)));
  find('next').hidden = !kiosk;
  show('done');
};

// Settles with the event when a visible button is pressed. Unless answers are still open, also
// when the network is back, and without an event after half a minute.
const pressed = () => new Promise((go) => {
  for (const button of all('section:not([hidden]) > button')) button.onclick = go;
  window.ononline = find('ask').hidden && go;
  if (window.ononline) setTimeout(go, 30000);
});

const run = async () => {
  let link, visit, event;
  for (;;) try {
    link ??= takeLink();
    visit ??= await arrive(link).then(draw);
    if (!visit.body) {
      await pressed();
      find('items').inert = true;
      write('note', 'Sealing your answers…');
    }
    await send(visit, visit.keys.items.map((id) => +all(`[name="${id}"]:checked`)[0]?.value || 0));
    delete session.link;
    thank(visit);
    if (link.kiosk) {
      await pressed();
      session.clear?.();
      location.replace('/kiosk');
    }
    return;
  } catch ({ page = 'refused', final }) {
    if (final) delete session.link;
    if (!why[page]) return show(page);
    write('why', why[page] + warn(visit));
    write('note', why[page] + ' Your answers are still here: please send them again.' + warn(visit));
    find('items').inert = false;
    if (!visit || visit.body) {
      if (event || find('again').hidden) show('again'); // what nobody pressed moves no focus
      event = await pressed();
    }
  }
};

window.onhashchange = () => location.reload();
if (navigator.locks && AbortSignal.timeout) run();
