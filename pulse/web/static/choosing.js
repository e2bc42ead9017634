// The language of a page: the stores that remember a choice, and the choice among those offered.

// A store of the browser or, where storing is forbidden, one that lasts as long as the page.
export const shelf = (name) => {
  try {
    window[name].pulse = '';
    delete window[name].pulse;
    return window[name];
  } catch {
    return {};
  }
};

// The offered language that was chosen, that the browser asks for, or the first.
export const pick = (offered, { language: chosen }) => [chosen, ...navigator.languages].filter(Boolean).flatMap((tag) => {
  const { language, script } = new Intl.Locale(tag).maximize();
  return [tag, `${language}-${script}`, language];
}).concat(Object.keys(offered)).find((tag) => offered[tag]);
