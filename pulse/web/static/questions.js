// What a kiosk's guard asks, from the catalogues by `python -m pulse.language update`.
export const questions = {
  'en': 'Are you still there? Touch the page, or it empties in a minute.',
  'de': 'Sind Sie noch da? Berühren Sie die Seite, sonst wird sie in einer Minute geleert.',
  'fr': 'Êtes-vous toujours là ? Touchez la page, sinon elle se vide dans une minute.',
  'es': '¿Sigue ahí? Toque la página o se vaciará en un minuto.',
  'ar': 'هل ما زلتم هنا؟ المسوا الصفحة، وإلا فستُفرَّغ بعد دقيقة.',
  'it': 'È ancora qui? Tocchi la pagina, altrimenti si svuota tra un minuto.',
  'pt': 'Ainda está aí? Toque na página, ou ela fica vazia dentro de um minuto.',
  'nl': 'Bent u er nog? Raak de pagina aan, anders wordt ze over een minuut leeggemaakt.',
  'pl': 'Czy ktoś tu jeszcze jest? Prosimy dotknąć strony, inaczej za minutę zostanie opróżniona.',
  'he': 'עדיין כאן? נא לגעת בדף, אחרת הוא יתרוקן בעוד דקה.',
  'ja': 'まだいらっしゃいますか。画面に触れないと、1分後に消去されます。',
  'zh-Hans': '您还在吗？请触摸页面，否则一分钟后内容会清空。',
};
