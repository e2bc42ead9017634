// The kiosk's start: nothing of a person before stays, and every page after knows where it is.
import { read, spoken, translate } from './spoken.js';

const clean = () => {
  try {
    sessionStorage.clear();
    sessionStorage.kiosk = 'k';
  } catch { /* a browser that stores nothing keeps nothing */ }
};
window.onpageshow = clean;
clean();

// The languages of the open survey; nothing where none is open, or none can be reached.
const survey = async () => {
  const { wave, keys: list } = await read('/w/current');
  return wave ? (await read(list)).texts : null;
};
const greet = async () => {
  const [languages, offered] = await Promise.all([spoken(), survey().catch(() => null)]);
  translate(languages, offered, {});
};
greet().catch(() => {}).then(() => document.querySelector('main').classList.add('ready'));
