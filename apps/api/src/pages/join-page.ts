import { html } from './html.js';
import { page } from './layout.js';

/** Of the team's own pages, which speak English as the API does. */
const LOCALE = 'en';

/** Asks for a password. Whether the link still works shows when it is sent, so that opening it tells nothing and changes nothing. */
export function joinPage(fault: string | null): string {
  const body = html`<h1>Choose a password</h1>
    <p>
      You sign in with it and your e-mail address. At least 12 characters; a sentence is easier to remember than a
      riddle.
    </p>
    ${fault === null ? null : html`<p class="fault" role="alert">${fault}</p>`}
    <form method="post">
      <label for="password">Password</label>
      <input
        class="field"
        id="password"
        name="password"
        type="password"
        autocomplete="new-password"
        minlength="12"
        maxlength="128"
        required
      />
      <button type="submit">Join</button>
    </form>`;
  return page(LOCALE, { shop: null, title: 'Join the team', body });
}

export function joinedPage(publicUrl: string): string {
  const body = html`<h1>You are in</h1>
    <p>This browser is signed in now. <a href="${publicUrl}/docs">What the API does</a></p>`;
  return page(LOCALE, { shop: null, title: 'Joined', body });
}
