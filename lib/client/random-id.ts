/** 16 hexadecimal digits. `crypto.randomUUID` exists only on https and localhost, and pages are opened by IP too. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
