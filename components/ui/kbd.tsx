/** The key that does the same as the control it stands in. */
export function Kbd({ children }: { readonly children: string }) {
  return (
    <kbd className="hidden rounded border border-line bg-sunken px-1.5 font-mono text-[11px] leading-[18px] text-ink-muted sm:inline">
      {children}
    </kbd>
  );
}
