/** Where in the console somebody is: all of it stands in the address, so that it can be kept, sent, and gone back to. */
import { useCallback, useSyncExternalStore } from 'react';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

const BASE = '/console';
const MOVED = 'console:moved';

export interface Place {
  /** below /console, decoded */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

let known: { readonly href: string; readonly place: Place } | null = null;

/** The same object for the same address, so that nothing is drawn anew for nothing. */
function here(): Place {
  const { pathname, search } = window.location;
  const href = pathname + search;
  if (known?.href !== href) {
    const path = pathname
      .slice(BASE.length)
      .split('/')
      .filter((part) => part !== '')
      .map(decoded);
    known = { href, place: { path, query: new URLSearchParams(search) } };
  }
  return known.place;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function listen(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  window.addEventListener(MOVED, changed);
  return () => {
    window.removeEventListener('popstate', changed);
    window.removeEventListener(MOVED, changed);
  };
}

export const usePlace = (): Place => useSyncExternalStore(listen, here);

/** The address of a page of the console: parts of the path are encoded here and nowhere else. */
export function addressOf(path: readonly string[], query: Readonly<Record<string, string | null>> = {}): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string] => entry[1] !== null && entry[1] !== '',
  );
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `${BASE}${path.map((part) => `/${encodeURIComponent(part)}`).join('')}${search}`;
}

export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(null, '', address);
  window.dispatchEvent(new Event(MOVED));
  if (how === 'push') window.scrollTo(0, 0);
}

/** One word of the address' query, and how to set it; null takes it out. */
export function useWord(name: string): readonly [string | null, (value: string | null) => void] {
  const { query } = usePlace();
  const set = useCallback(
    (value: string | null) => {
      const next = new URLSearchParams(window.location.search);
      if (value === null || value === '') next.delete(name);
      else next.set(name, value);
      const text = next.toString();
      go(`${window.location.pathname}${text === '' ? '' : `?${text}`}`, 'replace');
    },
    [name],
  );
  return [query.get(name), set];
}

type LinkProps = AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string };

/** A link within the console; with a key held it opens elsewhere as every link does. */
export function Link({ href, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(href);
  };
  return <a {...rest} href={href} onClick={follow} />;
}
