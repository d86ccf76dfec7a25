// Keeps the list of mails up to date. What is there already stays as it is, so that nothing that is being read,
// marked or scrolled jumps.
'use strict';
{
  const pause = 2000;
  const list = document.getElementById('mails');
  const state = document.getElementById('state');
  let tag = '';

  const say = (text) => {
    if (state.textContent !== text) state.textContent = text;
  };

  async function look() {
    const answer = await fetch(location.href, {cache: 'no-store', headers: tag ? {'If-None-Match': tag} : {}});
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(String(answer.status));
    tag = answer.headers.get('ETag') ?? '';
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const mails = [...page.querySelectorAll('#mails > article')];
    const ids = new Set(mails.map((mail) => mail.id));
    for (const old of [...list.children]) if (!ids.has(old.id)) old.remove();
    const added = mails.filter((mail) => !document.getElementById(mail.id));
    if (added.length > 0) for (const mail of list.children) mail.classList.remove('new');
    for (const mail of added) mail.classList.add('new');
    list.prepend(...added);
    const total = page.getElementById('state').textContent;
    say(added.length === 0 ? total : `${total} New: ${added.map((mail) => mail.querySelector('h2').textContent).join('; ')}`);
  }

  async function keepLooking() {
    try {
      if (!document.hidden) await look();
    } catch {
      // A server that was started again has another token: then only its new link helps.
      say('The server does not answer this link. Trying again.');
      tag = '';
    }
    setTimeout(keepLooking, pause);
  }
  setTimeout(keepLooking, pause);
}
