'use client';

import Link from 'next/link';
import { usePathname } from 'next/navigation';

/** A link of the top bar; marks the page one is on. */
export function NavLink({ href, children }: { readonly href: string; readonly children: string }) {
  const isHere = usePathname() === href;
  return (
    <Link
      href={href}
      aria-current={isHere ? 'page' : undefined}
      className={`fade-state border-b-2 py-1 ${isHere ? 'border-ink font-medium' : 'border-transparent text-ink-muted hover:text-ink'}`}
    >
      {children}
    </Link>
  );
}
