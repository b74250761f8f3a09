/** The way to sign in; for whoever has signed in their name, which leads to the account. */

import { signInAddress } from "../account";
import { word } from "../language";
import * as state from "../state";
import { PersonIcon } from "./icons";

/** Signing in leads back to what is seen then; question and map move without this link being drawn anew. */
export function refresh(event: Event): void {
  (event.currentTarget as HTMLAnchorElement).href = signInAddress(window.location, state.language.peek());
}

export function AccountLink() {
  const language = state.language.value;
  const account = state.account.value;
  if (account) {
    const told = `${word("account", language)}: ${account.name}`;
    return (
      <a class="account known" href={`/account?lang=${language}`} aria-label={told} title={told}>
        <PersonIcon /><span>{account.name}</span>
      </a>
    );
  }
  return (
    <a class="account" href={signInAddress(window.location, language)} title={word("signIn", language)}
      onPointerDown={refresh} onPointerEnter={refresh} onFocus={refresh} onKeyDown={refresh}>
      <PersonIcon /><span>{word("signIn", language)}</span>
    </a>
  );
}
