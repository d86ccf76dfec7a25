// The page behind the link of a login, which asks for the second step, too. Nothing is sent before the button is pressed.
import {askSecondStep, busy, byId, call, canAskSecondStep, clearForm, onSubmit, takeLinkToken, tell, tellProblem, words} from './email-login-page.js';

const token = takeLinkToken();

function show(id, isGood = false) {
  byId('login').hidden = true;
  tell(words(id), isGood);
}

/** Keeps the answer of a login for the front end of this origin, in this tab alone. */
function keep(tokens) {
  sessionStorage.setItem('coffeeauth.login', JSON.stringify(tokens));
  show('done', true);
}

async function passSecondStep(challenge) {
  byId('login').hidden = true;
  // No device is trusted: whose it is, the page does not know.
  const passed = await askSecondStep(byId('second-step'), {...challenge, can_trust_device: false});
  if (passed?.access_token) keep(passed);
  else show('problem-token_invalid');
}

async function logIn(form) {
  clearForm(form);
  const answer = await call('POST', 'auth/email-login/confirm', {token});
  if (answer.ok) return keep(answer.body);
  if (canAskSecondStep(answer)) return passSecondStep(answer.body);
  // What is wrong with the form of a token is nothing that a person could mend.
  const known = `problem-${answer.body.errors?.token ? 'invalid_link' : answer.body.code}`;
  if (answer.status >= 500 || answer.status === 429 || !byId(known)) return tellProblem(answer, {form});
  // The link is spent or dead.
  return show(known);
}

onSubmit(byId('login'), (form) => busy(form, () => logIn(form)));
// A link that is opened where this page is open makes the browser change the fragment alone.
addEventListener('hashchange', () => { if (/#.*token=/.test(location.href)) location.reload(); });
if (token) byId('login').hidden = false;
else show('problem-no_link');
