/** What a status means for who sits in front of the page; null where it is no refusal of theirs. */
export function refusalWords(status: number): string | null {
  if (status === 401)
    return 'The server does not know who you are, or your session is over: sign in to your application.';
  if (status === 403) return 'You may not watch this: your application has not given you a right to it.';
  return null;
}
