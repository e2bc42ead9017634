// The staff page: fills one section after the other and hands the answers to ballot.js.
import { arrive, get, getTexts, send, stop } from './ballot.js';
import { unb64u } from './bytes.js';
import { pick, shelf } from './choosing.js';
import { parse, proquints } from './keylist.js';

const find = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const write = (id, text) => { find(id).textContent = text; };
const make = (tag, ...children) => {
  const node = document.createElement(tag);
  node.append(...children);
  return node;
};

const session = shelf('sessionStorage');
// The page's words: what has come in the person's language stands where an id is its key.
const ui = { offline: 'The survey cannot be reached just now.' };
const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => values[name]);
const speak = ({ locale: lang, dir }) => Object.assign(document.documentElement, { lang, dir });
const say = (texts) => {
  speak(texts);
  Object.assign(ui, texts.ui);
  for (const id in ui) if (find(id)) write(id, ui[id]);
  return texts;
};
// What to add while somebody has to wait, where closing the page would lose the answers.
const warn = (visit) => visit && !(visit.store instanceof Storage) ? ' ' + ui.stay : '';

// Behind another page no answers stay: browsers write a form's state to disk.
const show = (id) => {
  if (id !== 'ask') find('items').replaceChildren();
  for (const section of all('section')) section.hidden = section.id !== id;
  const title = find(id).querySelector('h1');
  document.title = title.textContent;
  title.tabIndex = -1;
  title.focus();
};

// An end that few people see; its words come only then, and without an open wave too.
const end = (page) => {
  const section = find('end');
  section.id = page;
  return get(document.querySelector('main').dataset.words).then((bytes) => {
    const words = parse(bytes), texts = words[pick(words, shelf('localStorage'))];
    speak(texts);
    texts.ui[page].map((text, i) => { section.children[i].textContent = text; });
  }).catch(() => {}).then(() => show(page)); // else what stands there holds for every end
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

// The wave's other languages, each by its own name; the choice stays in this browser.
const offer = (visit) => {
  const { keys, store, texts } = visit;
  find('languages').replaceChildren(...Object.keys(keys.texts).filter((lang) => lang !== texts.locale).map((lang) => {
    const button = make('button', new Intl.DisplayNames(lang, { type: 'language' }).of(lang));
    button.lang = lang;
    button.onclick = () => {
      try { store.language = lang; } catch {} // then it holds for this page
      getTexts(keys, { language: lang }).then((next) => {
        if (find('items').inert) return; // sent meanwhile
        visit.texts = say(next);
        draw(visit);
      }).catch(() => write('note', ui.offline));
    };
    return button;
  }));
};

const draw = (visit) => {
  const { keys, texts, group, body } = visit;
  if (body) return visit;
  const asked = keys.items.filter((id) => group?.leaders || !keys.lead.includes(id)), n = asked.length;
  const given = Object.fromEntries(all(':checked').map(({ name, value }) => [name, value]));
  write('title', texts.title);
  write('count', ui[`count${n}`]);
  write('seal', fill(ui.seal, keys));
  write('note', warn(visit));
  Object.assign(find('progress'), { max: n, ariaLabel: ui.answered });
  offer(visit);
  find('items').replaceChildren(...asked.map((name, i) => {
    const labels = [...texts.labels, texts.prefer_not].map((text, j) => {
      const input = Object.assign(make('input'), { type: 'radio', name, value: j + 1, checked: given[name] == j + 1, autocomplete: 'off' });
      return make('label', input, make('span', text));
    });
    return make('fieldset', make('legend', make('small', fill(ui.of, { i: i + 1, n })), texts.items[name]), ...labels);
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
  const closes = new Date(keys.closes).toLocaleString(locale, { dateStyle: 'full', timeStyle: 'short' });
  write('until', fill(ui.until, { closes }));
  write('support', support.text);
  find('contacts').append(...support.contacts.map((line) => make('li', line)));
  write('words', proquints(unb64u(list)));
  find('next').hidden = !kiosk;
  show('done');
};

// Settles with the event when a visible button is pressed; when the network is back too, unless
// nobody has sent anything yet; and, behind a form, without an event after half a minute.
const pressed = () => new Promise((go) => {
  for (const button of all('section:not([hidden]) > button')) button.onclick = go;
  window.ononline = (find('ask').hidden || pressed.before) && go;
  if (find('ask').hidden) setTimeout(go, 30000);
  pressed.before = true;
});

const run = async () => {
  let link, visit, event;
  for (;;) try {
    link ??= takeLink();
    visit ??= await arrive(link, say).then(draw);
    if (!visit.body) {
      await pressed();
      find('items').inert = true;
      write('note', ui.sealing);
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
    if (!/offline|refused/.test(page)) return end(page);
    write('why', (ui[page] ?? '') + warn(visit));
    write('note', `${ui[page]} ${ui.still}${warn(visit)}`);
    find('items').inert = false;
    if (!visit || visit.body) {
      if (event || find('again').hidden) show('again'); // what nobody pressed moves no focus
      event = await pressed();
    }
  }
};

window.onhashchange = () => location.reload();
if (navigator.locks && AbortSignal.timeout) run();
