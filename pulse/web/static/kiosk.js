// A shared device: it keeps nothing of a person who has finished, or who has gone. The survey page
// loads this for a kiosk's link, and where /kiosk has told its tab that it is one.
import { questions } from './questions.js';

const element = (id) => document.getElementById(id);
const SECONDS = { asks: 120, empties: 60, clears: 30 };
const after = (seconds, act) => setTimeout(act, seconds * 1000);

const leave = () => {
  element('items').replaceChildren();
  try { sessionStorage.clear(); } catch { /* nothing is stored here */ }
  location.replace('/kiosk');
};

// While somebody answers: asks when nobody has touched the page for a while, then empties it. What
// is sealed already is not touched: it waits for the network and then goes out.
const still = document.createElement('dialog');
Object.assign(still.style, { margin: 'auto', padding: '2rem', border: '2px solid var(--accent)', maxInlineSize: 'min(30rem, 100% - 2rem)' });
document.body.append(still);
const answering = () => !element('ask').hidden && !element('items').inert;
let alone;
const touched = () => {
  clearTimeout(alone);
  still.close();
  alone = after(SECONDS.asks, () => {
    if (!answering()) return touched();
    still.textContent = questions[document.documentElement.lang] ?? questions.en;
    still.showModal();
    alone = after(SECONDS.empties, leave);
  });
};
for (const kind of ['pointerdown', 'keydown', 'input', 'scroll']) addEventListener(kind, touched);

// A page that ends here makes room for the next person; one without a link at once.
let ending;
const look = () => {
  const [shown] = [...document.querySelectorAll('main > [id]:not([hidden])')].map(({ id }) => id);
  clearTimeout(ending);
  if (shown === 'unknown' && !sessionStorage.link) leave();
  else if (['used', 'closed', 'unknown', 'list'].includes(shown)) ending = after(SECONDS.clears, leave);
};
new MutationObserver(look).observe(document.querySelector('main'), { attributes: true, subtree: true, attributeFilter: ['hidden'] });

// Back from the browser's memory: somebody else's form.
window.onpageshow = ({ persisted }) => persisted && leave();
touched();
look();
