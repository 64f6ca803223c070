import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../shell/icon';

/** A part of the application that is fetched when it is first shown. */
export function lazy<P extends object>(fetchIt: () => Promise<ComponentType<P>>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => loaded);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (Part || failed) return;
      let wanted = true;
      fetchIt().then(
        (part) => {
          loaded = part;
          if (wanted) setPart(() => part);
        },
        () => wanted && setFailed(true),
      );
      return () => {
        wanted = false;
      };
    }, [Part, failed]);
    if (Part) return <Part {...props} />;
    if (!failed) return null;
    return (
      <main class="failed" role="alert">
        <Icon name="warning" className="big" />
        <p>This part of Pillarbox could not be loaded.</p>
        <button type="button" class="button" onClick={() => setFailed(false)}>
          Try again
        </button>
      </main>
    );
  };
}
