// The words of the pages around a card: they stand there in English, and come in the language that
// the open survey offers and the browser asks for. Nothing that is sent tells which.
import { pick } from './choosing.js';

const PATIENCE = 8000; // milliseconds; then English it is
export const read = async (path) => {
  const reply = await fetch(path, {
    headers: { 'Accept-Language': '*' },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(PATIENCE),
  });
  return reply.json();
};
export const spoken = () => read(document.querySelector('main').dataset.words);

// Writes each word where an id is its key, and returns them all with their language. Where no
// survey is open, `offered` is nothing: any language will do that lacks no word.
export const translate = (languages, offered, store) => {
  const whole = Object.fromEntries(Object.entries(languages).filter(([, { draft }]) => !draft));
  const texts = languages[pick(languages, { language: pick(offered ?? whole, store) })];
  const { locale, dir, ui } = texts;
  for (const place of document.querySelectorAll('[id]')) if (ui[place.id]) place.textContent = ui[place.id];
  Object.assign(document.documentElement, { lang: locale, dir });
  return texts;
};
