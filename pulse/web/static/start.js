// The kiosk's start: nothing of a person before stays, and every page after knows where it is.
const clean = () => {
  try {
    sessionStorage.clear();
    sessionStorage.kiosk = 'k';
  } catch { /* a browser that stores nothing keeps nothing */ }
};
window.onpageshow = clean;
clean();
