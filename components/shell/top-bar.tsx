import Link from 'next/link';
import { FeedPicker } from './feed-picker.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { NavLink } from './nav-link.tsx';
import { ThemeMenu } from './theme-menu.tsx';

export function TopBar() {
  return (
    <header className="top-0 z-10 border-b border-line bg-surface sm:sticky">
      <div className="mx-auto flex w-full max-w-[1280px] flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 sm:gap-x-6 sm:px-6">
        <Link href="/" className="text-base font-semibold tracking-tight">
          Feedline
        </Link>
        <nav aria-label="Pages" className="flex gap-3 sm:gap-4">
          <NavLink href="/">Compare</NavLink>
          <NavLink href="/feeds">Feeds</NavLink>
          <NavLink href="/ops">Ops</NavLink>
        </nav>
        <FeedPicker />
        <div className="ml-auto flex items-center gap-2">
          <KeysDialog />
          <ThemeMenu />
        </div>
      </div>
    </header>
  );
}
