import { useEffect } from 'preact/hooks';
import { listenTo, type Topic } from '../mail/live';

/** Looks again when the server tells that there is something new; a page that nobody sees, once it is seen. */
export function useTopic(topic: Topic, reload: () => void): void {
  useEffect(() => {
    let missed = false;
    const look = () => {
      missed = document.hidden;
      if (!missed) reload();
    };
    const seen = () => {
      if (missed) look();
    };
    const end = listenTo(topic, look);
    document.addEventListener('visibilitychange', seen);
    return () => {
      end();
      document.removeEventListener('visibilitychange', seen);
    };
  }, [topic, reload]);
}
