/** Where the chosen theme is kept; absent: as the system has it. */
const THEME_KEY = 'feedline-theme';
const DARK_QUERY = '(prefers-color-scheme: dark)';

/** Runs before the first paint, so that no page flashes in the other theme. Storage can be forbidden: then the system's. */
export const THEME_SCRIPT = `(() => {
  const dark = matchMedia('${DARK_QUERY}');
  const apply = () => {
    let chosen = null;
    try { chosen = localStorage.getItem('${THEME_KEY}'); } catch { chosen = null; }
    document.documentElement.classList.toggle('dark', chosen === null ? dark.matches : chosen === 'dark');
  };
  apply();
  dark.addEventListener('change', apply);
  addEventListener('storage', apply);
})();`;

export type Theme = 'light' | 'dark' | 'system';

/** What is kept; the system's where nothing is, or where storage is forbidden. */
export function chosenTheme(): Theme {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system';
  }
}

export function chooseTheme(theme: Theme): void {
  const isDark = theme === 'system' ? matchMedia(DARK_QUERY).matches : theme === 'dark';
  document.documentElement.classList.toggle('dark', isDark);
  try {
    if (theme === 'system') localStorage.removeItem(THEME_KEY);
    else localStorage.setItem(THEME_KEY, theme);
  } catch (error) {
    // Storage is forbidden or full: the theme holds for this page alone.
    console.info('Feedline: the theme is not kept.', error);
  }
}

export function toggleTheme(): void {
  chooseTheme(document.documentElement.classList.contains('dark') ? 'light' : 'dark');
}
