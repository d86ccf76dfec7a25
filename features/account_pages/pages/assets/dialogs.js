// The dialogs of the account's page, and with them the proof of who it is before a change.
import {askSecondStep, busy, byId, callOwn, canAskSecondStep, clearForm, onReauthentication, onSubmit, read, session, tell, tellProblem, usePasskey,
  words} from './client.js';

/** Does what a button asks for. */
export const onClick = (button, work) => button.addEventListener('click', () => void busy(button, work));

/** Opens a dialog until it is sent with `submitted`, which gives true where it is done, or closed. Gives whether it was done. */
export function openDialog(id, submitted) {
  const dialog = byId(id), form = dialog.querySelector('form'), outcome = dialog.querySelector('.outcome');
  // Without what an earlier use of it left behind.
  const copy = form.cloneNode(true);
  copy.hidden = false;
  copy.removeAttribute('aria-busy');
  form.replaceWith(copy);
  clearForm(copy, outcome);
  copy.reset();
  dialog.showModal();
  return new Promise((done) => {
    let isDone = false;
    dialog.addEventListener('close', () => done(isDone), {once: true});
    copy.querySelector('[data-close]').addEventListener('click', () => dialog.close());
    onSubmit(copy, () => busy(copy, async () => {
      clearForm(copy, outcome);
      isDone = await submitted(copy, outcome);
      if (isDone) dialog.close();
    }, outcome));
  });
}

async function passAgain(answer, form, outcome) {
  let passed = answer.body;
  if (canAskSecondStep(answer)) {
    form.hidden = true;
    passed = await askSecondStep(byId('again-step'), answer.body);
    form.hidden = false;
    byId('again-password').value = '';
    byId('again-password').focus();
    if (!passed?.access_token) {
      if (passed) tell(words('step-over'), false, outcome);
      return false;
    }
  } else if (!answer.ok) {
    tellProblem(answer, {form, place: outcome});
    return false;
  }
  session.keep(passed);
  return true;
}

async function passAgainByPasskey(form, outcome) {
  const asked = await callOwn('POST', 'auth/reauthenticate/passkey-options');
  if (!asked.ok) return tellProblem(asked, {form, place: outcome});
  const {options} = asked.body;
  const credential = await usePasskey(options);
  const answer = await callOwn('POST', 'auth/reauthenticate', {credential});
  return passAgain(answer, form, outcome);
}

let hasPasskey = false;
/** Says whether the account has a passkey that can be used here. */
export const offerPasskeyAgain = (has) => { hasPasskey = has; };

let again;
/** One dialog for all that need it at the same time. */
onReauthentication(() => again ??= (() => {
  byId('again-step').replaceChildren();
  const done = openDialog('again', async (form, outcome) => {
    const body = read(form);
    return body !== undefined && passAgain(await callOwn('POST', 'auth/reauthenticate', body), form, outcome);
  });
  const form = byId('again').querySelector('form'), outcome = byId('again-outcome');
  const button = byId('again-passkey');
  button.hidden = !hasPasskey;
  let byPasskey = false;
  onClick(button, () => busy(form, async () => {
    clearForm(form, outcome);
    byPasskey = await passAgainByPasskey(form, outcome) === true;
    if (byPasskey) byId('again').close();
  }, outcome));
  return done.then((isDone) => isDone || byPasskey);
})().finally(() => { again = undefined; }));

export const confirmed = (question, values) => {
  byId('confirm-question').replaceChildren(words(question, values));
  return openDialog('confirm', async () => true);
};
