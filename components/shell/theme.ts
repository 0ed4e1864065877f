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

export function toggleTheme(): void {
  const isDark = document.documentElement.classList.toggle('dark');
  try {
    localStorage.setItem(THEME_KEY, isDark ? 'dark' : 'light');
  } catch (error) {
    // Storage is forbidden or full: the theme holds for this page alone.
    console.info('Feedline: the theme is not kept.', error);
  }
}
