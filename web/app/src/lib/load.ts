import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../lib/api';

export interface Loaded<T> {
  data: T | null; // what was there stays until there is something newer
  error: unknown;
  reload: () => void;
}

/** Fetches when what it depends on changes, when told to, and, with `every`, again and again while the page is seen. */
export function useLoaded<T>(fetchIt: (signal: AbortSignal) => Promise<T>, on: unknown[], every = 0): Loaded<T> {
  const [data, setData] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const latest = useRef(fetchIt);
  latest.current = fetchIt;

  useEffect(() => {
    const abort = new AbortController();
    latest.current(abort.signal).then(
      (found) => {
        setData(found);
        setError(null);
      },
      (failure) => {
        if (!isAbort(failure)) setError(failure);
      },
    );
    return () => abort.abort();
  }, [...on, turn]);

  useEffect(() => {
    if (!every) return;
    const look = () => {
      if (document.visibilityState === 'visible') reload();
    };
    const timer = setInterval(look, every);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [every]);

  return { data, error, reload };
}

/** The same text, but only once nobody has typed for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
